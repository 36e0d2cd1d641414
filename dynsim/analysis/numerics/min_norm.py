"""The minimum-norm point of a convex hull."""

from __future__ import annotations

import numpy as np

from ...arrays import Floats

MOST = 2000  # moves; convergence is linear
GAP = 1e-13  # of the largest |g_i|²: the duality gap at which the search ends


def min_norm(products: Floats) -> tuple[Floats, Floats]:
    """min over the simplex of |Σ_i α_i g_i|. products: g_i · g_j, (n, n, B). Returns the norms (B,) and α (n, B).

    Each move shifts weight, by an exact line search, from the support vector that points most along the sum
    s = Σ α_i g_i to the vector that points most against it (Mitchell, Dem'yanov & Malozemov 1974). For two vectors the
    first move is the closed form α₁ = clip((g₂ − g₁)·g₂/|g₁ − g₂|², 0, 1). The search ends where the duality gap
    |s|² − min_i g_i·s is at most GAP of the largest |g_i|². NaN stays NaN.
    """
    n, count = products.shape[0], products.shape[-1]
    diagonal = np.einsum("iib->ib", products)
    weights = np.full((n, count), np.nan)
    scale = diagonal.max(axis=0)
    open_ = np.flatnonzero(np.isfinite(scale))
    weights[:, open_] = 0.0
    weights[diagonal[:, open_].argmin(axis=0), open_] = 1.0
    for _ in range(MOST):
        along = np.einsum("ijb,jb->ib", products[:, :, open_], weights[:, open_])
        size = (weights[:, open_] * along).sum(axis=0)
        unfinished = size - along.min(axis=0) > GAP * scale[open_]
        if not unfinished.any():
            break
        open_, along = open_[unfinished], along[:, unfinished]
        into = along.argmin(axis=0)
        out = np.where(weights[:, open_] > 0.0, along, -np.inf).argmax(axis=0)
        lane = np.arange(len(open_))
        apart = diagonal[into, open_] + diagonal[out, open_] - 2.0 * products[into, out, open_]
        with np.errstate(divide="ignore", invalid="ignore"):
            step = (along[out, lane] - along[into, lane]) / apart
        step = np.where(step < weights[out, open_], step, weights[out, open_])
        weights[into, open_] += step
        weights[out, open_] -= step
    squared = np.einsum("ib,ijb,jb->b", weights, products, weights)
    return np.sqrt(np.maximum(squared, 0.0)), weights
