"""Where a mean crosses a level, from points close to the crossing: the likelihood of every place in between.

Two descriptions of the mean near its threshold θ are weighed against each other, with two free numbers each:

    smooth   f(g(x)) = f(L) + b (x − θ) + c (x − θ)²,  b > 0;  f is the logit for a share, the identity for a number
    jump     g(x) = p < L left of θ, and q > L right of it

Each has the likelihood that its best b and c, or p and q, give; the density of θ is the sum of both. A fit that is
repeated with new replicas near its own estimate is consistent for any smooth mean, whatever its shape, and
asymptotically as exact as one that knows the shape (Wu 1985, Ying & Wu 1997).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array, Floats
from .location import Location

NEAR = 0.6
"""Points belong to the fit whose mean is within so many standard deviations of the level. Farther away, a mean bends in
ways that a parabola does not follow, and replicas tell little about the threshold."""

PLACES = (41, 41, 101)
"""The density is computed at so many places, then again where it is not negligible."""

NEWTON = 6
STEEPEST = 1e3
LARGEST_LOGIT = 30.0
"""Bounds that keep Newton's method finite at places that are far too unlikely to matter."""


@dataclass(frozen=True)
class Shown:
    """What points showed, in ascending order. x, n, mean (K,): their places, numbers of replicas, and means, which rise
    through the level. variance (K,): of single replicas; None for shares."""

    level: float
    x: Floats
    n: Floats
    mean: Floats
    variance: Floats | None = None

    def between(self, first: int, last: int) -> Shown:
        """The points first … last, all with the same variance: their pooled one."""
        x, n, mean = (part[first : last + 1] for part in (self.x, self.n, self.mean))
        if self.variance is None:
            return Shown(self.level, x, n, mean)
        pooled = np.average(self.variance[first : last + 1], weights=n - 1.0)
        return Shown(self.level, x, n, mean, np.full(len(x), pooled))


def shown(x: Sequence[float], values: Sequence[Array], level: float, rising: bool) -> Shown:
    """What points in ascending order showed, each at least twice: truth values or finite numbers. A mean that falls is
    mirrored at the level."""
    n, mean = np.array([len(part) for part in values], float), np.array([part.mean() for part in values])
    share = values[0].dtype == bool
    if not rising:
        level, mean = (1.0 - level, 1.0 - mean) if share else (level, 2.0 * level - mean)
    variance = None if share else np.array([part.var(ddof=1) for part in values])
    return Shown(level, np.array(x), n, mean, variance)


def located(points: Shown) -> Location:
    """The density of the threshold: on the points near the level, and up to the next ones beyond. It is uniform there
    where fewer than three are near, or their replicas are all the same."""
    distance = np.abs(_distance(points))
    near = np.flatnonzero(distance <= max(NEAR, distance.min()))
    first, last = int(near[0]), int(near[-1])
    low, high = points.x[max(first - 1, 0)], points.x[min(last + 1, len(points.x) - 1)]
    fitted = points.between(first, last)
    if len(near) < 3 or (fitted.variance is not None and not fitted.variance.any()):
        return Location(np.array([low, high]), np.ones(1))
    for count in PLACES:
        places = np.linspace(low, high, count)
        likelihood = np.logaddexp(_smooth(fitted, places), _jump(fitted, places))
        masses = np.exp(likelihood - likelihood.max())
        there, step = places[masses > 1e-6], places[1] - places[0]
        low, high = max(low, there[0] - step), min(high, there[-1] + step)
    middles = (places[1:] + places[:-1]) / 2.0
    return Location(np.concatenate([places[:1], middles, places[-1:]]), masses / masses.sum())


def _distance(points: Shown) -> Floats:
    """How far the means are from the level, in standard deviations of single replicas. Shares are compared by their
    logits, halved: then both agree at a level of 1/2, and near 0 and 1 the distance grows without end."""
    if points.variance is not None:
        return (points.mean - points.level) / max(np.sqrt(np.median(points.variance)), 1e-300)
    hits, misses = points.n * points.mean + 0.5, points.n * (1.0 - points.mean) + 0.5
    return (np.log(hits / misses) - _logit(points.level)) / 2.0


def _smooth(points: Shown, places: Floats) -> Floats:
    """The log likelihood of a threshold at each place (T,) if the mean is smooth; −∞ where it would fall there.

    Newton's method for b and c, at all places at once. Of numbers the first step is exact."""
    d = (points.x - places[:, None]) / np.ptp(points.x)
    square = d * d
    b, c = np.zeros((2, len(places), 1))
    for _ in range(NEWTON if points.variance is None else 1):
        weight, pull = _slopes(points, b * d + c * square)
        bb, bc, cc = ((weight * part).sum(axis=1, keepdims=True) for part in (square, square * d, square * square))
        cc = cc * (1.0 + 1e-9) + 1e-12  # of two points, b and c cannot both be told
        to_b, to_c = ((pull * part).sum(axis=1, keepdims=True) for part in (d, square))
        determinant = bb * cc - bc * bc
        b = np.clip(b + (cc * to_b - bc * to_c) / determinant, -STEEPEST, STEEPEST)
        c = np.clip(c + (bb * to_c - bc * to_b) / determinant, -STEEPEST, STEEPEST)
    beyond = b * d + c * square
    if points.variance is None:
        logit = _logit(points.level) + beyond
        likelihood = (points.n * (points.mean * logit - np.logaddexp(0.0, logit))).sum(axis=1)
    else:
        likelihood = -0.5 * (points.n / points.variance * (points.mean - points.level - beyond) ** 2).sum(axis=1)
    return np.where(b[:, 0] > 0.0, likelihood, -np.inf)


def _slopes(points: Shown, beyond: Floats) -> tuple[Floats, Floats]:
    """Minus the second, and the first, derivative of the log likelihood by f(g), where f(g) = f(L) + beyond."""
    if points.variance is not None:
        weight = np.broadcast_to(points.n / points.variance, beyond.shape)
        return weight, weight * (points.mean - points.level - beyond)
    share = 1.0 / (1.0 + np.exp(-np.clip(_logit(points.level) + beyond, -LARGEST_LOGIT, LARGEST_LOGIT)))
    return points.n * share * (1.0 - share), points.n * (points.mean - share)


def _jump(points: Shown, places: Floats) -> Floats:
    """The log likelihood of a threshold at each place (T,) if the mean jumps there, and is constant on both sides."""
    left = points.x <= places[:, None]
    return _constant(points, left, np.minimum) + _constant(points, ~left, np.maximum)


def _constant(points: Shown, side: np.ndarray, keep: np.ufunc) -> Floats:
    """The log likelihood of the points on one side (T, K) if their mean is one number, not beyond the level."""
    count, total = (side * points.n).sum(axis=1), (side * points.n * points.mean).sum(axis=1)
    best = keep(total / np.maximum(count, 1.0), points.level)
    if points.variance is not None:
        return -0.5 * (side * points.n / points.variance * (points.mean - best[:, None]) ** 2).sum(axis=1)
    best = np.clip(best, 1e-12, 1.0 - 1e-12)
    return total * np.log(best) + (count - total) * np.log1p(-best)


def _logit(share: float) -> float:
    return float(np.log(share / (1.0 - share)))
