"""Euler steps of Kuramoto and diffusion in JAX (float64, CPU, one jit over all steps)."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


def kuramoto(graph: Any, theta: Any, omega: Any, coupling: float, dt: float, steps: int) -> Any:
    """Σ_j sin(θ_j - θ_i) = cos θ_i Σ_j sin θ_j - sin θ_i Σ_j cos θ_j, both sums at once."""
    nodes, source, target = graph[0], graph[1].astype(np.int32), graph[2].astype(np.int32)
    return np.asarray(_kuramoto(theta, omega, source, target, coupling, dt, nodes=nodes, steps=steps))


def diffusion(graph: Any, x: Any, diffusivity: float, dt: float, steps: int) -> Any:
    nodes, source, target = graph[0], graph[1].astype(np.int32), graph[2].astype(np.int32)
    return np.asarray(_diffusion(x, source, target, diffusivity, dt, nodes=nodes, steps=steps))


@partial(jax.jit, static_argnames=("nodes", "steps"))
def _kuramoto(
    theta: Any, omega: Any, source: Any, target: Any, coupling: float, dt: float, *, nodes: int, steps: int
) -> Any:
    def step(_: int, theta: Any) -> Any:
        waves = jnp.stack([jnp.sin(theta), jnp.cos(theta)], axis=1)
        pulls = _sum(waves[source], target, nodes)
        return theta + dt * (omega + coupling * (waves[:, 1] * pulls[:, 0] - waves[:, 0] * pulls[:, 1]))

    return jax.lax.fori_loop(0, steps, step, theta)


@partial(jax.jit, static_argnames=("nodes", "steps"))
def _diffusion(
    x: Any, source: Any, target: Any, diffusivity: float, dt: float, *, nodes: int, steps: int
) -> Any:
    def step(_: int, x: Any) -> Any:
        return x + dt * diffusivity * _sum(x[source] - x[target], target, nodes)

    return jax.lax.fori_loop(0, steps, step, x)


def _sum(values: Any, target: Any, nodes: int) -> Any:
    return jax.ops.segment_sum(values, target, num_segments=nodes, indices_are_sorted=True)
