"""A test of stationarity: whether a random motion fluctuates around a mean, or wanders off as a random walk does.

The final half of the record is cut into PARTS equal parts. A random walk varies much less within a part than over all
of them; a motion that returns to a mean varies almost as much. With the mean variance s² within parts of n ticks and
the variance S² over all N ticks, a random walk has

    s²/S² ≥ (n + 1)/(N + 1) / (6 RARE)    with a probability of 1 %

because S² is then distributed as Σ_j ξ_j²/(π j)² with standard normal ξ_j: the Cramér–von Mises distribution, whose 1 %
quantile is RARE (Anderson & Darling 1952). A motion above this limit is stationary if the variances in the first and
the second half of the parts also agree within a factor of LIKE.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Flags, Floats

PARTS = 16
LEAST = 2  # ticks in a part
RARE = 0.02480  # the 1 % quantile of the Cramér–von Mises distribution
LIKE = 4.0


class Stationarity:
    """The sums that the test needs, over the last ticks of a record, for D coordinates in R replicas."""

    def __init__(self, shape: tuple[int, int], ticks: int) -> None:
        self._each = (ticks + 1) // 2 // PARTS
        self._start = ticks - PARTS * self._each
        self._level = np.zeros(shape)
        self._sums = np.zeros((2, PARTS, *shape))

    def feed(self, start: int, x: Floats) -> None:
        """Read the next ticks, x (D, K, R). start: the number of the first one in the record."""
        if self._each < LEAST:
            return
        for p in range(PARTS):
            a = self._start + p * self._each - start
            part = x[:, max(a, 0) : max(a + self._each, 0)]
            if not part.shape[1]:
                continue
            if p == 0 and a >= 0:
                self._level = part[:, 0]
            away = part - self._level[:, None]
            for k, values in enumerate((away, away * away)):  # added tick by tick: the same bits for any size of blocks
                rows = np.concatenate([self._sums[k, p][:, None], values], axis=1)
                self._sums[k, p] = np.add.accumulate(rows, axis=1)[:, -1]

    def stationary(self) -> Flags:
        """Which coordinates pass the test, (D, R)."""
        n, whole = self._each, self._each * PARTS
        if n < LEAST:
            return np.zeros(self._level.shape, bool)
        sums, squares = self._sums
        with np.errstate(all="ignore"):
            within = (squares - sums * sums / n) / (n - 1)
            total = (squares.sum(axis=0) - sums.sum(axis=0) ** 2 / whole) / (whole - 1)
            halves = within[: PARTS // 2].mean(axis=0) / within[PARTS // 2 :].mean(axis=0)
            alike = (halves <= LIKE) & (halves >= 1 / LIKE)
            return alike & (within.mean(axis=0) >= (n + 1) / (whole + 1) / (6 * RARE) * total)
