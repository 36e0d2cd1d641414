"""Whether as many values go up as down, as far as chance allows."""

from __future__ import annotations

from math import erfc, sqrt

LEVEL = 0.05  # the probability below which a difference is called clear
EXACT = 1000  # values up to which the binomial sum is taken; the normal approximation is as good beyond


def sign_test(up: int, down: int) -> float:
    """The two-sided p-value of the sign test (Arbuthnott 1710; Dixon and Mood 1946): the probability that of up + down
    independent values, each as likely to rise as to fall, the rarer direction is at most as frequent as it is here,
    twice: min(1, 2 Σ_{k ≤ min(up, down)} C(n, k)/2ⁿ). Ties are left out before."""
    n, rarer = up + down, min(up, down)
    if n == 0:
        return 1.0
    if n > EXACT:
        return erfc(max(0.0, (n / 2 - rarer - 0.5) / sqrt(n / 4)) / sqrt(2.0))
    term, total = 1, 0
    for k in range(rarer + 1):
        total += term
        term = term * (n - k) // (k + 1)
    return min(1.0, 2 * total / 2**n)
