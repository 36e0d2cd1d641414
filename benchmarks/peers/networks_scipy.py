"""Euler steps of Kuramoto and diffusion with SciPy's sparse matrices, built beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse


def adjacency(graph: Any) -> Any:
    """A_ij = the number of edges j → i, as CSR."""
    nodes, source, target = graph
    return sparse.coo_array((np.ones(len(source)), (target, source)), shape=(nodes, nodes)).tocsr()


def kuramoto(adjacency: Any, theta: Any, omega: Any, coupling: float, dt: float, steps: int) -> Any:
    """Σ_j sin(θ_j - θ_i) = cos θ_i (A sin θ)_i - sin θ_i (A cos θ)_i, both products in one pass over A."""
    for _ in range(steps):
        waves = np.stack([np.sin(theta), np.cos(theta)], axis=1)
        pulls = adjacency @ waves
        theta = theta + dt * (omega + coupling * (waves[:, 1] * pulls[:, 0] - waves[:, 0] * pulls[:, 1]))
    return theta


def diffusion_step(adjacency: Any, diffusivity: float, dt: float) -> Any:
    """The whole Euler step as one matrix, 1 + dt κ (A - D)."""
    degree = np.asarray(adjacency.sum(axis=1)).ravel()
    return (
        sparse.eye_array(len(degree)) + dt * diffusivity * (adjacency - sparse.diags_array(degree))
    ).tocsr()


def diffusion(step: Any, x: Any, steps: int) -> Any:
    for _ in range(steps):
        x = step @ x
    return x
