"""The ledger over time: who does what to whom, per tick over all replicas."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ....algebra.graph import Expr
from ...numerics.bands import bands, mean, positive
from ...reading.study import Sample, Study
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

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        agents = self.observables.agents
        self._rows = TimeTable({
            "harmed": [a for a in agents for _ in agents],
            "mover": [b for _ in agents for b in agents],
        }, study.cells)

    def expressions(self) -> Iterable[Expr]:
        return self.observables.ledger.values()

    def feed(self, sample: Sample) -> None:
        split = self.study.cells.split
        ledger = split(sample.ledger.reshape(-1, *sample.shape))
        normalised = split(sample.normalised.reshape(-1, *sample.shape))
        self._rows.add(sample.times, {
            **bands(ledger), "normalised": mean(normalised), "harm_share": mean(positive(ledger)),
        })

    def result(self) -> pd.DataFrame:
        return self._rows.frame()
