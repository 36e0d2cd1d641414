"""When the state began to leave the size that it had at first."""

from __future__ import annotations

import numpy as np

from ..reading.rest import Peaks
from ..reading.sample import Sample
from ..reading.study import Study

RUNAWAY = 10.0  # times its size at the first recorded tick: the largest state variable is on its way


class Onset:
    """time (R,): the last recorded tick at which max_v |x_v| had never exceeded RUNAWAY times its first value."""

    def __init__(self, study: Study) -> None:
        self._peaks = Peaks(1, study.replicas)
        self._first = np.empty(0)
        self.time = np.full(study.replicas, study.times[0] if len(study.times) else np.nan)

    def feed(self, sample: Sample) -> None:
        """The next block."""
        extent = self._peaks.feed(sample.extent[None])[0]
        if not self._first.size:
            self._first = extent[0]
        calm = np.isfinite(sample.extent) & (extent <= RUNAWAY * self._first)
        self.time = np.maximum(self.time, np.where(calm, sample.times[:, None], -np.inf).max(axis=0))
