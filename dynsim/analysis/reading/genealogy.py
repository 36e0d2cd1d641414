"""The genealogy of a run with selection, generation by generation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...arrays import Floats, Integers
from ...errors import InputError
from .cells import cells_of
from .replica_values import ReplicaValues
from .sampling import spread_over
from .study import Study

GENERATIONS = 200  # the default number of generations that a metric reads
ORIGIN = ("parent", "born", "fitness")


@dataclass(frozen=True)
class Succession:
    """A generation and the one before it, in P populations of m groups of n systems; m = 1 without groups.

    t: the time at which the generation began. parent: for every place, the place in the same population whose system it
    inherited, (P, m·n). before, after: heritable values by name at the start of the two generations, (P, m, n).
    """

    t: float
    parent: Integers
    before: Mapping[str, Floats]
    after: Mapping[str, Floats]

    @property
    def heirs(self) -> Integers:
        """The number of places that inherit from each place, (P, m·n). A survivor is its own heir."""
        populations, size = self.parent.shape
        first = np.arange(populations)[:, None] * size
        counts = np.bincount((self.parent + first).ravel(), minlength=populations * size)
        return counts.reshape(populations, size)


def shape_of(study: Study) -> tuple[int, int, int]:
    """The numbers of populations, groups per population, and systems per group. InputError without selection."""
    selection = study.program.selection
    if selection is None:
        raise InputError("it takes generations of systems: the scenario has no selection")
    groups = 1 if selection.groups is None else selection.groups.count
    return selection.populations, groups, study.replicas // (selection.populations * groups)


def per_population(study: Study, keys: pd.DataFrame, values: Floats) -> ReplicaValues:
    """Values per population, (rows, P), with cells by the parameters that are constant within every population."""
    populations, groups, members = shape_of(study)
    shape, cells, parameters = (populations, groups * members), study.cells, study.recording.parameters
    wholes = {name: parameters[name].reshape(shape) for name in cells.names}
    same = [name for name, x in wholes.items() if (x == x[:, :1]).all()]
    if len(same) < len(cells.names):
        cells = cells_of(study.program, study.recording, same)
    first = np.arange(populations) * (groups * members)
    return ReplicaValues(keys, values, first, "population", cells)


def successions(study: Study) -> Iterator[Succession]:
    """Every generation but the first, in order."""
    populations, groups, members = shape = shape_of(study)
    first = np.arange(populations)[:, None] * (groups * members)
    before: dict[str, Any] | None = None
    for block in study.recording.generations():
        values = dict(block.values)
        for k, t in enumerate(block.times):
            after = {name: values[name][k].reshape(shape) for name in values if name not in ORIGIN}
            if before is not None:
                parent = values["parent"][k].reshape(populations, -1) - first
                yield Succession(float(t), parent.astype(np.int64), before, after)
            before = after


def selected_generations(study: Study, count: int) -> Integers:
    """The numbers of about `count` evenly spread successions. InputError for a run of a single generation."""
    total = sum(block.ticks for block in study.recording.generations()) - 1
    if total < 1:
        raise InputError("it takes two generations: the run ended in the first one")
    return spread_over(0, total, count)
