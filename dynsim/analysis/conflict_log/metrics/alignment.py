"""Alignment over time: whether two agents want the system to go the same way."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ....algebra.graph import Expr
from ...numerics.bands import bands, mean, positive
from ...reading.study import Sample, Study
from ...reading.timetable import TimeTable
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class Alignment(LogMetric):
    """Whether two agents want the system to go the same way, over time.

    cos(∇E_i, ∇E_j) over all state variables: 1 the same goal to first order, −1 opposite goals, 0 where either
    gradient is at rest.

    Rows: t, a, b; mean and quantiles over replicas; opposed_share: the share of replicas in which it is negative.
    """

    name = "alignment"
    table = "alignment"

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        agents, pairs = self.observables.agents, self.observables.alignments
        keys = {"a": [agents[i] for i, _ in pairs], "b": [agents[j] for _, j in pairs]}
        self._rows = TimeTable(keys, study.cells)

    def expressions(self) -> Iterable[Expr]:
        return self.observables.alignments.values()

    def feed(self, sample: Sample) -> None:
        pairs = self.observables.alignments
        if not pairs:
            return
        first, second = np.array(list(pairs)).T
        norms = sample.gradient_norms
        cosines = sample.per_norms(sample.stack(list(pairs.values())), norms[first], norms[second])
        cosines = self.study.cells.split(cosines)
        self._rows.add(sample.times, {**bands(cosines), "opposed_share": mean(positive(-cosines))})

    def result(self) -> pd.DataFrame:
        return self._rows.frame()
