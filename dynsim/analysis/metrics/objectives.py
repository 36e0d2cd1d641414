"""The objectives over time, and what the flow and the noise do to them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ...algebra.graph import Expr
from ..bands import bands, mean
from ..metric import METRICS, Metric
from ..study import Sample, Study
from ..timetable import TimeTable


@METRICS.register
class Objectives(Metric):
    """What every agent minimises, and what flow and noise do to it, over time.

    E_i, which agent i minimises; a population's is the sum over its nodes.

    Rows: t, agent; mean and quantiles over replicas of E_i; by_agents: the mean of Σ_j ledger[i, j]; by_flow: the mean
    of ∇E_i · f; by_noise: the mean standard deviation of the noise's first-order part. by_agents + by_flow, and the
    noise, are the first-order change of E_i.
    """

    name = "objectives"
    table = "objectives"

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._rows = TimeTable({"agent": list(self.observables.agents)}, study.cells)

    def expressions(self) -> Iterable[Expr]:
        seen = self.observables
        return [*seen.objectives, *seen.flow_parts, *seen.noise_parts]

    def feed(self, sample: Sample) -> None:
        seen, split = self.observables, self.study.cells.split
        with np.errstate(invalid="ignore", over="ignore"):
            by_agents = sample.ledger.sum(axis=1)
        self._rows.add(sample.times, {
            **bands(split(sample.stack(seen.objectives))),
            "by_agents": mean(split(by_agents)),
            "by_flow": mean(split(sample.stack(seen.flow_parts))),
            "by_noise": mean(split(sample.stack(seen.noise_parts))),
        })

    def result(self) -> pd.DataFrame:
        return self._rows.frame()
