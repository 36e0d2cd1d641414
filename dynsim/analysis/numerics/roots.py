"""Roots of systems of equations, searched from many starts at once with exact derivatives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...arrays import Flags, Floats, Integers

MOST = 200  # steps
DAMPING, LEAST_DAMPING = 1e-2, 1e-10  # λ at the start, and its least value
FACTOR = 4.0  # by which λ changes
ACCEPTED, POOR, GOOD = 1e-4, 0.25, 0.75  # of the decrease that the linear model promises
ROUNDING = 1e-15  # of 1 + |x|: a shorter step ends the search

Equations = Callable[[Floats, Integers], tuple[Floats, Floats]]
"""f(x, lanes) → values (L, m) and derivatives (L, m, m) at points x, (L, m). lanes: the numbers of the searches."""


def roots(equations: Equations, x: Floats) -> Floats:
    """The ends of searches from the starts x, (L, m). An end is a root, another local minimum of |F|, or the point
    after MOST steps: callers check which.

    The Levenberg–Marquardt method with the damping μ = λ|F| (Fan 2003) converges quadratically, also at roots that are
    not isolated. λ follows how well the linear model predicts the decrease of |F|². A step to a point where F is not
    finite is not taken.
    """
    x = np.array(x, dtype=float)
    damping = np.full(len(x), DAMPING)
    lanes = np.arange(len(x))
    with np.errstate(all="ignore"):
        f, j = equations(x, lanes)
        going = _finite(f, j)
        for _ in range(MOST):
            lanes, f, j = lanes[going], f[going], j[going]
            if not len(lanes):
                break
            size = np.linalg.norm(f, axis=1)
            step = _step(f, j, damping[lanes] * size)
            new_f, new_j = equations(x[lanes] + step, lanes)
            promised = size**2 - ((f + np.einsum("lij,lj->li", j, step)) ** 2).sum(axis=1)
            kept = (size**2 - (new_f**2).sum(axis=1)) / promised
            kept = np.where(_finite(new_f, new_j) & (promised > 0.0), kept, -np.inf)
            damping[lanes] *= np.where(kept < POOR, FACTOR, np.where(kept > GOOD, 1.0 / FACTOR, 1.0))
            damping[lanes] = np.maximum(damping[lanes], LEAST_DAMPING)
            taken = kept > ACCEPTED
            x[lanes[taken]] += step[taken]
            f[taken], j[taken] = new_f[taken], new_j[taken]
            moved = (np.abs(step) / (1.0 + np.abs(x[lanes]))).max(axis=1)
            going = (np.abs(f).max(axis=1) > 0.0) & (moved > ROUNDING)
    return x


def _step(f: Floats, j: Floats, damping: Floats) -> Floats:
    """The step −(JᵀJ + μ)⁻¹Jᵀ F, (L, m), by the singular value decomposition of J."""
    u, s, vt = np.linalg.svd(j)
    inverse = s / (s**2 + damping[:, None])
    inverse = np.where(np.isfinite(inverse), inverse, 0.0)
    step: Floats = -np.einsum("lki,lk,ljk,lj->li", vt, inverse, u, f)
    return step


def _finite(f: Floats, j: Floats) -> Flags:
    return np.isfinite(np.abs(f).max(axis=1) + np.abs(j).max(axis=(1, 2)))
