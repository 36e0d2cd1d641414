"""The sign test: whether more values rise than fall, or the difference may be chance."""

from __future__ import annotations

from math import erfc, sqrt

LEVEL = 0.05  # a difference with a smaller p-value is clear
EXACT = 1000  # up to so many values the binomial sum is exact; beyond, the normal approximation is as good


def sign_test(up: int, down: int) -> float:
    """The two-sided p-value of the sign test (Arbuthnott 1710; Dixon and Mood 1946): min(1, 2 Σ_{k ≤ min(up, down)}
    C(n, k)/2ⁿ), n = up + down. This is twice the probability that at most min(up, down) of n independent values go one
    way, if each is as likely to rise as to fall. The caller leaves out ties."""
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
