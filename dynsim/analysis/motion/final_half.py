"""The verdict on replicas that neither converged nor diverged, from the final half of the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Flags, Floats, Integers
from ...record.recording import Block, join
from ..causality.moved_by_noise import moved_by_noise
from ..numerics.poincare_section import Returns
from ..reading.study import Study
from .aliasing import aliased, looks, views
from .course import CourseSums
from .growth import STEADY, Growth, growth
from .one_step import coarse
from .stationarity import Stationarity
from .verdicts import CYCLING, DRIFTING, MOVED_BY_NOISE, NUMBER, RUNNING_AWAY, SPIRALLING_IN, SPIRALLING_OUT, UNSETTLED

DUST = 1e-12  # of the largest range among the variables of a verdict: variables with less are not named
ALIKE = 0.1  # of the largest rate: variables with a rate this near to it are named together


class FinalHalf:
    """The final half of these replicas, read in one pass.

    Coordinates are the scalar slots, and the mean and the standard deviation of every population. scales: the scale of
    each slot, (R,) or (n, R). still: the share of its scale within which a coordinate counts as resting. last: the last
    recorded tick.
    """

    def __init__(
        self, study: Study, replicas: Integers, scales: Mapping[str, Floats], still: float, last: Block
    ) -> None:
        self.study, self.replicas, self._last = study, replicas, last
        slots = study.observables.slots
        self._names = [slot.name for slot in slots]
        self.owners = [slot.name for slot in slots for _ in range(2 if slot.domain.kind == "node" else 1)]
        parts = [scales[name] if scales[name].ndim == 1 else scales[name].max(axis=0) for name in self.owners]
        self._scales = np.stack(parts)[:, replicas]
        self._still = still
        self._ticks = len(study.times)
        self._shape = (len(self.owners), len(replicas))
        self._quarters = (self._ticks // 2, 3 * self._ticks // 4, self._ticks)
        self._read()

    def _read(self) -> None:
        """One pass over the final half."""
        even = self.study.even  # speeds and swings need equal intervals; the last one may be shorter
        motion = CourseSums(self._shape, self.study.times[:even])
        noise = Stationarity(self._shape, even) if self.study.program.random else None
        low, high = np.full((2, *self._shape), np.inf), np.full((2, *self._shape), -np.inf)
        wanted = looks(self._quarters[0], even) if coarse(self.study) else np.empty(0, np.int64)
        looked: list[Block] = []
        for start, part in self._half():
            times, x = part.times, self._coordinates(part)
            mine = wanted[(wanted >= start) & (wanted < start + part.ticks)] - start
            looked += [Block(times[mine], {name: part.values[name][mine] for name in part.values})] if len(mine) else []
            regular = max(even - start, 0)
            motion.feed(start, times[:regular], x[:, :regular])
            if noise is not None:
                noise.feed(start, x[:, :regular])
            for q, (a, b) in enumerate(zip(self._quarters[:-1], self._quarters[1:], strict=True)):
                quarter = x[:, max(a - start, 0) : max(b - start, 0)]
                if quarter.shape[1]:
                    low[q], high[q] = np.minimum(low[q], quarter.min(axis=1)), np.maximum(high[q], quarter.max(axis=1))
        self._low, self._high, self._noise, self._looked = low, high, noise, looked
        self.moving: Flags = self.ranges > self._still * self._scales
        by_chance = moved_by_noise(self.study, self._last)
        self._by_noise = np.stack([by_chance[name][self.replicas] for name in self.owners])
        course = motion.course()
        with np.errstate(all="ignore"):
            share = np.maximum(course.range, self.ranges) / self._scales
        self.growth: Growth = growth(course, share, self.moving, self._by_noise)

    def _half(self) -> Iterator[tuple[int, Block]]:
        """The final half in blocks, each with the number of its first tick."""
        start, first = 0, max(self._quarters[0] - 2, 0)
        for block in self.study.recording.blocks():
            part = block[max(first - start, 0) :]
            if part.ticks:
                yield start + block.ticks - part.ticks, part
            start += block.ticks

    def _coordinates(self, block: Block) -> Floats:
        """The coordinates over a block, (D, K, R)."""
        every = len(self.replicas) == self.study.replicas
        states = (block.values[name] for name in self._names)
        return np.stack([view for x in states for view in views(x if every else x[..., self.replicas])])

    @property
    def ranges(self) -> Floats:
        """The range of every coordinate in the final half, (D, R)."""
        return self._high.max(axis=0) - self._low.min(axis=0)

    def periods(self) -> Floats:
        """The periods of closed orbits of steady size, (R,); NaN for other replicas."""
        with np.errstate(all="ignore"):
            size = self._high - self._low
            steady = np.abs(size[1] / size[0] - 1.0) <= STEADY
            ranges = np.where(self.moving, self.ranges, 0.0)
            reference = np.argmax(np.where(self.moving, ranges / self._scales, 0.0), axis=0)
        level = np.take_along_axis((self._low.min(axis=0) + self._high.max(axis=0)) / 2, reference[None], axis=0)[0]
        returns = Returns(reference, level)
        half = self._quarters[0]
        for start, block in self._half():
            part = block[max(half - start, 0) : max(self.study.even - start, 0)]
            returns.feed(part.times, self._coordinates(part))
        return np.where((steady | ~self.moving).all(axis=0), returns.periods(ranges), np.nan)

    @cached_property
    def aliased(self) -> Flags:
        """Which moving coordinates oscillate too fast for the record, (D, R)."""
        if not self._looked or not self.moving.any():
            return np.zeros(self._shape, bool)
        found = aliased(self.study, join(self._looked))
        return np.stack([found[name][self.replicas] for name in self.owners]) & self.moving

    def told(self) -> dict[str, NDArray[Any]]:
        """verdict (its NUMBER), period, rate, doubling_time, size, speed, variables of every replica, (R,)."""
        g, moving = self.growth, self.moving
        periods = self.periods()
        closed = np.isfinite(periods)
        hidden = self.aliased
        cycles = closed & ~hidden.any(axis=0)
        inward = g.spirals_in.any(axis=0) & (g.spirals_in | g.slower | ~moving).all(axis=0)
        outward = g.spirals_out.any(axis=0) & (g.spirals_out | g.slower | ~moving).all(axis=0)
        drifts, nothing = g.drifts & ~hidden, np.zeros(self._shape, bool)
        verdict = np.full(len(self.replicas), NUMBER[UNSETTLED], np.int8)
        about = hidden
        for word, where, which in (
            (MOVED_BY_NOISE, self._stationary() & ~closed, moving), (SPIRALLING_IN, inward, g.spirals_in),
            (SPIRALLING_OUT, outward, g.spirals_out),
            (DRIFTING, drifts.any(axis=0), drifts), (RUNNING_AWAY, g.runs.any(axis=0), g.runs),
            (CYCLING, cycles, nothing),
        ):
            verdict[where] = NUMBER[word]
            about = np.where(where, which, about)
        unrated = np.isin(verdict, [NUMBER[word] for word in (UNSETTLED, MOVED_BY_NOISE, DRIFTING)])
        rates = np.where(about & ~unrated, g.rate, np.nan)
        with np.errstate(invalid="ignore"):
            largest = np.fmax.reduce(rates, axis=0)
            about &= ~(rates < largest - ALIKE * np.abs(largest))
        ways = np.where(about, self.ranges, 0.0)
        about = about & (ways >= DUST * ways.max(axis=0))
        leader = np.argmax(about, axis=0)
        swings = np.where(np.isfinite(rates) & ~hidden, g.period, np.nan)
        speeds = np.where(about & (verdict == NUMBER[DRIFTING]), g.speed, np.nan)
        return {
            "verdict": verdict, "period": np.where(cycles, periods, _row(swings, leader)),
            "rate": _row(rates, leader), "doubling_time": _row(np.where(rates > 0, g.doubling, np.nan), leader),
            "size": _row(self._sizes(rates), leader), "speed": _row(speeds, leader),
            "variables": self._listed(about),
        }

    def _sizes(self, rates: Floats) -> Floats:
        """The sizes of what grows or shrinks, extrapolated to the end of the record."""
        times, even = self.study.times, self.study.even
        with np.errstate(over="ignore"):
            return self.growth.size * np.exp(rates * (times[-1] - times[even - 1]))

    def _stationary(self) -> Flags:
        """In which replicas every moving coordinate is moved by random numbers and fluctuates around a mean, (R,)."""
        if self._noise is None:
            return np.zeros(len(self.replicas), bool)
        calm = self._by_noise & self._noise.stationary()
        return np.asarray(self.moving.any(axis=0) & (~self.moving | calm).all(axis=0))

    def _listed(self, which: Flags) -> NDArray[Any]:
        """The names of the marked coordinates of every replica, "x, y", (R,)."""
        columns, alike = np.unique(which, axis=1, return_inverse=True)
        texts = [", ".join(dict.fromkeys(compress(self.owners, column))) for column in columns.T]
        return np.array(texts, dtype=object)[alike.ravel()]


def _row(values: Floats, row: Integers) -> Floats:
    """The value of every replica in its row, (R,)."""
    found: Floats = np.take_along_axis(values, row[None], axis=0)[0]
    return found
