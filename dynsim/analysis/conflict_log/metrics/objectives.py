"""The objectives over time, and what the flow and the noise do to them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ....algebra.graph import Expr
from ...numerics.bands import bands, mean
from ...reading.study import Sample, Study
from ...reading.timetable import TimeTable
from .base import LOG_METRICS, LogMetric

BASE = "base objective"  # in the column `agent`: names of agents have no space


@LOG_METRICS.register
class Objectives(LogMetric):
    """What every agent minimises, and what flow and noise do to it, over time; and the base objective.

    E_i, which agent i minimises; a population's is the sum over its nodes. Where a base objective is stated, it has the
    last row of every tick, under the name "base objective", with ∇E_i its gradient.

    Rows: t, agent; mean and quantiles over replicas of E_i; by_agents: the mean of Σ_j ledger[i, j]; by_flow: the mean
    of ∇E_i · f; by_noise: the mean standard deviation of the noise's first-order part. by_agents + by_flow, and the
    noise, are the first-order change of E_i.
    """

    name = "objectives"
    table = "objectives"

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        seen = self.observables
        base = [] if seen.base is None else [seen.base]
        self._rows = TimeTable({"agent": [*seen.agents, *(BASE for _ in base)]}, study.cells)
        self._values = [*seen.objectives, *(value for value, *_ in base)]
        self._base_by_agents = [by_agents for _, by_agents, *_ in base]
        self._flows = [*seen.flow_parts, *(flow for *_, flow, _ in base)]
        self._noises = [*seen.noise_parts, *(noise for *_, noise in base)]

    def expressions(self) -> Iterable[Expr]:
        return [*self._values, *self._base_by_agents, *self._flows, *self._noises]

    def feed(self, sample: Sample) -> None:
        split = self.study.cells.split
        with np.errstate(invalid="ignore", over="ignore"):
            by_agents = np.concatenate([sample.ledger.sum(axis=1), sample.stack(self._base_by_agents)])
        self._rows.add(sample.times, {
            **bands(split(sample.stack(self._values))),
            "by_agents": mean(split(by_agents)),
            "by_flow": mean(split(sample.stack(self._flows))),
            "by_noise": mean(split(sample.stack(self._noises))),
        })

    def result(self) -> pd.DataFrame:
        return self._rows.frame()
