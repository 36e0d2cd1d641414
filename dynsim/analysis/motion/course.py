"""The course of coordinates through the final half of a record, in four parts of equal length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Floats
from .swings import Swings, Trend

PARTS = 4


@dataclass(frozen=True)
class Course:
    """What growth and drift are judged by.

    started: the first time of the record. times: the borders of the four parts, (5,). ends: the coordinates there,
    (5, D, R). low, high: the least and the largest value in each part, borders included, (4, D, R). trend: of the
    sizes of the swings.
    """

    started: float
    times: Floats
    ends: Floats
    low: Floats
    high: Floats
    trend: Trend

    @property
    def ranges(self) -> Floats:
        """high − low in every part, (4, D, R)."""
        return self.high - self.low

    @property
    def range(self) -> Floats:
        """The range over all parts, (D, R)."""
        return self.high.max(axis=0) - self.low.min(axis=0)


class CourseSums:
    """Collects a course block by block, for D coordinates in R replicas. Its memory does not grow with the record."""

    def __init__(self, shape: tuple[int, int], times: Floats) -> None:
        each = (len(times) + 1) // 2 // PARTS
        self.cuts = len(times) - 1 - each * np.arange(PARTS, -1, -1)
        self._started, self._times = float(times[0]), times[self.cuts]
        self._ends = np.full((PARTS + 1, *shape), np.nan)
        self._low, self._high = np.full((PARTS, *shape), np.inf), np.full((PARTS, *shape), -np.inf)
        self._swings = Swings(shape, self.cuts, (float(self._times[0]), float(self._times[-1])))

    def feed(self, start: int, times: Floats, x: Floats) -> None:
        """Read the next ticks, x (D, K, R). start: the number of the first one in the record. Ticks before the final
        half are skipped."""
        early = max(int(self.cuts[0]) - start, 0)
        if early >= len(times):
            return
        start, times, x = start + early, times[early:], x[:, early:]
        for p, (a, b) in enumerate(zip(self.cuts[:-1] - start, self.cuts[1:] + 1 - start, strict=True)):
            part = x[:, max(a, 0) : max(b, 0)]
            if part.shape[1]:
                self._low[p] = np.minimum(self._low[p], part.min(axis=1))
                self._high[p] = np.maximum(self._high[p], part.max(axis=1))
        for p, tick in enumerate(self.cuts - start):
            if 0 <= tick < len(times):
                self._ends[p] = x[:, tick]
        self._swings.feed(start, times, x)

    def course(self) -> Course:
        return Course(self._started, self._times, self._ends, self._low, self._high, self._swings.trend())
