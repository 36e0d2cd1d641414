"""Which experiments can share a directory."""

from __future__ import annotations

from ...session.scenario_files import graph_files
from ...system.dump import resolved_yaml
from ...system.large_inputs import detached
from ...system.text.yaml_dumper import dump
from ...system.text.yaml_loader import load
from ..model import Experiment
from ..work.units import hashed

ROOM = 16
"""How many times the bounds of a file a resolved scenario may take: it has every default."""

UNSEEN = ("title", "question", "expect", "ensemble", "metrics")
"""Sections without which a scenario is the same system."""


def identity_of(experiment: Experiment) -> str:
    """A hash of the experiment's scenario as a system. Experiments with the same one find each other's finished units,
    whatever they vary, collect, and call themselves."""
    apart, files = detached(experiment.system, experiment.system.resolve().populations)
    files |= graph_files(experiment.system)
    data = load(resolved_yaml(apart), room=ROOM).data
    stated = dump({key: value for key, value in data.items() if key not in UNSEEN})
    return hashed(stated.encode(), *(part for name in sorted(files) for part in (name.encode(), files[name])))
