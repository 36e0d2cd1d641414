"""The stationary distribution of a Markov chain whose transition probabilities span hundreds of orders of magnitude.

The elimination of states (Grassmann, Taksar & Heyman 1985) uses sums, products and quotients of positive numbers and no
differences, so nothing cancels. Working in logarithms prevents over- and underflow.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ...arrays import Floats

MOST = 512  # states; the time grows with their third power
TIED = 1e-9  # of the largest exponent: exponents that differ by less count as equal

Sum = Callable[[Floats, int], Floats]


def stationary(log_rates: Floats) -> Floats:
    """The logarithms of the stationary probabilities, (n,), of an irreducible chain.

    log_rates: logarithms of the transition probabilities from row to column, (n, n); −∞ for no transition. The diagonal
    is ignored.
    """
    return _eliminated(log_rates[..., None], np.logaddexp.reduce)[:, 0]


def limiting(exponents: Floats, log_factors: Floats) -> Floats:
    """The limit α → ∞ of the stationary probabilities, (n,), for transition probabilities that are c·e^{αw} to leading
    order.

    exponents: w ≤ 0, (n, n); −∞ for no transition. log_factors: ln c, (n, n). The elimination keeps leading orders: the
    order of a sum is that of its largest terms, and their factors add.
    """
    finite = exponents[np.isfinite(exponents)]
    tied = TIED * max(1e-300, float(np.abs(finite).max(initial=0.0)))
    found = _eliminated(np.stack([exponents, log_factors], axis=-1), partial(_leading, tied))
    mass = np.exp(np.where(found[:, 0] >= -tied * len(found), found[:, 1], -np.inf))
    normalised: Floats = mass / mass.sum()
    return normalised


def _leading(tied: float, terms: Floats, axis: int) -> Floats:
    """The leading order of a sum. terms: (…, 2), the exponent and the logarithm of the factor of each term."""
    exponent = terms[..., 0].max(axis=axis, keepdims=True)
    factors = np.where(terms[..., 0] >= exponent - tied, terms[..., 1], -np.inf)
    return np.stack([exponent.squeeze(axis), np.logaddexp.reduce(factors, axis)], axis=-1)


def _eliminated(rates: Floats, total: Sum) -> Floats:
    """The stationary probabilities, (n, d), in the arithmetic whose sum is `total`. rates: (n, n, d)."""
    p = np.array(rates)
    n = len(p)
    for k in range(n - 1, 0, -1):
        p[:k, k] -= total(p[k, :k], 0)
        through = p[:k, k, None] + p[None, k, :k]
        p[:k, :k] = total(np.stack([p[:k, :k], through]), 0)
    weights = np.zeros((n, p.shape[-1]))
    for k in range(1, n):
        weights[k] = total(weights[:k] + p[:k, k], 0)
    normalised: Floats = weights - total(weights, 0)
    return normalised
