"""Differences between two variants whose replicas have the same random numbers, with 95 % intervals.

Replica r of one variant is compared with replica r of the other, so what both owe to their random numbers cancels.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...answers.wording.sign_test import sign_test
from ...answers.wording.wilson import wilson
from ...arrays import Floats
from ...extras import from_extra

LEVEL = 0.95


def mean_differences(differences: Floats) -> pd.DataFrame:
    """The mean of each row of paired differences (K, R), NaN where a pair is unknown: columns difference, low, high, n
    (known pairs) and p, of length K.

    low, high: Student's interval, mean ∓ t s/√n with the 97.5 % quantile t of n − 1 degrees of freedom. p: of the
    paired t-test. With few replicas it holds its level better than a bootstrap, which underestimates the spread of few
    values: it covers 95 % for normal differences, and still 93 % for four uniform ones. NaN below two pairs. Where all
    differences are equal the interval is that point.
    """
    stats = from_extra("experiments", "scipy.stats", "an interval of paired differences")
    known = np.isfinite(differences)
    n = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, differences, 0.0).sum(axis=1) / n
        squares = np.where(known, differences - mean[:, None], 0.0) ** 2
        error = np.sqrt(squares.sum(axis=1) / (n - 1) / n)
        half = stats.t.ppf(0.5 + LEVEL / 2, n - 1) * error
        p = 2 * stats.t.sf(np.abs(mean) / error, n - 1)
    p = np.where((mean == 0.0) & (error == 0.0), 1.0, p)
    p = np.where(n < 2, np.nan, p)
    return pd.DataFrame({"difference": mean, "low": mean - half, "high": mean + half, "n": n, "p": p})


def share_differences(reference: Floats, variant: Floats) -> pd.DataFrame:
    """The differences between two shares of replicas, variant − reference, for each of K rows; the same columns as
    `mean_differences`.

    reference, variant: (K, C, R), 1 where the replica counts in a cell and 0 where it does not; NaN where it is
    unknown. A share is taken over the known cells of each replica, then over replicas. low, high: Newcombe's (1998)
    interval for paired shares, which stays within [−1, 1] and has a width also where all pairs agree. n is the number
    of replicas and not of pairs: a replica has the same random numbers in all cells, so that its cells are not
    independent; with several cells the interval is conservative. p: exact McNemar test, a sign test over the replicas
    whose count is not the same.
    """
    both = np.isfinite(reference) & np.isfinite(variant)
    ref, var = np.where(both, reference, 0.0), np.where(both, variant, 0.0)
    cells = both.sum(axis=1)
    n = (cells > 0).sum(axis=1)
    safe = np.where(cells > 0, cells, 1)
    # What counts in both, in the variant only, in the reference only: the sum over replicas of each one's share.
    a, b, c = (((x * both).sum(axis=1) / safe).sum(axis=1) for x in (ref * var, (1 - ref) * var, ref * (1 - var)))
    net = (var - ref).sum(axis=1)
    p = [sign_test(int((row > 0).sum()), int((row < 0).sum())) for row in net]
    ends = [_newcombe(*row) if row[3] else (np.nan,) * 3 for row in zip(a, b, c, n, strict=True)]
    difference, low, high = np.array(ends).reshape(-1, 3).T
    return pd.DataFrame({"difference": difference, "low": low, "high": high, "n": n, "p": np.where(n < 1, np.nan, p)})


def _newcombe(a: float, b: float, c: float, n: int) -> tuple[float, float, float]:
    """b/n − c/n and the ends of its interval: method 10 of Newcombe (1998), for a table with a (both), b (first only),
    c (second only) and n − a − b − c (neither)."""
    d = n - a - b - c
    first, second = (a + b) / n, (a + c) / n
    (low1, high1), (low2, high2) = wilson(a + b, n), wilson(a + c, n)
    product = (a + b) * (c + d) * (a + c) * (b + d)
    excess = a * d - b * c
    if excess > 0:  # a positive correlation narrows the interval, which the continuity correction limits
        excess = max(excess - n / 2, 0.0)
    phi = excess / np.sqrt(product) if product > 0 else 0.0
    down, up = first - low1, high2 - second
    below = np.sqrt(max(down**2 - 2 * phi * down * up + up**2, 0.0))
    down, up = second - low2, high1 - first
    above = np.sqrt(max(up**2 - 2 * phi * down * up + down**2, 0.0))
    return first - second, first - second - below, first - second + above


def holm(p: Floats) -> Floats:
    """p-values adjusted for their number (Holm 1979): with m known ones in ascending order, max_{i ≤ k} min(1, (m − i +
    1) p_i). Those below a level are wrong about any of them with at most this probability. NaN stays."""
    p = np.asarray(p, dtype=float)
    found = np.full(p.shape, np.nan)
    order = np.argsort(np.where(np.isnan(p), np.inf, p), kind="stable")[: np.isfinite(p).sum()]
    factors = np.arange(len(order), 0, -1)
    found[order] = np.maximum.accumulate(np.minimum(1.0, factors * p[order]))
    return found
