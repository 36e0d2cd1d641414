"""The exact iterated prisoner's dilemma in JAX (float64, CPU, one jit over all updates): LOLA.

The game, the layout of θ (10, N) and LOLA's convention are those of `ipd_numpy`. Three programs. `run_mapped`: the
4 x 4 system of one replica solved by the library, JAX differentiates and vmap makes the batch. `run_batched`: the
3 x 3 system of `ipd_reduced` solved by cofactors, elementwise on the batch, JAX differentiates. `run_by_hand`:
JAX only compiles the derivatives of `ipd_reduced`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.peers.ipd_numpy import PAYOFFS
from benchmarks.peers.ipd_reduced import GAMMA, lola_steps

jax.config.update("jax_enable_x64", True)

Losses = Callable[[jax.Array, jax.Array], jax.Array]
Pair = tuple[jax.Array, jax.Array]


def losses_solve(x: jax.Array, y: jax.Array) -> jax.Array:
    """(5,) and (5,) logits to (2,) losses."""
    a, b = jax.nn.sigmoid(x), jax.nn.sigmoid(y)
    rows = jnp.stack([a * b, a * (1 - b), (1 - a) * b, (1 - a) * (1 - b)], axis=-1)
    return -rows[0] @ jnp.linalg.solve(jnp.eye(4) - GAMMA * rows[1:], jnp.asarray(PAYOFFS.T))


def losses_reduced(x: jax.Array, y: jax.Array) -> jax.Array:
    """(5, ...) and (5, ...) logits to (2, ...) losses."""
    a, b = jax.nn.sigmoid(x), jax.nn.sigmoid(y)
    features = [(a[s], b[s], a[s] * b[s]) for s in range(5)]
    cc, cd, dc, dd = features[1:]
    by_cd = [-GAMMA * (p - q) for p, q in zip(cd, dd, strict=True)]
    by_dc = [-GAMMA * (p - q) for p, q in zip(dc, dd, strict=True)]
    by_cc = [-GAMMA * (p - q - r + s) for p, q, r, s in zip(cc, cd, dc, dd, strict=True)]
    (m00, m01, m02), (m10, m11, m12), (m20, m21, m22) = by_cd, by_dc, by_cc
    m00, m11, m22 = 1 + m00, 1 + m11, 1 + m22
    c00, c10, c20 = m11 * m22 - m12 * m21, m12 * m20 - m10 * m22, m10 * m21 - m11 * m20
    c01, c11, c21 = m02 * m21 - m01 * m22, m00 * m22 - m02 * m20, m01 * m20 - m00 * m21
    c02, c12, c22 = m01 * m12 - m02 * m11, m02 * m10 - m00 * m12, m00 * m11 - m01 * m10
    scale = 1 / (m00 * c00 + m01 * c10 + m02 * c20)

    def loss(r: list[float]) -> Any:
        d0, d1, d2 = r[1] - r[3], r[2] - r[3], r[0] - r[1] - r[2] + r[3]
        h = [
            scale * (d0 * c[0] + d1 * c[1] + d2 * c[2])
            for c in ((c00, c01, c02), (c10, c11, c12), (c20, c21, c22))
        ]
        in_dd = (r[3] + GAMMA * sum(f * v for f, v in zip(dd, h, strict=True))) / (1 - GAMMA)
        return -in_dd - sum(f * v for f, v in zip(features[0], h, strict=True))

    return jnp.stack([loss(r) for r in PAYOFFS.tolist()])


def lola(losses: Losses, x: jax.Array, y: jax.Array, rate: float, foresight: float) -> Pair:
    """One LOLA update, the whole product differentiated."""

    def first(x: jax.Array, y: jax.Array) -> jax.Array:
        return jnp.sum(_slope(losses, 0, 1)(x, y) * _slope(losses, 1, 1)(x, y))

    def second(x: jax.Array, y: jax.Array) -> jax.Array:
        return jnp.sum(_slope(losses, 1, 0)(x, y) * _slope(losses, 0, 0)(x, y))

    step_x = _slope(losses, 0, 0)(x, y) - foresight * jax.grad(first, 0)(x, y)
    step_y = _slope(losses, 1, 1)(x, y) - foresight * jax.grad(second, 1)(x, y)
    return x - rate * step_x, y - rate * step_y


@partial(jax.jit, static_argnames=("updates",))
def run_mapped(theta: jax.Array, *, updates: int, rate: float = 1.0, foresight: float = 1.0) -> jax.Array:
    """θ (10, N) after `updates` updates with `losses_solve`."""
    one = jax.vmap(partial(lola, losses_solve), in_axes=(1, 1, None, None), out_axes=1)
    return _repeated(lambda x, y: one(x, y, rate, foresight), theta, updates)


@partial(jax.jit, static_argnames=("updates",))
def run_batched(theta: jax.Array, *, updates: int, rate: float = 1.0, foresight: float = 1.0) -> jax.Array:
    """θ (10, N) after `updates` updates with `losses_reduced`."""
    return _repeated(lambda x, y: lola(losses_reduced, x, y, rate, foresight), theta, updates)


@partial(jax.jit, static_argnames=("updates",))
def run_by_hand(theta: jax.Array, *, updates: int, rate: float = 1.0, foresight: float = 1.0) -> jax.Array:
    """θ (10, N) after `updates` updates with the derivatives of `ipd_reduced`."""

    def step(x: jax.Array, y: jax.Array) -> Pair:
        step_a, step_b = lola_steps(list(jax.nn.sigmoid(x)), list(jax.nn.sigmoid(y)), foresight)
        return x + rate * jnp.stack(step_a), y + rate * jnp.stack(step_b)

    return _repeated(step, theta, updates)


def _repeated(step: Callable[[jax.Array, jax.Array], Pair], theta: jax.Array, updates: int) -> jax.Array:
    return jnp.concatenate(jax.lax.fori_loop(0, updates, lambda _, both: step(*both), (theta[:5], theta[5:])))


def _slope(losses: Losses, player: int, argument: int) -> Callable[[jax.Array, jax.Array], jax.Array]:
    return jax.grad(lambda x, y: jnp.sum(losses(x, y)[player]), argument)
