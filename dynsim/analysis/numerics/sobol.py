"""Sobol indices: the shares of an output's variance that groups of inputs are responsible for.

A and B are two independent samples of all inputs; A_B is A with the inputs of one group U taken from B. For the outputs
f (I. M. Sobol' 1993; estimators recommended by Saltelli et al. 2010):

    first order   V_U/V,  V_U = Var E[f|x_U]      ≈ mean(f(B) (f(A_B) − f(A)))            (Saltelli et al. 2010, (b))
    total         T_U/V,  T_U = E Var[f|x_not U]  ≈ mean((f(A) − f(A_B))²)/2              (Jansen 1999)

With several outputs, the numerators and the variances are summed over outputs (Gamboa et al. 2014). V is estimated from
A, B and A_B together, which are samples of one distribution; this keeps the estimates within bounds for outputs with
heavy tails.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Floats

RESAMPLES = 200  # of the bootstrap


@dataclass(frozen=True)
class Outputs:
    """f(A) and f(B), (N, C, R): samples, outputs, replicas. Values that are not finite are left out."""

    a: Floats
    b: Floats

    def first(self, mixed: Floats) -> Floats:
        """The first-order index of a group, (R,). mixed: f(A_B), (N, C, R)."""
        with np.errstate(all="ignore"):
            center = _mean(np.concatenate([self.a, self.b]))
            return _mean((self.b - center) * (mixed - self.a)).sum(axis=0) / self.variance(mixed)

    def total(self, mixed: Floats) -> Floats:
        """The total index of a group, (R,). mixed: f(A_B)."""
        with np.errstate(all="ignore"):
            return _mean(np.square(mixed - self.a)).sum(axis=0) / 2.0 / self.variance(mixed)

    def total_error(self, mixed: Floats, seed: int) -> Floats:
        """The standard error of `total`, (R,), by the bootstrap over samples (Efron 1979)."""
        rng = np.random.default_rng(seed)
        found = []
        for _ in range(RESAMPLES):
            chosen = rng.integers(len(self.a), size=len(self.a))
            found.append(Outputs(self.a[chosen], self.b[chosen]).total(mixed[chosen]))
        return np.std(found, axis=0, ddof=1)

    def variance(self, *more: Floats) -> Floats:
        """Σ_c Var f_c over A, B and `more` samples of the same distribution, (R,); NaN where nothing varies."""
        every = np.concatenate([self.a, self.b, *more])
        with np.errstate(all="ignore"):
            squares = np.square(every - _mean(every))
            count = np.isfinite(squares).sum(axis=0)
            found = (_mean(squares) * count / (count - 1)).sum(axis=0)
        return np.where(found > 0.0, found, np.nan)


def _mean(values: Floats) -> Floats:
    """The mean over the samples with finite values."""
    finite = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(finite, values, 0.0).sum(axis=0) / finite.sum(axis=0)
