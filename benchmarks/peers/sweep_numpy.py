"""Five agents that pull each other, in NumPy: many replicas of many parameters at once.

x_k ← x_k − η (p x_k + q x_{k−1}) + σ z_k, with x_k from N(0, 1) at the start, for k of 5 in a ring.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

AGENTS, RATE, NOISE = 5, 0.05, 0.01
Floats = NDArray[np.float64]


def simulate(pull: Floats, turn: Floats, replicas: int, steps: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Mean and standard deviation over the replicas of every agent's last state, (C, 5) each, of C cells.

    Arrays are reused, and no step makes a temporary one.
    """
    decay = np.repeat(1.0 - RATE * pull, replicas)
    mixed = np.repeat(RATE * turn, replicas)
    x = rng.standard_normal((AGENTS, len(decay)))
    pulled, noise = np.empty_like(x), np.empty_like(x)
    for _ in range(steps):
        np.multiply(x[:-1], mixed, out=pulled[1:])
        np.multiply(x[-1], mixed, out=pulled[0])
        rng.standard_normal(out=noise)
        noise *= NOISE
        x *= decay
        x -= pulled
        x += noise
    last = x.reshape(AGENTS, len(pull), replicas)
    return last.mean(axis=2).T, last.std(axis=2, ddof=1).T


def variances(pull: float, turn: float, steps: int) -> Floats:
    """The exact variance of every agent's last state: V ← A V Aᵀ + σ² 1."""
    step = (1 - RATE * pull) * np.eye(AGENTS) - RATE * turn * np.roll(np.eye(AGENTS), 1, axis=0)
    covariance: Any = np.eye(AGENTS)
    for _ in range(steps):
        covariance = step @ covariance @ step.T + NOISE**2 * np.eye(AGENTS)
    return np.asarray(np.diag(covariance))
