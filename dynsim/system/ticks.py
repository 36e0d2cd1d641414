"""The clock in whole ticks: their number and length, the end of the run, and which of them are recorded.

A tick is a step (discrete or fixed-step clocks) or a recording interval (adaptive ones). The start and the end are
always recorded. The run ends at the clock's `time`; if that is not a multiple of a tick, the last tick is shorter.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import floor

import numpy as np
from numpy.typing import NDArray

from ..integrators.base import INTEGRATORS
from .model import Clock

ROUNDING = 1e-9  # of a step: 0.3 / 0.1 counts as 3 steps
MOST = 1e18  # units in a time: keeps `floor` exact for clocks with absurdly many steps, which are refused later


@dataclass(frozen=True)
class Ticks:
    """last: number of ticks of the whole run. every: ticks between two records. unit: length of a tick. final: length
    of the last tick. end: when the run ends."""

    last: int
    every: int
    unit: float
    final: float
    end: float

    @staticmethod
    def of(clock: Clock, every: float = 1) -> Ticks:
        """The ticks of a clock. every: interval of the record, in steps, or in time with an adaptive method."""
        if chooses_steps(clock):
            return _cut(end_of(clock), float(every), 1)
        return _cut(end_of(clock), step_length(clock), int(every))

    @property
    def records(self) -> int:
        """The number of records: tick 0, every `every` ticks, and the last one."""
        return 1 - (-self.last // self.every)

    def of_record(self, record: int) -> int:
        return min(self.last, record * self.every)

    def time(self, tick: int) -> float:
        return self.end if tick == self.last else tick * self.unit

    def times(self, first: int, count: int) -> NDArray[np.float64]:
        """The times of `count` records from number `first` on, (count,)."""
        ticks = np.minimum(self.last, np.arange(first, first + count) * self.every)
        return np.where(ticks == self.last, self.end, ticks * self.unit)


def end_of(clock: Clock) -> float:
    """When the clock ends, in steps or time."""
    return float(clock.steps or clock.time or 0)


def chooses_steps(clock: Clock) -> bool:
    """Whether the integration method is adaptive."""
    return clock.continuous and clock.method in INTEGRATORS.names() and INTEGRATORS.get(clock.method).adaptive


def step_length(clock: Clock) -> float:
    """The length of a step: 1 on a discrete clock, otherwise dt, or 1 if that is not given."""
    return (clock.dt or 1.0) if clock.continuous else 1.0


def phase_spans(phases: Mapping[str, float], clock: Clock) -> dict[str, tuple[float, float]]:
    """Phase → (start, end). phases: name → start, in ascending order; the last phase ends with the clock."""
    starts = [*phases.values(), end_of(clock)]
    return dict(zip(phases, pairwise(starts), strict=True))


def first_step(clock: Clock) -> float:
    """The length of a continuous clock's steps; of an adaptive method the one that it tries first."""
    return clock.dt or (clock.time or 1.0) * 1e-3


def whole_units(length: float, unit: float) -> tuple[int, float]:
    """`length` divided by `unit`: the whole part and the remainder, which is 0 for a multiple up to rounding."""
    ratio = min(length / unit, MOST)
    slack = ROUNDING + 4 * sys.float_info.epsilon * ratio
    whole = floor(ratio + slack)
    rest = length - whole * unit
    return whole, rest if rest > slack * unit else 0.0


def _cut(end: float, unit: float, every: int) -> Ticks:
    whole, rest = whole_units(end, unit)
    return Ticks(whole + 1, every, unit, rest, end) if rest else Ticks(whole, every, unit, unit, end)
