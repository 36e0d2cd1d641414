"""The swings of a motion, from one turning point to the next: their number, size, and the trend of their size.

A turning point is a recorded tick at which a coordinate changes direction. Its time and value are those of the vertex
of the parabola through the tick and its two neighbours. A swing has a size, the distance between two turning points,
and a time, that of the second one. Only sums over the swings of each part are kept, added in the order of time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Floats, Integers


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
        self._shape, self._cuts = shape, cuts
        self._origin, self._length = span[1], span[1] - span[0]
        cells = shape[0] * shape[1]
        self._clock = np.empty(0)
        self._last = np.empty((shape[0], 0, shape[1]))
        self._direction = np.zeros((shape[0], 1, shape[1]))
        self._turned = np.full((2, cells), np.nan)  # time and value of the last turning point
        self._first = np.full(cells, np.nan)
        self._sums = np.zeros((6, (len(cuts) - 1) * cells))

    def feed(self, start: int, times: Floats, x: Floats) -> None:
        """Read the next ticks, x (D, K, R). start: the number of the first one in the record."""
        window = np.concatenate([self._last, x], axis=1)
        clock = np.concatenate([self._clock, times])
        carried = len(self._clock)
        steps = np.sign(np.diff(window, axis=1))
        if carried == 2:
            steps[:, 0] = self._direction[:, 0]
        _fill(steps)
        coordinate, k, replica = np.nonzero(steps[:, :-1] * steps[:, 1:] < 0.0)
        if len(k):
            self._add(start - carried + 1 + k, clock, window, (coordinate, k, replica))
        self._last, self._clock = window[:, -2:], clock[-2:]
        if steps.shape[1]:
            self._direction = steps[:, -1:]

    def _add(self, tick: Integers, clock: Floats, window: Floats, at: tuple[Integers, ...]) -> None:
        coordinate, k, replica = at
        time, value = _vertex(clock, k, *(window[coordinate, k + j, replica] for j in range(3)))
        cell = coordinate * self._shape[1] + replica
        order = np.argsort(cell, kind="stable")
        cell, time, value, tick = cell[order], (time[order] - self._origin) / self._length, value[order], tick[order]
        first = np.append(True, cell[1:] != cell[:-1])
        last = np.append(first[1:], True)
        before = np.where(first, self._turned[1, cell], np.append(np.nan, value[:-1]))
        self._turned[:, cell[last]] = time[last], value[last]
        with np.errstate(divide="ignore"):
            size = np.log(np.abs(value - before))
        new = np.isnan(self._first[cell]) & first
        self._first[cell[new]] = time[new]
        known = np.isfinite(size)
        self._count(tick[known], cell[known], time[known], size[known])

    def _count(self, tick: Integers, cell: Integers, u: Floats, y: Floats) -> None:
        """Add the swings to the sums one by one: the bits do not depend on where blocks begin."""
        cells = self._sums.shape[1]
        part = np.clip(np.searchsorted(self._cuts, tick) - 1, 0, len(self._cuts) - 2)
        where = np.concatenate([np.arange(cells), part * len(self._first) + cell])
        for k, values in enumerate((np.ones(len(u)), u, y, u * u, u * y, y * y)):
            self._sums[k] = np.bincount(where, np.concatenate([self._sums[k], values]), cells)

    def trend(self) -> Trend:
        parts = self._sums.reshape(6, -1, *self._shape)
        n, u, y, uu, uy, yy = parts.sum(axis=1)
        with np.errstate(all="ignore"):
            spread = uu - u * u / n
            slope = (uy - u * y / n) / spread
            left = np.maximum(yy - y * y / n - slope * slope * spread, 0.0)
            known = n >= 3
            swung = (self._turned[0] - self._first).reshape(self._shape)
            return Trend(
                n, np.where(known, slope / self._length, np.nan), np.where(known, np.sqrt(left / n), np.nan),
                np.where(known, 2.0 * swung / n * self._length, np.nan),
                self._origin + parts[1] / parts[0] * self._length, parts[2] / parts[0],
            )


def _fill(steps: Floats) -> None:
    """Give a coordinate that stands still its last direction, in place. steps: (D, K, R)."""
    if steps.size and not steps.all():
        last = np.maximum.accumulate(np.where(steps != 0.0, np.arange(steps.shape[1])[:, None], 0), axis=1)
        steps[:] = np.take_along_axis(steps, last, axis=1)


def _vertex(clock: Floats, k: Integers, a: Floats, b: Floats, c: Floats) -> tuple[Floats, Floats]:
    """Time and value of the vertex of the parabola through the ticks k, k + 1 and k + 2."""
    off = 0.5 * ((a - b) - (c - b)) / ((a - b) + (c - b))
    return clock[k + 1] + off * (clock[k + 1] - clock[k]), b - 0.25 * ((a - b) - (c - b)) * off
