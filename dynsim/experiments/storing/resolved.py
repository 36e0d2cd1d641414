"""An experiment as one file that needs no other: what its directory keeps, and what it is opened from."""

from __future__ import annotations

from typing import Any

from ...session.scenario_files import graph_files
from ...system.dump import to_yaml
from ...system.large_inputs import detached
from ...system.text.yaml_dumper import dump
from ...system.text.yaml_loader import load
from ..model import Experiment


def resolved_experiment(experiment: Experiment) -> tuple[str, dict[str, bytes]]:
    """The text of a file that states the same experiment with its scenario in it, and the files beside it by name:
    graphs and long lists of numbers.

    The scenario has all overrides; titles, replicas, seed and what is collected are written out.
    """
    apart, files = detached(experiment.system, experiment.system.resolve().populations)
    written = load(experiment.text).data
    stated: dict[str, Any] = {key: written[key] for key in ("vary", "variants", "design", "until") if key in written}
    data: dict[str, Any] = {
        "experiment": 1,
        "title": experiment.title,
        "question": experiment.question,
        "scenario": load(to_yaml(apart)).data,
        **stated,
        "replicas": experiment.replicas,
        "seed": experiment.seed,
        "collect": list(experiment.collect),
    }
    return dump(data), graph_files(experiment.system) | files
