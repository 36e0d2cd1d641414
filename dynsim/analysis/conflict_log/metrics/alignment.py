"""Alignment over time: whether two agents want to move the system in the same direction."""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from ...numerics.bands import bands, mean, positive
from ...reading.moves import Moves, MoveSource
from ...reading.timetable import TimeTable
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class Alignment(LogMetric):
    """Whether two agents want to move the system in the same direction, over time.

    cos(∇E_i, ∇E_j) over all state variables: 1 if both have the same goal to first order, −1 if their goals are
    opposite, 0 if either gradient is at rest.

    Rows: t, a, b; mean and quantiles over replicas; opposed_share: the share of replicas in which it is negative.
    """

    name = "alignment"
    table = "alignment"
    needs = ("alignment",)

    def __init__(self, source: MoveSource) -> None:
        super().__init__(source)
        self._pairs = list(combinations(source.agents, 2))
        keys = {"a": [a for a, _ in self._pairs], "b": [b for _, b in self._pairs]}
        self._rows = TimeTable(keys, source.cells)

    def feed(self, moves: Moves) -> None:
        if not self._pairs:
            return
        cosines = self.source.cells.split(moves.quantity("alignment"))
        self._rows.add(moves.times, {**bands(cosines), "opposed_share": mean(positive(-cosines))})

    def result(self) -> pd.DataFrame:
        return self._rows.frame()
