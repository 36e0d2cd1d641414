"""The rows that move on a continuous clock: sums of increments, and the search for values that are not finite."""

from .generated import LANES, inner


@inner
def check(y, s, spans):
    """Add the moving rows to s."""
    for i in range(len(spans)):
        for q in range(spans[i, 0], spans[i, 1]):
            for r in range(LANES):
                s[r] += y[q * LANES + r]


@inner
def combine(y, start, total, inc, weights, count, spans):
    """y = start + Σ_j weights_j inc_j; the sum is left in `total`."""
    # The increments are small beside the state: summed first, they lose digits in one addition only.
    for i in range(len(spans)):
        first, last = spans[i, 0] * LANES, spans[i, 1] * LANES
        for c in range(first, last):
            total[c] = weights[0] * inc[0, c]
        for j in range(1, count):
            for c in range(first, last):
                total[c] += weights[j] * inc[j, c]
        for c in range(first, last):
            y[c] = start[c] + total[c]
