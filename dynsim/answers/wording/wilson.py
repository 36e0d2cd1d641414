"""Wilson's interval: how well a share of replicas is known."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959963984540054  # the standard normal's 97.5 % quantile


def wilson(hits: float, trials: int, z: float = Z95) -> tuple[float, float]:
    """The 95 % score interval of a probability after `hits` in `trials` independent trials,

        (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n),   p = hits/n   (Wilson 1927),

    which stays within [0, 1] and is not empty at 0 or n hits.
    """
    p, n = hits / trials, trials
    centre = p + z * z / (2 * n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    return 0.0 if hits == 0 else low, 1.0 if hits == trials else high
