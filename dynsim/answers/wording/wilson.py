"""Wilson's interval: how well a share of replicas is known."""

from __future__ import annotations

import numpy as np

from ...arrays import Array, Floats

Z95 = 1.959963984540054  # the standard normal's 97.5 % quantile


def wilson(hits: float, trials: int, z: float = Z95) -> tuple[float, float]:
    """The 95 % score interval of a probability after `hits` in `trials` independent trials,

        (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n),   p = hits/n   (Wilson 1927),

    which stays within [0, 1] and is not empty at 0 or n hits.
    """
    low, high = intervals(np.array(hits, float), np.array(trials, float), z)
    return float(low), float(high)


def intervals(hits: Array, trials: Array, z: float = Z95) -> tuple[Floats, Floats]:
    """The ends of `wilson` for many shares at once; NaN where there are no trials."""
    n = trials
    with np.errstate(invalid="ignore", divide="ignore"):
        p = hits / n
        centre = p + z * z / (2 * n)
        half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    return np.where((hits == 0) & (n > 0), 0.0, low), np.where((hits == n) & (n > 0), 1.0, high)
