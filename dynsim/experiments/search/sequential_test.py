"""Is a mean above or below a level? Evidence that may be looked at after every replica.

The evidence e against "the mean equals the level" is a nonnegative martingale that starts at 1 under that hypothesis,
so that it ever reaches 1/α with a probability of at most α (Ville 1939). Sampling until it does is a test of power one
(Robbins 1970): it decides wherever the mean differs from the level, later the closer it is.
"""

from __future__ import annotations

import math

import numpy as np

from ...arrays import Array

EFFECT = 1.0
"""Standard deviations by which a mean that is not at the level is expected to differ from it."""


def log_evidence(values: Array, level: float) -> float:
    """ln e that the mean is not the level. values (n,): truth values, whose mean is a share, or numbers; those that are
    not finite are left out.

    Of a share, exact for any n, with h of n true and level L (the mixture over all shares):

        e = B(h + 1, n − h + 1) / (L^h (1 − L)^(n − h))

    Of numbers, exact where they are normal with any variance, with t Student's statistic and ν = n − 1 (a normal
    mixture over effects; Gönen et al. 2005, Hendriksen, de Heide & Grünwald 2021):

        e = (1 + n)^(−1/2) ((1 + t²/ν) / (1 + t²/(ν (1 + n))))^((ν + 1)/2)
    """
    if values.dtype == bool:
        return _of_share(int(values.sum()), len(values), level)
    return _of_mean(values[np.isfinite(values)], level)


def _of_share(hits: int, trials: int, level: float) -> float:
    misses = trials - hits
    mixture = math.lgamma(hits + 1) + math.lgamma(misses + 1) - math.lgamma(trials + 2)
    return mixture - hits * math.log(level) - misses * math.log1p(-level)


def _of_mean(values: Array, level: float) -> float:
    n = len(values)
    if n < 2:
        return 0.0
    gap = float(values.mean()) - level
    spread = float(values.var(ddof=1))
    growth = 1.0 + n * EFFECT**2
    ratio = n * gap * gap  # t² times the variance
    if ratio == 0.0:
        return -0.5 * math.log(growth)
    quotient = (spread + ratio / (n - 1)) / (spread + ratio / ((n - 1) * growth))
    return 0.5 * n * math.log(quotient) - 0.5 * math.log(growth)
