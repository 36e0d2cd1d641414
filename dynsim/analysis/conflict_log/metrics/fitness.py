"""Fitness and heritable traits over the generations of a selection."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ....algebra.graph import Expr
from ...numerics.bands import bands
from ...reading.study import Sample
from ...reading.timetable import TimeTable
from .base import LOG_METRICS, LogMetric

FITNESS = "fitness"


@LOG_METRICS.register
class Fitness(LogMetric):
    """Fitness and heritable traits, generation by generation, where there is selection.

    Rows: t, when a generation begins; quantity: "fitness", of the lifetime that ended there (none at the start), and
    every heritable scalar, as the generation starts with it; mean and quantiles over all systems of all populations.
    Systems that left the finite numbers are left out.
    """

    name = "fitness"
    table = "fitness"

    def expressions(self) -> Iterable[Expr]:
        return ()

    def feed(self, sample: Sample) -> None:
        """Everything is in the genealogy."""

    def result(self) -> pd.DataFrame:
        selection = self.study.program.selection
        scalars = {slot.name for slot in self.study.program.states if slot.domain.kind == "scalar"}
        traits = [] if selection is None else [name for name in selection.heritable if name in scalars]
        rows = TimeTable({"quantity": [FITNESS, *traits]}, self.study.cells)
        for block in self.study.recording.generations():
            values = np.stack([block.values[name] for name in (FITNESS, *traits)])
            rows.add(block.times, bands(self.study.cells.split(np.where(np.isfinite(values), values, np.nan))))
        return rows.frame()
