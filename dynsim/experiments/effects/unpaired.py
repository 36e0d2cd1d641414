"""Differences between variants whose replicas are independent of each other, because their seeds differ."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...answers.wording.change import UNCHANGED
from ...arrays import Flags, Floats, Integers
from ...extras import from_extra
from .differences import COLUMNS, is_share, numbered
from .numbers import LEVEL
from .shares import Sample, wilson_of
from .values import Values

FEATURE = "an interval of a difference"


def unpaired_effects(values: Values) -> pd.DataFrame:
    """The differences of every variant from the first one, in the columns of `differences.effects`, between replicas
    that are independent of each other: a row for each cell, and one over all.

    Numbers have Welch's (1947) interval and test. Shares have the interval for independent shares that is method 10 of
    Newcombe (1998), and Fisher's exact test. Over all cells it is the mean of their differences; replicas and not cells
    are the sample, because a replica may have the same random numbers in all cells. n, pairs: the smaller number of
    replicas, and of values, of the two. changed: 0 where all values of both are equal to 0.1 %, else 1.
    """
    reference, *others = values.variants
    tables = [_table(values, reference, name, quantity) for name in others for quantity in values.quantities]
    return pd.concat(tables, ignore_index=True)[COLUMNS] if tables else pd.DataFrame(columns=COLUMNS)


def _table(values: Values, reference: str, variant: str, quantity: str) -> pd.DataFrame:
    column = values.column(quantity)
    first, second = (_known(values, name, column) for name in (reference, variant))
    common = np.intersect1d(first.point, second.point)
    first, second = (group.within(common) for group in (first, second))
    found = _shares(first, second) if is_share(quantity, column) else _means(first, second)
    table = found.assign(
        reference=first.mean, n=np.minimum(first.n, second.n), pairs=np.minimum(first.count, second.count),
        changed=_differ(first, second),
    )
    return numbered(table, values.cells[variant], variant, quantity)


@dataclass(frozen=True)
class _Group:
    """Known values of a variant: value, point, replica (N,), at some of `points` points. Every property has a value for
    each point, and one over all."""

    value: Floats
    point: Integers
    replica: Integers
    points: int

    def within(self, points: Integers) -> _Group:
        there = np.isin(self.point, points)
        return _Group(self.value[there], self.point[there], self.replica[there], self.points)

    @cached_property
    def count(self) -> Integers:
        """Values."""
        return np.append(self._each, len(self.value))

    @cached_property
    def n(self) -> Integers:
        """Replicas."""
        return np.append(self._each, len(np.unique(self.replica)))

    @cached_property
    def mean(self) -> Floats:
        """Over all points, the mean of their means."""
        with np.errstate(invalid="ignore", over="ignore"):
            means = np.bincount(self.point, self.value, self.points) / self._each
            return np.append(means, means[self._each > 0].sum() / self._there)

    @cached_property
    def freedom(self) -> Integers:
        """Degrees of freedom. Over all points a mean was taken from the values of each, which replicas that are at one
        point alone pay for."""
        everywhere = len(self.value) > self.n[-1]
        return np.append(self._each - 1, self.n[-1] - (1 if everywhere else self._there))

    @cached_property
    def variance(self) -> Floats:
        """Of the mean. Over all points it is the sum over replicas of the square of what each adds to the mean."""
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            apart = self.value - self.mean[self.point]
            own = np.bincount(self.point, apart**2, self.points) / (self._each - 1) / self._each
            size = self._each[self.point]
            added = apart / size * np.sqrt(size / np.maximum(size - 1, 1)) / self._there
            every = (np.bincount(self.replica, added, 1) ** 2).sum()
        return np.where(self.freedom < 1, np.nan, np.append(own, every))

    @cached_property
    def effective(self) -> Floats:
        """The number of independent values that tell as much about a share (`Sample.effective`)."""
        cells = np.bincount(self.replica, minlength=1)
        own = np.bincount(self.replica, self.value, 1)[cells > 0] / cells[cells > 0]
        sample = Sample(np.zeros(len(own), dtype=int), cells[cells > 0].astype(float), 1)
        return np.append(self._each, sample.effective(own, own))

    @cached_property
    def _each(self) -> Integers:
        return np.bincount(self.point, minlength=self.points)

    @property
    def _there(self) -> int:
        return int((self._each > 0).sum())


def _known(values: Values, variant: str, column: Floats) -> _Group:
    joined = values.joined(variant)
    value = column[joined.rows[0]]
    there = np.isfinite(value)
    return _Group(value[there], joined.point[there], joined.replica[there], values.points)


def _means(first: _Group, second: _Group) -> pd.DataFrame:
    """Welch's interval and test. Where no value differs from its mean the interval is a point, and p is 0 or 1."""
    stats = from_extra("experiments", "scipy.stats", FEATURE)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        difference, total = second.mean - first.mean, first.variance + second.variance
        freedom = total**2 / sum(one.variance**2 / one.freedom for one in (first, second))
        half = np.where(total == 0, 0.0, stats.t.ppf(0.5 + LEVEL / 2, freedom) * np.sqrt(total))
        p = 2 * stats.t.sf(np.abs(difference) / np.sqrt(total), freedom)
    p = np.where(total == 0, np.where(difference == 0, 1.0, 0.0), p)
    return pd.DataFrame({"difference": difference, "low": difference - half, "high": difference + half, "p": p})


def _shares(first: _Group, second: _Group) -> pd.DataFrame:
    """Newcombe's interval and Fisher's test, with effective numbers of values."""
    stats = from_extra("experiments", "scipy.stats", FEATURE)
    difference = second.mean - first.mean
    with np.errstate(invalid="ignore", divide="ignore"):
        (low1, high1), (low2, high2) = (wilson_of(one.mean, one.effective) for one in (first, second))
    below = np.hypot(second.mean - low2, high1 - first.mean)
    above = np.hypot(high2 - second.mean, first.mean - low1)
    sizes = np.stack([first.effective, second.effective], axis=1).round()
    hits = (np.nan_to_num(np.stack([first.mean, second.mean], axis=1)) * sizes).round()
    tables = np.concatenate([hits, sizes - hits], axis=1).astype(int)
    # Many cells have the same few tables.
    kinds, kind = np.unique(tables, axis=0, return_inverse=True)
    tests = np.array([stats.fisher_exact(one.reshape(2, 2)).pvalue for one in kinds])
    p = np.where(np.isnan(difference), np.nan, tests[kind])
    return pd.DataFrame({"difference": difference, "low": difference - below, "high": difference + above, "p": p})


def _differ(first: _Group, second: _Group) -> Floats:
    """1 where some value differs from another, 0 where none does, NaN where there is none."""
    point = np.concatenate([first.point, second.point])
    low, high = np.full(first.points, np.inf), np.full(first.points, -np.inf)
    np.minimum.at(low, point, np.concatenate([first.value, second.value]))
    np.maximum.at(high, point, np.concatenate([first.value, second.value]))
    known = np.isfinite(low)
    with np.errstate(invalid="ignore"):
        other: Flags = known & (high - low > UNCHANGED * np.maximum(np.abs(low), np.abs(high)))
    every = float(other.any()) if known.any() else np.nan
    return np.append(np.where(known, other.astype(float), np.nan), every)
