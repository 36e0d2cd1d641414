"""The ledger over time: who does what to whom, per tick over all replicas."""

from __future__ import annotations

import pandas as pd

from ...numerics.bands import bands, mean, positive
from ...reading.moves import NORMALISED, Moves, MoveSource
from ...reading.timetable import TimeTable
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class Ledger(LogMetric):
    """Who does what to whom, over time.

    ledger[i, j] = ∇E_i · u_j: the first-order change of i's objective by j's move, per step (discrete clock) or per
    unit of time; positive is harm. A population stands for all its nodes: E_i is their sum, and [i, i] is what the
    nodes do to each other and to themselves (taken apart in the table "within"), [i, j] what happens between groups.

    Rows: t, harmed, mover; mean and quantiles over replicas; normalised: the mean of ledger/(|∇E_i||u_j|), in [−1, 1];
    harm_share: the share of replicas in which it is positive. Replicas that diverged are left out.
    """

    name = "ledger"
    table = "ledger"
    needs = ("ledger",)
    uses = NORMALISED

    def __init__(self, source: MoveSource) -> None:
        super().__init__(source)
        agents = source.agents
        self._rows = TimeTable({
            "harmed": [a for a in agents for _ in agents],
            "mover": [b for _ in agents for b in agents],
        }, source.cells)

    def feed(self, moves: Moves) -> None:
        split = self.source.cells.split
        ledger = split(moves.ledger.reshape(-1, *moves.shape))
        columns = bands(ledger)
        if self.source.has.issuperset(NORMALISED):
            columns["normalised"] = mean(split(moves.normalised.reshape(-1, *moves.shape)))
        self._rows.add(moves.times, columns | {"harm_share": mean(positive(ledger))})

    def result(self) -> pd.DataFrame:
        return self._rows.frame()
