"""Sobol indices: which inputs the variance of an output comes from, from runs at random inputs.

A and B are two independent samples of all inputs; A_B is A with the inputs of one group U taken from B. With outputs f
(I. M. Sobol' 1993; the estimators are those that Saltelli et al. 2010 recommend):

    first order   V_U/V,  V_U = Var E[f|x_U]      ≈ mean(f(B) (f(A_B) − f(A)))            (Saltelli et al. 2010, (b))
    total         T_U/V,  T_U = E Var[f|x_not U]  ≈ mean((f(A) − f(A_B))²)/2              (Jansen 1999)

Of several outputs both numerators and the variance are summed (Gamboa et al. 2014). V is taken over A, B and A_B
together, which are samples of one distribution: an estimate then stays within bounds when the outputs' tails are heavy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Floats

RESAMPLES = 200


@dataclass(frozen=True)
class Outputs:
    """f(A) and f(B), (N, C, R): samples, outputs, replicas. Samples that are not finite are left out."""

    a: Floats
    b: Floats

    def first(self, mixed: Floats) -> Floats:
        """The first-order index of the group whose A_B gave `mixed`, (R,)."""
        with np.errstate(all="ignore"):
            center = _mean(np.concatenate([self.a, self.b]))
            return _mean((self.b - center) * (mixed - self.a)).sum(axis=0) / self.variance(mixed)

    def total(self, mixed: Floats) -> Floats:
        """The total index of the group, (R,)."""
        with np.errstate(all="ignore"):
            return _mean(np.square(mixed - self.a)).sum(axis=0) / 2.0 / self.variance(mixed)

    def total_error(self, mixed: Floats, seed: int) -> Floats:
        """The standard error of `total` by the bootstrap (Efron 1979) over samples, (R,)."""
        rng = np.random.default_rng(seed)
        found = []
        for _ in range(RESAMPLES):
            chosen = rng.integers(len(self.a), size=len(self.a))
            found.append(Outputs(self.a[chosen], self.b[chosen]).total(mixed[chosen]))
        return np.std(found, axis=0, ddof=1)

    def variance(self, *more: Floats) -> Floats:
        """Σ_c Var f_c over A, B and more samples like them, (R,); NaN where nothing varies."""
        every = np.concatenate([self.a, self.b, *more])
        with np.errstate(all="ignore"):
            squares = np.square(every - _mean(every))
            count = np.isfinite(squares).sum(axis=0)
            found = (_mean(squares) * count / (count - 1)).sum(axis=0)
        return np.where(found > 0.0, found, np.nan)


def _mean(values: Floats) -> Floats:
    """Over the samples that are finite."""
    finite = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(finite, values, 0.0).sum(axis=0) / finite.sum(axis=0)
