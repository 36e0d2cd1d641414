"""Random weights of edges: independent, symmetric, or with a correlation between i → j and j → i."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...arrays import Array
from ..distributions import transformed


def random_weights(
    expr: Expr, source: Array, target: Array, directed: bool, correlation: float, seed: int
) -> NDArray[np.float64]:
    """Random weights for edges sorted by (source, target), independent except for reciprocal edges.

    Undirected edges are listed in both directions and share their random numbers. With a correlation τ the normals of
    reciprocal edges are z and τ z + √(1 − τ²) z' with z, z' independent.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    reciprocal = _reciprocals(source, target)
    second = (reciprocal >= 0) & (target < source)

    def uniforms() -> Array:
        u = rng.random(len(source))
        # midpoints of 2⁵² cells: never 0 or 1, where inverse distribution functions are infinite
        u = (np.floor(u * 2.0**52) + 0.5) / 2.0**52
        return u if directed else np.where(second, u[reciprocal], u)

    def normals() -> Array:
        z = rng.standard_normal(len(source))
        rho = correlation if directed else 1.0
        return np.where(second, rho * z[reciprocal] + np.sqrt(1.0 - rho * rho) * z, z)

    def sample(node: Any, args: list[Array]) -> Array:
        return transformed(node.data[0], args, uniforms, normals)

    (weights,) = evaluate([expr], {}, sample=sample)
    return np.broadcast_to(weights, source.shape).astype(float)


def _reciprocals(source: Array, target: Array) -> Array:
    """For every edge i → j the position of the edge j → i; −1 if there is none."""
    if not len(source):
        return np.zeros(0, np.int64)
    n = int(max(source.max(), target.max())) + 1
    forward = source.astype(np.int64) * n + target
    backward = target.astype(np.int64) * n + source
    position = np.minimum(np.searchsorted(forward, backward), len(forward) - 1)
    return np.where(forward[position] == backward, position, -1)
