"""The exact iterated prisoner's dilemma with memory-one strategies in batched NumPy: gradient and LOLA.

    L_i = -p0ᵀ (I - γP)⁻¹ r_i,    γ = 0.96,    payoffs CC -1, CD -3, DC 0, DD -2

θ has shape (10, N): rows 0-4 are player 1's logits of cooperation at the start and after CC, CD, DC, DD,
rows 5-9 player 2's. LOLA differentiates the whole product (Letcher et al. 2019): player 1 descends
∇₁L₁ - α ∇₁⟨∇₂L₁, ∇₂L₂⟩.

Two programs for the same update. `lola_matrix` is what the formula suggests: batched 4 x 4 inverses, first and
second derivatives as products of the resolvent R, the occupancies u = Rᵀp0 and the values v_i = R r_i.
`lola_reduced` is elementwise, from the algebra of `ipd_reduced`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.ipd_reduced import GAMMA, gradient_steps, lola_steps

Array = NDArray[np.float64]
Update = Callable[[Array, float, float], Array]

PAYOFFS = np.array([[-1.0, -3.0, 0.0, -2.0], [-1.0, 0.0, -3.0, -2.0]])
CHUNK = 5000  # replicas worked on at once: their temporaries then stay in the cache
MIXED = np.array([1.0, -1.0, -1.0, 1.0])  # ∂²/∂a∂b of the row (ab, a(1-b), (1-a)b, (1-a)(1-b))


def run(update: Update, theta: Array, updates: int, rate: float = 1.0, foresight: float = 1.0) -> Array:
    """θ after `updates` simultaneous updates of both players; `theta` (10, N) is left as it is."""
    result = theta.copy()
    for first in range(0, theta.shape[1], CHUNK):
        part = result[:, first : first + CHUNK].copy()
        for _ in range(updates):
            part = update(part, rate, foresight)
        result[:, first : first + CHUNK] = part
    return result


def losses(theta: Array) -> Array:
    """Both players' losses times 1 - γ, shape (2, N): 2 is all-defect, 1 mutual cooperation."""
    a, b = sigmoid(theta[:5].T), sigmoid(theta[5:].T)
    rows = transition(a, b)
    values = np.linalg.solve(np.eye(4) - GAMMA * rows[:, 1:], PAYOFFS.T[None])
    return np.asarray(-(1 - GAMMA) * np.einsum("ns,nsi->in", rows[:, 0], values))


def sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def transition(a: Array, b: Array) -> Array:
    """The chances of the next CC, CD, DC, DD at the start and after each: (N, 5), (N, 5) to (N, 5, 4)."""
    return np.stack([a * b, a * (1 - b), (1 - a) * b, (1 - a) * (1 - b)], axis=-1)


def gradient(theta: Array, rate: float, foresight: float) -> Array:
    """Simultaneous gradient descent; `foresight` is not used."""
    probabilities = sigmoid(theta)
    return theta + rate * _stacked(gradient_steps(probabilities[:5], probabilities[5:]))


def lola_matrix(theta: Array, rate: float, foresight: float) -> Array:
    """LOLA with batched 4 x 4 inverses."""
    a, b = np.ascontiguousarray(sigmoid(theta[:5]).T), np.ascontiguousarray(sigmoid(theta[5:]).T)
    rows = transition(a, b)
    resolvent = np.linalg.inv(np.eye(4) - GAMMA * rows[:, 1:])
    values = resolvent @ PAYOFFS.T  # (N, state, player)
    weight = np.ones_like(a)  # 1 at the start, γu after
    weight[:, 1:] = GAMMA * (rows[:, None, 0] @ resolvent)[:, 0]
    by_a = np.stack([b, 1 - b, -b, b - 1], axis=-1)  # ∂row/∂a, (N, 5, 4)
    by_b = np.stack([a, -a, 1 - a, a - 1], axis=-1)
    alpha, beta = by_a @ values, by_b @ values  # ∂L_i/∂a = -weight alpha_i
    mixed = values.transpose(0, 2, 1) @ MIXED
    slope_a, slope_b = a * (1 - a), b * (1 - b)
    shape_a = _shaping(resolvent, weight, by_a, by_b, alpha, beta, mixed, slope_b)
    shape_b = _shaping(resolvent, weight, by_b, by_a, beta, alpha, mixed, slope_a)
    step_a = slope_a * (weight * alpha[..., 0] + foresight * shape_a)
    step_b = slope_b * (weight * beta[..., 1] + foresight * shape_b)
    return theta + rate * np.concatenate([step_a.T, step_b.T])


def _shaping(
    resolvent: NDArray[Any],
    weight: Array,
    by_own: Array,
    by_other: Array,
    alpha: Array,
    beta: Array,
    mixed: Array,
    slope: Array,
) -> Array:
    """∇_own ⟨∇_other L₁, ∇_other L₂⟩ in the own probabilities, (N, 5).

    Mixed second derivatives: ∂²L_i/∂a_s∂b_t = -γ (γ u_s A_s R_t β_t + γ u_t B_t R_s α_s + δ_st u_s C v_i).
    """
    n = len(weight)
    # L₁'s mixed derivatives meet L₂'s gradient, and the other way round.
    direction = -((slope**2 * weight)[..., None] * beta)[..., ::-1]
    solved = resolvent @ (beta[:, 1:] * direction[:, 1:]).sum(-1)[..., None]
    along_own = weight * (by_own @ solved)[..., 0]
    pushed = np.zeros((n, 5, 2))
    pushed[:, 1:] = resolvent.transpose(0, 2, 1) @ (
        by_other.transpose(0, 2, 1) @ (weight[..., None] * direction)
    )
    diagonal = weight * (direction @ mixed[..., None])[..., 0]
    return np.asarray(-GAMMA * (along_own + (alpha * pushed).sum(-1)) - diagonal)


def lola_reduced(theta: Array, rate: float, foresight: float) -> Array:
    """LOLA elementwise, every derivative by hand."""
    probabilities = sigmoid(theta)
    return theta + rate * _stacked(lola_steps(probabilities[:5], probabilities[5:], foresight))


def _stacked(steps: tuple[list[Any], list[Any]]) -> Array:
    return np.array([*steps[0], *steps[1]])
