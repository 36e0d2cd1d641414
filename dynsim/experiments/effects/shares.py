"""Paired differences between shares of replicas, and interactions of them, with 95 % intervals that have a width also
where all pairs agree.

Each of M replicas belongs to one of `rows` rows and counts with its mean over a number of cells; a single cell is the
usual case. It has the same random numbers in all cells, so that replicas are independent and cells are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...answers.wording.wilson import Z95
from ...arrays import Floats, Integers
from ...extras import from_extra
from .numbers import LEVEL

FEATURE = "an interval of paired differences"


@dataclass(frozen=True)
class Sample:
    """row: (M,), the row of each replica, from 0. cells: (M,), the number of its known cells. rows: how many rows."""

    row: Integers
    cells: Floats
    rows: int

    @property
    def n(self) -> Integers:
        """How many replicas each row has."""
        return np.bincount(self.row, minlength=self.rows)

    def mean(self, values: Floats) -> Floats:
        """The mean over the replicas of each row, NaN without any."""
        with np.errstate(invalid="ignore"):
            return np.bincount(self.row, values, self.rows) / self.n

    def effective(self, contrast: Floats, square: Floats) -> Floats:
        """How many independent pairs tell as much as the replicas of a row do: at least their number n, at most the
        number of pairs N of replicas and cells.

        contrast, square: (M,), the mean over cells of each replica's contrast d, and of d². With the variance σ² of d
        over all pairs and s² of the replicas' means, it is σ²/(s²/n) (the design effect of a sample in clusters: Kish
        1965), times (z/t)², which makes a normal interval as wide as Student's with n − 1 degrees of freedom (Korn and
        Graubard 1998). It is n with a single cell, and where no pair differs from another: that may be the same
        accident in all cells.
        """
        stats = from_extra("experiments", "scipy.stats", FEATURE)
        n, pairs, mean = self.n, np.bincount(self.row, self.cells, self.rows), self.mean(contrast)
        with np.errstate(invalid="ignore", divide="ignore"):
            between = np.bincount(self.row, (contrast - mean[self.row]) ** 2, self.rows) / (n - 1) / n
            found = (self.mean(square) - mean**2) / between * (Z95 / stats.t.ppf(0.5 + LEVEL / 2, n - 1)) ** 2
        return np.clip(np.where(np.isnan(found), n, found), n, np.maximum(pairs, n))


def share_differences(sample: Sample, both: Floats, gained: Floats, lost: Floats) -> pd.DataFrame:
    """The difference between two shares of replicas, variant − reference, for each row: columns difference, low, high,
    n (replicas) and p; NaN without a replica.

    both, gained, lost: (M,), the share of each replica's cells that count in both, in the variant only, and in the
    reference only. low, high: Newcombe's (1998) interval for paired shares with the effective number of pairs; it stays
    within [−1, 1]. p: exact McNemar test, a sign test over the replicas whose shares are not the same.
    """
    special = from_extra("experiments", "scipy.special", FEATURE)
    net = gained - lost
    up, down = (np.bincount(sample.row[way], minlength=sample.rows) for way in (net > 0, net < 0))
    p = np.minimum(1.0, 2 * special.bdtr(np.minimum(up, down), np.maximum(up + down, 1), 0.5))
    p = np.where(up + down == 0, 1.0, p)
    effective = sample.effective(net, gained + lost)
    difference, low, high = _newcombe(sample.mean(both), sample.mean(gained), sample.mean(lost), effective)
    n = sample.n
    return pd.DataFrame({"difference": difference, "low": low, "high": high, "n": n, "p": np.where(n < 1, np.nan, p)})


def contrasts(sample: Sample, contrast: Floats, square: Floats) -> pd.DataFrame:
    """The mean of a contrast d between paired shares, for each row; the columns of `share_differences`.

    contrast, square: (M,), the mean over each replica's cells of d, which is −2, …, 2 in a pair, and of d².

    low, high: the adjusted Wald interval that Bonett and Price (2012) have for two paired shares: Wald's, after one
    pair with d = 1 and one with d = −1 were added to the effective number of pairs. p: of the same statistic. Student's
    interval and a bootstrap of d have no width where all pairs agree, and too small a one where few do not.
    """
    special = from_extra("experiments", "scipy.special", FEATURE)
    n, mean, pairs = sample.n, sample.mean(contrast), sample.effective(contrast, square)
    middle = pairs * mean / (pairs + 2)
    error = np.sqrt(((pairs * sample.mean(square) + 2) / (pairs + 2) - middle**2) / (pairs + 2))
    p = 2 * special.ndtr(-np.abs(middle) / error)
    low, high = np.maximum(middle - Z95 * error, -2.0), np.minimum(middle + Z95 * error, 2.0)
    return pd.DataFrame({"difference": mean, "low": low, "high": high, "n": n, "p": p})


def _newcombe(both: Floats, gained: Floats, lost: Floats, n: Floats) -> tuple[Floats, Floats, Floats]:
    """gained − lost and the ends of its interval: method 10 of Newcombe (1998), for the shares of n pairs that count
    twice, in the first only, and in the second only."""
    first, second, neither = both + gained, both + lost, 1 - both - gained - lost
    with np.errstate(invalid="ignore", divide="ignore"):
        (low1, high1), (low2, high2) = wilson_of(first, n), wilson_of(second, n)
        # A positive correlation narrows the interval, which the continuity correction limits.
        excess = both * neither - gained * lost
        excess = np.where(excess > 0, np.maximum(excess - 1 / (2 * n), 0.0), excess)
        product = first * (1 - first) * second * (1 - second)
        phi = np.where(product > 0, excess / np.sqrt(np.maximum(product, 0.0)), 0.0)
        below = _together(first - low1, high2 - second, phi)
        above = _together(second - low2, high1 - first, phi)
    return gained - lost, gained - lost - below, gained - lost + above


def _together(one: Floats, other: Floats, phi: Floats) -> Floats:
    return np.sqrt(np.maximum(one**2 - 2 * phi * one * other + other**2, 0.0))


def wilson_of(p: Floats, n: Floats, z: float = Z95) -> tuple[Floats, Floats]:
    """Wilson's interval (`answers.wording.wilson`) of many shares p among n."""
    centre, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    return np.where(p <= 0.0, 0.0, low), np.where(p >= 1.0, 1.0, high)
