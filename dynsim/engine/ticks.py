"""The clock as whole numbers: how many ticks a run has, and which of them are recorded.

A tick is a step (discrete or fixed-step clocks) or a recording interval (adaptive ones). The start and the end are
always recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from ..integrators.base import integrators
from ..system.model import Clock

ROUNDING = 1e-9  # 0.3 / 0.1 steps are 3


@dataclass(frozen=True)
class Ticks:
    """last: the number of ticks of the whole run. every: ticks between two records. unit: time of one tick."""

    last: int
    every: int
    unit: float
    end: float

    @staticmethod
    def of(clock: Clock, every: float) -> Ticks:
        if clock.steps is not None:
            return Ticks(clock.steps, int(every), 1.0, float(clock.steps))
        assert clock.time is not None
        if integrators.get(clock.method).adaptive:
            return Ticks(max(1, ceil(clock.time / every - ROUNDING)), 1, float(every), clock.time)
        assert clock.dt is not None
        steps = max(1, ceil(clock.time / clock.dt - ROUNDING))
        return Ticks(steps, int(every), clock.dt, steps * clock.dt)

    @property
    def records(self) -> int:
        """The number of records: tick 0, every `every` ticks, and the last one."""
        return 1 + ceil(self.last / self.every)

    def of_record(self, record: int) -> int:
        return min(self.last, record * self.every)

    def times(self, first: int, count: int) -> NDArray[np.float64]:
        ticks = np.minimum(self.last, np.arange(first, first + count) * self.every)
        return np.minimum(ticks * self.unit, self.end)
