"""Fitness and heritable traits over the generations of a selection."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...numerics.bands import bands
from ...reading.sample import Sample
from ...reading.study import Study
from ...reading.timetable import TimeTable
from .base import LOG_METRICS, LogMetric

FITNESS = "fitness"


@LOG_METRICS.register
class Fitness(LogMetric):
    """Fitness and heritable traits in every generation of a selection.

    Rows: t, the time at which a generation begins; quantity; mean and quantiles over all systems of all populations.
    The quantity is "fitness", of the lifetime that ended at t (none at the start), or a heritable scalar, with the
    values that the generation starts with. Systems with values that are not finite are left out.
    """

    name = "fitness"
    table = "fitness"
    needs = ("program",)

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._study = study

    def feed(self, sample: Sample) -> None:
        """Everything is in the genealogy."""

    def result(self) -> pd.DataFrame:
        program, recording, cells = self._study.program, self._study.recording, self._study.cells
        scalars = {slot.name for slot in program.states if slot.domain.kind == "scalar"}
        traits = [] if program.selection is None else [name for name in program.selection.heritable if name in scalars]
        rows = TimeTable({"quantity": [FITNESS, *traits]}, cells)
        for block in recording.generations():
            values = np.stack([block.values[name] for name in (FITNESS, *traits)])
            rows.add(block.times, bands(cells.split(np.where(np.isfinite(values), values, np.nan))))
        return rows.frame()
