"""The swings of a motion, from one turning point to the next: their number, size, and the trend of their size.

A turning point is a recorded tick at which a coordinate changes direction. Its time and value are those of the vertex
of the parabola through the tick and its two neighbours. A swing has a size, the distance between two turning points,
and a time, that of the second one. Only sums over the swings of each part are kept, added in the order of time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Flags, Floats, Integers


@dataclass(frozen=True)
class Trend:
    """The least-squares line of ln(size) over time, (D, R) each; NaN for fewer than three swings.

    count: the number of swings. slope: of the line, per unit of time. scatter: the root mean square distance from the
    line. period: the mean time of two swings. times, logs: the means of time and of ln(size) in each part of the
    record, (parts, D, R).
    """

    count: Floats
    slope: Floats
    scatter: Floats
    period: Floats
    times: Floats
    logs: Floats


class Swings:
    """Collects the swings of D coordinates in R replicas over the ticks from cuts[0] to cuts[-1]; the cuts separate the
    parts. span: the times of the first and the last cut, by which times are scaled."""

    def __init__(self, shape: tuple[int, int], cuts: Integers, span: tuple[float, float]) -> None:
        self._cuts = cuts
        self._origin, self._length = span[1], span[1] - span[0]
        self._clock = np.empty(0)
        self._last = np.empty((*shape, 0))
        self._direction = np.zeros(shape)
        self._turned = np.full((2, *shape), np.nan)  # time and value of the last turning point
        self._first = np.full(shape, np.nan)
        self._sums = np.zeros((6, len(cuts) - 1, *shape))

    def feed(self, start: int, times: Floats, x: Floats) -> None:
        """Read the next ticks, x (D, K, R). start: the number of the first one in the record."""
        carried = self._last.shape[-1]
        clock = np.concatenate([self._clock, times])
        ticks = start - carried + np.arange(1, len(clock) - 1)  # those that may be turning points
        part = np.clip(np.searchsorted(self._cuts, ticks) - 1, 0, len(self._cuts) - 2)
        # A row for each replica: turning points are then found in the order in which they are added.
        window = np.empty((x.shape[2], len(clock)))
        last = []
        for d, values in enumerate(x):
            window[:, :carried], window[:, carried:] = self._last[d], values.T
            last.append(window[:, -2:].copy())
            turns = self._turns(d, window, carried)
            if turns.any():
                self._add(d, clock, window, turns, part)
        self._last, self._clock = np.stack(last), clock[-2:]

    def _turns(self, d: int, window: Floats, carried: int) -> Flags:
        """Where coordinate d changes direction, (R, ticks − 2)."""
        steps = np.diff(window, axis=1)
        np.sign(steps, out=steps)
        if carried == 2:
            steps[:, 0] = self._direction[d]
        _fill(steps)
        if steps.shape[1]:
            self._direction[d] = steps[:, -1]
        return steps[:, :-1] * steps[:, 1:] < 0.0

    def _add(self, d: int, clock: Floats, window: Floats, turns: Flags, part: Integers) -> None:
        counts = np.count_nonzero(turns, axis=1)
        turning = np.flatnonzero(counts)
        replica = np.repeat(np.arange(len(counts)), counts)
        found = np.flatnonzero(turns)
        k, at = found - replica * turns.shape[1], found + 2 * replica
        flat = window.reshape(-1)
        time, value = _vertex(clock, k, *(flat[at + j] for j in range(3)))
        time = (time - self._origin) / self._length
        last = np.cumsum(counts)[turning] - 1
        first = last - counts[turning] + 1
        before = np.concatenate([[np.nan], value[:-1]])
        before[first] = self._turned[1, d, turning]
        self._turned[0, d, turning], self._turned[1, d, turning] = time[last], value[last]
        with np.errstate(divide="ignore"):
            size = np.log(np.abs(value - before))
        self._first[d, turning] = np.where(np.isnan(self._first[d, turning]), time[first], self._first[d, turning])
        self._count(d, part[k] * len(counts) + replica, time, size)

    def _count(self, d: int, where: Integers, u: Floats, y: Floats) -> None:
        """Add the swings to the sums one by one: the bits do not depend on where blocks begin."""
        known = np.isfinite(y)
        u, y = np.where(known, u, 0.0), np.where(known, y, 0.0)
        for k, values in enumerate((known.astype(float), u, y, u * u, u * y, y * y)):
            sums = self._sums[k, :, d].reshape(-1)
            np.add.at(sums, where, values)
            self._sums[k, :, d] = sums.reshape(-1, self._sums.shape[-1])

    def trend(self) -> Trend:
        parts = self._sums
        n, u, y, uu, uy, yy = parts.sum(axis=1)
        with np.errstate(all="ignore"):
            spread = uu - u * u / n
            slope = (uy - u * y / n) / spread
            left = np.maximum(yy - y * y / n - slope * slope * spread, 0.0)
            known = n >= 3
            swung = self._turned[0] - self._first
            return Trend(
                n, np.where(known, slope / self._length, np.nan), np.where(known, np.sqrt(left / n), np.nan),
                np.where(known, 2.0 * swung / n * self._length, np.nan),
                self._origin + parts[1] / parts[0] * self._length, parts[2] / parts[0],
            )


def _fill(steps: Floats) -> None:
    """Give a coordinate that stands still its last direction, in place. steps: (R, K)."""
    if steps.size and not steps.all():
        last = np.maximum.accumulate(np.where(steps != 0.0, np.arange(steps.shape[1]), 0), axis=1)
        steps[:] = np.take_along_axis(steps, last, axis=1)


def _vertex(clock: Floats, k: Integers, a: Floats, b: Floats, c: Floats) -> tuple[Floats, Floats]:
    """Time and value of the vertex of the parabola through the ticks k, k + 1 and k + 2."""
    off = 0.5 * ((a - b) - (c - b)) / ((a - b) + (c - b))
    return clock[k + 1] + off * (clock[k + 1] - clock[k]), b - 0.25 * ((a - b) - (c - b)) * off
