"""Pair states over time: whether two agents harm each other, one exploits the other, or they help each other."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...numerics.bands import mean
from ...reading.moves import NORMALISED, Moves, MoveSource
from ...reading.timetable import TimeTable
from .base import LOG_METRICS, LogMetric

# Normalised ledger entries within ±TOLERANCE are neither harm nor help: gradient and move are within 0.06° of
# orthogonal.
TOLERANCE = 1e-3

STATES = ("conflict", "exploitation_by_a", "exploitation_by_b", "synergy", "none")


@LOG_METRICS.register
class PairStates(LogMetric):
    """Whether two agents harm each other, one exploits the other, or they help each other, over time.

    The signs of two normalised ledger entries determine the state of a pair (a, b): h_a is the effect of b on a, and
    h_b the effect of a on b. Entries within ±TOLERANCE count as zero, as do those of an agent at rest.

        conflict            h_a > 0, h_b > 0    each harms the other
        exploitation_by_a   h_a < 0, h_b > 0    b helps a and a harms b (by_b: the other way round)
        synergy             h_a < 0, h_b < 0    each helps the other
        none                one of them is zero

    Rows: t, a, b and the share of replicas in each state.
    """

    name = "pair_states"
    table = "pair_states"
    needs = NORMALISED

    def __init__(self, source: MoveSource) -> None:
        super().__init__(source)
        agents = source.agents
        self._pairs = list(combinations(range(len(agents)), 2))
        keys = {"a": [agents[i] for i, _ in self._pairs], "b": [agents[j] for _, j in self._pairs]}
        self._rows = TimeTable(keys, source.cells)

    def feed(self, moves: Moves) -> None:
        if not self._pairs:
            return
        first, second = np.array(self._pairs).T
        state = pair_states(moves.normalised[first, second], moves.normalised[second, first])
        split = self.source.cells.split
        shares = {name: mean(split(np.where(state >= 0, state == k, np.nan))) for k, name in enumerate(STATES)}
        self._rows.add(moves.times, shares)

    def result(self) -> pd.DataFrame:
        return self._rows.frame()


def pair_states(harm_a: NDArray[np.float64], harm_b: NDArray[np.float64]) -> NDArray[np.int8]:
    """The number of the state in STATES for normalised ledger entries; −1 where they are not finite."""
    a = np.where(np.abs(harm_a) > TOLERANCE, np.sign(harm_a), 0.0)
    b = np.where(np.abs(harm_b) > TOLERANCE, np.sign(harm_b), 0.0)
    conditions = [
        ~np.isfinite(harm_a + harm_b), (a > 0) & (b > 0), (a < 0) & (b > 0), (a > 0) & (b < 0), (a < 0) & (b < 0),
    ]
    return np.select(conditions, [-1, 0, 1, 2, 3], default=4).astype(np.int8)
