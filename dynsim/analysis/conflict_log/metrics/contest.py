"""Contest over time: how much the agents' wishes for a variable cancel."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ....algebra.graph import Expr
from ...numerics.bands import bands, mean
from ...reading.study import Sample, Study
from ...reading.timetable import TimeTable
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class Contest(LogMetric):
    """How much the agents' wishes for a variable cancel, over time.

    contest_v = 1 − |Σ_i p_iv|/Σ_i |p_iv| with the desired pushes p_iv = −∂E_i/∂x_v of all agents, whether or not
    they may move v: 0 where all want it to go one way (or nobody cares), 1 where their wishes cancel. A population's is
    the mean over its nodes. Objectives enter in their own units.

    Rows: t, variable; mean and quantiles over replicas; "push:AGENT": the agent's mean push.
    """

    name = "contest"
    table = "contest"

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._slots = [slot.name for slot in self.observables.slots]
        self._rows = TimeTable({"variable": self._slots}, study.cells)

    def expressions(self) -> Iterable[Expr]:
        return [*self.observables.contests.values(), *self.observables.pushes.values()]

    def feed(self, sample: Sample) -> None:
        seen = self.observables
        split = self.study.cells.split
        columns = bands(split(sample.stack([seen.contests[v] for v in self._slots])))
        for i, agent in enumerate(seen.agents):
            columns[f"push:{agent}"] = mean(split(sample.stack([seen.pushes.get((v, i)) for v in self._slots])))
        self._rows.add(sample.times, columns)

    def result(self) -> pd.DataFrame:
        return self._rows.frame()
