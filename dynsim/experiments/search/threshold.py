"""From which value of a parameter on: the threshold where a mean crosses a level, found from noisy replicas.

The threshold θ is where the mean over replicas crosses the level: g(θ) = L for a transition that is gradual, the jump
where there is one. A share is the mean of truth values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...arrays import Array, Floats
from ...errors import InputError
from .local_fit import located, shown
from .location import Location
from .scale import Scale
from .sequential_test import log_evidence
from .visits import Point, Visit

Evaluate = Callable[[float, int, int], Array]
"""evaluate(value, first, count) → what the replicas first … first + count − 1 show there, (count,): truth values or
numbers, NaN where a replica has none. No replica is asked for twice, so all answers are independent."""

EVIDENCE = np.log(40.0)
"""What the sequential test asks for: then 1 answer in 40 is wrong at most, however close to the level the mean is."""

BLOCK = 16
"""Replicas with which the test at a point begins; it goes on with twice as many. Even, as noise comes in pairs."""

CANDIDATES = (0.5, 0.25, 0.75)
"""Quantiles of the density that are tested in turn. The median alone would stall where it meets the threshold: there
the mean is the level, and no number of replicas decides."""

GRADUAL = 64
OF_GRADUAL = 32
"""The transition counts as gradual where none of the candidates is decided after so many replicas at each of them, or
after this part of the budget, if that is more."""

AROUND = (0.1, 0.9)
"""Quantiles of the density at which a gradual transition is sampled. Both are close to the threshold, where replicas
tell most about its place, and far enough apart to tell the slope."""

GROWTH = 8
"""Each of them has this part of the replicas used so far; the density is computed anew after both."""

OF_ENDS = 4
"""Each end of the range may use this part of the budget."""


@dataclass(frozen=True)
class Threshold:
    """Where the mean crosses the level.

    value: the median of the posterior. low, high: its 95 % interval. rising: whether the mean is above the level beyond
    it. converged: whether the interval is as narrow as asked; otherwise the budget was used up first. replicas: the
    number used. visits: the points in the order of the search. edges, density: the posterior, constant between edges.
    """

    value: float
    low: float
    high: float
    rising: bool
    converged: bool
    replicas: int
    visits: tuple[Visit, ...]
    edges: Floats
    density: Floats


@dataclass(frozen=True)
class NoCrossing:
    """There is no threshold in the range, or none that can be found: why."""

    message: str
    replicas: int
    visits: tuple[Visit, ...]


def threshold(
    evaluate: Evaluate, scale: Scale, level: float, *, budget: int = 4096, tolerance: float = 0.001, share: bool = False
) -> Threshold | NoCrossing:
    """The threshold at which the mean crosses the level, by probabilistic bisection (Horstein 1963; Waeber, Frazier &
    Henderson 2013) with a test of power one at every point. Where the test no longer decides, the transition is
    gradual; the rest of the budget is then spent close to it, and a local fit gives the interval (`local_fit`).

    scale: the range that is searched. budget: the replicas that may be used in all. tolerance: the width of the 95 %
    interval at which the search ends, as a part of the range (of its logarithm on a log scale). share: whether the
    replicas' values are truth values.

    The mean is assumed to cross once, and to jump there or be smooth. Of several crossings one is found; an even number
    of them looks like none. Returns NoCrossing where both ends lie on one side of the level, or an end cannot be told
    from it.
    """
    if share and not 0.0 < level < 1.0:
        raise InputError(f"level: a share crosses a level between 0 and 1, got {level:g}")
    if budget < 4 * BLOCK or not 0.0 < tolerance < 1.0:
        raise InputError(
            f"expected a budget of {4 * BLOCK} replicas or more and a tolerance between 0 and 1, "
            f"got {budget} and {tolerance:g}"
        )
    return _Search(evaluate, scale, level, budget, share).result(tolerance)


class _Search:
    def __init__(self, evaluate: Evaluate, scale: Scale, level: float, budget: int, share: bool) -> None:
        self.evaluate, self.scale, self.level, self.budget, self.share = evaluate, scale, level, budget, share
        self.used = 0
        self.points: list[Point] = []

    def result(self, tolerance: float) -> Threshold | NoCrossing:
        ends = [self._point(0.0), self._point(1.0)]
        above = [self._end(point) for point in ends]
        if None in above or above[0] == above[1]:
            return NoCrossing(self._why_not(ends, above), self.used, self._visits())
        rising = above[1] is True
        where = self._bisected(rising, tolerance)
        value, low, high = (float(self.scale.at(u)) for u in (where.quantile(0.5), *where.interval))
        return Threshold(
            value, low, high, rising, where.width <= tolerance, self.used, self._visits(),
            self.scale.at(where.edges), where.masses / np.diff(self.scale.at(where.edges)),
        )

    def _bisected(self, rising: bool, tolerance: float) -> Location:
        where = Location()
        while where.width > tolerance and self.used < self.budget:
            decided = self._next_decided(where)
            if decided is None:
                return self._closed_in(rising, tolerance)
            point, is_above, certainty = decided
            where.learn(point.u, is_above == rising, certainty)
        return where

    def _closed_in(self, rising: bool, tolerance: float) -> Location:
        """The density of a gradual transition, with what is left of the budget."""
        where = self._located(rising)
        while where.width > tolerance and self.used < self.budget:
            count = max(BLOCK, self.used // GROWTH // 2 * 2)
            for q in AROUND:
                self._more(self._point(where.quantile(q)), count, self.budget)
            where = self._located(rising)
        return where

    def _point(self, u: float) -> Point:
        self.points.append(Point(u, float(self.scale.at(u)), self.share))
        return self.points[-1]

    def _end(self, point: Point) -> bool | None:
        most = self.used + self.budget // OF_ENDS // 2 * 2
        answer = None
        while answer is None and self.used < most:
            answer = self._test(point, most)
        return answer

    def _next_decided(self, where: Location) -> tuple[Point, bool, float] | None:
        """The first of the candidates that is decided, whether the mean is above the level there, and how certain that
        is; None if the transition is gradual or the budget ends."""
        enough = max(GRADUAL, self.budget // OF_GRADUAL)
        candidates = [self._point(where.quantile(q)) for q in CANDIDATES[:1]]
        while self.used < self.budget:
            for point in candidates:
                answer = self._test(point, self.budget)
                if answer is not None:
                    return point, answer, float(1.0 / (1.0 + np.exp(-log_evidence(point.shown, self.level))))
            if len(candidates) == len(CANDIDATES) and all(len(point.shown) >= enough for point in candidates):
                return None
            candidates += [self._point(where.quantile(q)) for q in CANDIDATES[len(candidates) :]]
        return None

    def _test(self, point: Point, most: int) -> bool | None:
        """Twice as many replicas at the point; whether the mean there is above the level, None if that is open."""
        self._more(point, max(BLOCK, len(point.shown)), most)
        if log_evidence(point.shown, self.level) < EVIDENCE:
            return None
        return bool(point.visit().mean > self.level)

    def _more(self, point: Point, count: int, most: int) -> None:
        """New replicas at the point, as far as no more than `most` are used in all."""
        count = min(count, most - self.used)
        if count > 0:
            more = self.evaluate(point.value, self.used, count)
            point.shown = np.concatenate([point.shown, np.asarray(more, dtype=point.shown.dtype)])
            self.used += count

    def _located(self, rising: bool) -> Location:
        points = sorted((point for point in self.points if len(point.finite) > 1), key=lambda point: point.u)
        return located(shown([p.u for p in points], [p.finite for p in points], self.level, rising))

    def _visits(self) -> tuple[Visit, ...]:
        return tuple(point.visit() for point in self.points if len(point.shown))

    def _why_not(self, ends: list[Point], above: list[bool | None]) -> str:
        told = " and ".join(f"{p.visit().mean:.4g} at {p.value:.6g}" for p in ends)
        what = "share" if self.share else "mean"
        for point, answer in zip(ends, above, strict=True):
            if answer is None:
                return (
                    f"the {what} is {told}: at {point.value:.6g}, {len(point.shown)} replicas do not tell it from the "
                    f"level {self.level:g}; widen the range, or allow more replicas"
                )
        side = "above" if above[0] else "below"
        where = f"{side} the level {self.level:g} at both ends"
        return f"the {what} is {told}, {where}: in between, it crosses the level an even number of times, or never"
