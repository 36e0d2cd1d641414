"""The genealogy of a run with selection, generation by generation, by population, group and member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...arrays import Floats
from ...errors import InputError
from .cells import cells_of
from .replica_values import ReplicaValues
from .sampling import spread_over
from .study import Study

GENERATIONS = 200  # how many generations a metric looks at unless it is told
ORIGIN = ("parent", "born", "fitness")


@dataclass(frozen=True)
class Succession:
    """A generation with the one before it, in P populations of m groups of n systems (one group where there are none).

    t: when it began. parent (P, m·n): the place in its population whose system every place's own comes from. before,
    after: heritable values by name, as the two generations began, (P, m, n).
    """

    t: float
    parent: NDArray[np.int64]
    before: Mapping[str, Floats]
    after: Mapping[str, Floats]

    @property
    def heirs(self) -> NDArray[np.int64]:
        """How many places have a system that comes from each place, (P, m·n); who lives on is its own heir."""
        populations, size = self.parent.shape
        first = np.arange(populations)[:, None] * size
        counts = np.bincount((self.parent + first).ravel(), minlength=populations * size)
        return counts.reshape(populations, size)


def shape_of(study: Study) -> tuple[int, int, int]:
    """How many populations, groups in each, and systems in each group. InputError where there is no selection."""
    selection = study.program.selection
    if selection is None:
        raise InputError("it takes generations of systems: the scenario has no selection")
    groups = 1 if selection.groups is None else selection.groups.count
    return selection.populations, groups, study.replicas // (selection.populations * groups)


def per_population(study: Study, keys: pd.DataFrame, values: Floats) -> ReplicaValues:
    """Rows of numbers, one for every population, (rows, P); their cells are by what is the same throughout each."""
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


def selected_generations(study: Study, count: int) -> NDArray[np.int64]:
    """The numbers of about so many successions, spread evenly; all where there are fewer."""
    total = sum(block.ticks for block in study.recording.generations()) - 1
    if total < 1:
        raise InputError("it takes two generations: the run ended in the first one")
    return spread_over(0, total, count)
