"""The clock as whole numbers: how many ticks a run has, how long they are, when it ends, and which are recorded.

A tick is a step (discrete or fixed-step clocks) or a recording interval (adaptive ones). The start and the end are
always recorded. The end is the clock's `time`: where that is no multiple of a tick, the last tick is shorter.
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

ROUNDING = 1e-9  # of a step: 0.3 / 0.1 steps are 3
MOST = 1e18  # units in a time: more than any machine counts, and what a clock that is refused may have


@dataclass(frozen=True)
class Ticks:
    """last: the number of ticks of the whole run. every: ticks between two records. unit: time of a tick, which is
    `final` for the last one. end: when the run ends."""

    last: int
    every: int
    unit: float
    final: float
    end: float

    @staticmethod
    def of(clock: Clock, every: float = 1) -> Ticks:
        """every: of the record, in steps; with an adaptive method in units of time."""
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
        """Of the records `first`, `first` + 1, …"""
        ticks = np.minimum(self.last, np.arange(first, first + count) * self.every)
        return np.where(ticks == self.last, self.end, ticks * self.unit)


def end_of(clock: Clock) -> float:
    """When the clock ends."""
    return float(clock.steps or clock.time or 0)


def chooses_steps(clock: Clock) -> bool:
    """Whether the method chooses the length of its steps by itself."""
    return clock.continuous and clock.method in INTEGRATORS.names() and INTEGRATORS.get(clock.method).adaptive


def step_length(clock: Clock) -> float:
    """The time of a step; of an adaptive method that of the first, or 1 where that is not given."""
    return (clock.dt or 1.0) if clock.continuous else 1.0


def phase_spans(phases: Mapping[str, float], clock: Clock) -> dict[str, tuple[float, float]]:
    """When each phase begins and ends; the last one ends with the clock."""
    starts = [*phases.values(), end_of(clock)]
    return dict(zip(phases, pairwise(starts), strict=True))


def first_step(clock: Clock) -> float:
    """The length of a continuous clock's steps; of an adaptive method the one that it tries first."""
    return clock.dt or (clock.time or 1.0) * 1e-3


def whole_units(length: float, unit: float) -> tuple[int, float]:
    """How many whole units a time has, and what is left: 0 where it is a multiple of the unit, up to rounding."""
    ratio = min(length / unit, MOST)
    slack = ROUNDING + 4 * sys.float_info.epsilon * ratio
    whole = floor(ratio + slack)
    rest = length - whole * unit
    return whole, rest if rest > slack * unit else 0.0


def _cut(end: float, unit: float, every: int) -> Ticks:
    whole, rest = whole_units(end, unit)
    return Ticks(whole + 1, every, unit, rest, end) if rest else Ticks(whole, every, unit, unit, end)
