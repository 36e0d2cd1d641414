"""The ledger over time: the effect of every agent on every objective, per tick over all replicas."""

from __future__ import annotations

import pandas as pd

from ...numerics.bands import bands, mean, positive
from ...reading.moves import NORMALISED, Moves, MoveSource
from ...reading.timetable import TimeTable
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class Ledger(LogMetric):
    """The effect of every agent's move on every objective, over time.

    ledger[i, j] = ∇E_i · u_j is the first-order change of agent i's objective due to agent j's move, per step (discrete
    clock) or per unit of time; positive values are harm. A population counts as one agent: E_i is the sum over its
    nodes, [i, i] is the effect of the nodes on each other and on themselves (the table "within" separates the two), and
    [i, j] is the effect of one group on another.

    Rows: t, harmed, mover; mean and quantiles over replicas; normalised: the mean of ledger/(|∇E_i||u_j|), in [−1, 1];
    harm_share: the share of replicas with a positive entry. Replicas that diverged are left out.
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
