"""Which experiments can share a directory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ...session.scenario_files import graph_files
from ...system.builder import System
from ...system.dump import resolved_yaml
from ...system.large_inputs import detached
from ...system.text.yaml_dumper import dump
from ...system.text.yaml_loader import load
from ..model import Experiment
from ..work.units import hashed

ROOM = 16
"""How many times the bounds of a file a resolved scenario may take: it has every default."""

EXACT = 1 << 53  # up to which every whole number is a float

UNSEEN = ("title", "question", "expect", "ensemble", "metrics")
"""Sections without which a scenario is the same system."""


def identity_of(experiment: Experiment) -> str:
    """A hash of the experiment's scenario as a system. Experiments with the same one find each other's finished units,
    whatever they vary, collect, and call themselves."""
    return contents_of(experiment.system, UNSEEN)


def contents_of(system: System, without: Collection[str] = ()) -> str:
    """A hash of the resolved scenario and the files that it reads: equal for systems that are the same, however they
    are written. without: sections that do not count."""
    apart, files = detached(system, system.resolve().populations)
    files |= graph_files(system)
    data = load(resolved_yaml(apart), room=ROOM).data
    stated = dump({key: _numbers(value) for key, value in data.items() if key not in without})
    return hashed(stated.encode(), *(part for name in sorted(files) for part in (name.encode(), files[name])))


def _numbers(value: Any) -> Any:
    """The same data with 3 and 3.0 as one number."""
    if isinstance(value, Mapping):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < EXACT
    return float(value) if whole else value
