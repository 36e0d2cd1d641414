"""The stationary distribution of a Markov chain whose transition probabilities span hundreds of orders of magnitude.

States are eliminated one after the other (Grassmann, Taksar & Heyman 1985), which takes sums, products and quotients of
positive numbers and no difference, so that nothing cancels. In logarithms nothing over- or underflows either.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ...arrays import Floats

MOST = 512  # states: the time grows with their third power
TIED = 1e-9  # of the largest exponent: orders of magnitude that are nearer to each other are the same

Sum = Callable[[Floats, int], Floats]


def stationary(log_rates: Floats) -> Floats:
    """The logarithms of the stationary probabilities, (n,), of an irreducible chain; log_rates (n, n): the logarithms
    of the transition probabilities from row to column, −∞ for none. The diagonal is not looked at."""
    return _eliminated(log_rates[..., None], np.logaddexp.reduce)[:, 0]


def limiting(exponents: Floats, log_factors: Floats) -> Floats:
    """lim_{α→∞} of the stationary probabilities, (n,), where the transition probabilities are c·e^{αw} to leading order
    (n, n): exponents w ≤ 0, −∞ for none, and log_factors ln c.

    Elimination with leading orders: a sum's is that of its largest terms, whose factors add.
    """
    finite = exponents[np.isfinite(exponents)]
    tied = TIED * max(1e-300, float(np.abs(finite).max(initial=0.0)))
    found = _eliminated(np.stack([exponents, log_factors], axis=-1), partial(_leading, tied))
    mass = np.exp(np.where(found[:, 0] >= -tied * len(found), found[:, 1], -np.inf))
    normalised: Floats = mass / mass.sum()
    return normalised


def _leading(tied: float, terms: Floats, axis: int) -> Floats:
    """Of a sum of terms (…, 2), an exponent and the logarithm of a factor each."""
    exponent = terms[..., 0].max(axis=axis, keepdims=True)
    factors = np.where(terms[..., 0] >= exponent - tied, terms[..., 1], -np.inf)
    return np.stack([exponent.squeeze(axis), np.logaddexp.reduce(factors, axis)], axis=-1)


def _eliminated(rates: Floats, total: Sum) -> Floats:
    """The stationary probabilities, (n, d), in the logarithmic arithmetic of `total`; rates (n, n, d)."""
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
