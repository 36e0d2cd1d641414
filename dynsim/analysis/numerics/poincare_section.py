"""Periods of recorded orbits from their returns to a Poincaré section, resolved below the recording interval.

A replica crosses its section where one coordinate passes a level upwards. The crossing time and the state there come
from the cubic through the four recorded ticks around the crossing; with the recording interval h the error is O(h⁴).
The orbit is closed if every m-th return (Poincaré 1881) reaches the same state after the same time; the smallest such m
counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Floats, Integers

KEPT = 32  # crossings of every replica, the last ones
HUMPS = 8  # the most crossings in one period
CLOSED = 0.02  # tolerance, relative to a coordinate's range, to the period, and to the speed at the crossing
LEAST_RETURNS = 3  # returns that a period is read from


@dataclass
class Returns:
    """The last crossings of every replica, collected block by block. reference: the coordinate that crosses, (R,);
    level: the value that it passes, (R,)."""

    reference: Integers
    level: Floats

    def __post_init__(self) -> None:
        self._times = np.empty(0)
        self._window: Floats | None = None
        self.replica = np.empty(0, np.int64)
        self.time = np.empty(0)
        self.state = np.empty((0, 0))

    def feed(self, times: Floats, coordinates: Floats) -> None:
        """Read the next ticks. times: (K,). coordinates: (D, K, R)."""
        window = coordinates if self._window is None else np.concatenate([self._window, coordinates], axis=1)
        clock = np.concatenate([self._times, times])
        self._window, self._times = window[:, -3:], clock[-3:]
        index = np.broadcast_to(self.reference, (1, *window.shape[1:]))
        height = np.take_along_axis(window, index, axis=0)[0] - self.level
        rises = (height[1:-2] < 0.0) & (height[2:-1] >= 0.0)
        replica, tick = np.nonzero(np.ascontiguousarray(rises.T))
        kept = _from_end(replica) < KEPT
        if len(tick):
            self._add(clock, window, height, tick[kept], replica[kept])

    def _add(
        self, clock: Floats, window: Floats, height: Floats, tick: Integers, replica: Integers
    ) -> None:
        around = tick + np.arange(4)[:, None]
        heights = height[around, replica]
        low, high = np.zeros(len(tick)), np.ones(len(tick))
        for _ in range(50):  # bisection, down to rounding
            middle = (low + high) / 2
            below = _cubic(middle, heights) < 0.0
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        speed = _cubic(high + 0.01, heights) - _cubic(high - 0.01, heights)
        state = np.vstack([_cubic(high, window[:, around, replica].swapaxes(0, 1)), speed])
        times = clock[tick + 1] + high * (clock[tick + 2] - clock[tick + 1])
        self.replica = np.concatenate([self.replica, replica])
        self.time = np.concatenate([self.time, times])
        self.state = state if not self.state.size else np.concatenate([self.state, state], axis=1)
        order = np.lexsort((self.time, self.replica))
        behind = _from_end(self.replica[order])
        keep = order[behind < KEPT]
        self.replica, self.time, self.state = self.replica[keep], self.time[keep], self.state[:, keep]

    def periods(self, ranges: Floats) -> Floats:
        """The period, (R,), NaN where the orbit is not closed. ranges: max − min of every coordinate, (D, R); those
        of range 0 do not count."""
        result = np.full(len(self.level), np.nan)
        counts = np.bincount(self.replica, minlength=len(result))
        start = np.cumsum(counts) - counts
        # Replicas with equally many crossings are read together.
        for count in np.unique(counts[counts > LEAST_RETURNS]):
            mine = np.flatnonzero(counts == count)
            crossing = start[mine][:, None] + np.arange(count)
            state = self.state[:, crossing]
            scale = np.concatenate([ranges[:, mine], np.abs(state[-1:]).max(axis=-1)])
            moving = scale > 0.0
            scaled = np.where(moving[..., None], state / np.where(moving, scale, 1.0)[..., None], 0.0)
            result[mine] = _periods(self.time[crossing], scaled)
        return result


def _periods(times: Floats, states: Floats) -> Floats:
    """The mean time between m-th returns, (R,); NaN where the orbit is not closed. times: (R, N). states: (D, R, N), in
    units of the range."""
    result, count = np.full(len(times), np.nan), times.shape[1]
    left = np.arange(len(times))
    for m in range(1, HUMPS + 1):
        if count < m + LEAST_RETURNS or not len(left):
            break
        took = times[:, m:] - times[:, :-m]
        turns = (count - 1) // m
        first = count - 1 - m * turns
        apart = np.abs(states[..., m:] - states[..., :-m]).max(axis=(0, 2))
        across = np.abs(states[..., -1] - states[..., first]).max(axis=0)
        uneven = np.ptp(took, axis=1) / took.mean(axis=1)
        closed = (apart <= CLOSED) & (across <= CLOSED) & (uneven <= CLOSED)
        result[left[closed]] = ((times[:, -1] - times[:, first]) / turns)[closed]
        left, times, states = left[~closed], times[~closed], states[:, ~closed]
    return result


def _cubic(s: Floats, values: Floats) -> Floats:
    """The cubic (Lagrange) through the values (4, …, N) at −1, 0, 1, 2, evaluated at s in [0, 1], (N,)."""
    return (
        -values[0] * s * (s - 1) * (s - 2) / 6 + values[1] * (s + 1) * (s - 1) * (s - 2) / 2
        - values[2] * (s + 1) * s * (s - 2) / 2 + values[3] * (s + 1) * s * (s - 1) / 6
    )


def _from_end(groups: Integers) -> Integers:
    """For sorted group numbers: how many entries of the same group follow each entry."""
    last = np.searchsorted(groups, groups, side="right") - 1
    return last - np.arange(len(groups))
