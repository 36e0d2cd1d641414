"""Learning rules on the exact iterated prisoner's dilemma in batched NumPy, all from both losses' exact derivatives.

θ (10, N) as in `ipd_numpy`. With R = (I − γP)⁻¹, u = p0ᵀR, v_i = R r_i, w_s = γu_s after state s (1 at the start) and
G_k the derivative of a row of P by probability k (the own row s(k) alone depends on it), L_i = −p0ᵀ v_i has

    ∂L_i/∂p_k       = −w_s(k) G_k v_i
    ∂²L_i/∂p_k∂p_l  = −γ (w_s(k) G_k R_s(l) · G_l v_i + w_s(l) G_l R_s(k) · G_k v_i) − [s(k) = s(l), k ≠ l] w_s(k) C v_i

with R_s the column of state s (none of the start) and C = (1, −1, −1, 1); the chain rule of the sigmoid follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.ipd_numpy import MIXED, PAYOFFS, sigmoid, transition
from benchmarks.peers.ipd_reduced import GAMMA, gradient_steps

Array = NDArray[np.float64]
Rule = Callable[[Array], Iterator[Array]]
CHUNK = 1000  # replicas worked on at once: their second derivatives then stay in the cache
OWN = np.kron(np.eye(2), np.ones((5, 5)))  # the players' own blocks of a 10 × 10 matrix


def run(rule: Rule, theta: Array, updates: int) -> Array:
    """θ after so many simultaneous updates; `theta` is left as it is."""
    parts = []
    for first in range(0, theta.shape[1], CHUNK):
        steps = rule(np.ascontiguousarray(theta[:, first : first + CHUNK]))
        with np.errstate(over="ignore"):  # of exp(−x) where a probability is 0
            for _ in range(updates):
                part = next(steps)
        parts.append(part)
    return np.concatenate(parts, axis=1)


def xi(theta: Array) -> Array:
    """Both players' gradients by their own logits, (10, N)."""
    probabilities = sigmoid(theta)
    steps = gradient_steps(probabilities[:5], probabilities[5:])
    return -np.array([*steps[0], *steps[1]])


def derivatives(theta: Array) -> tuple[Array, Array]:
    """∇L_i (N, 2, 10) and ∇²L_i (N, 2, 10, 10) of both losses, by all ten logits."""
    p = np.ascontiguousarray(sigmoid(theta).T)
    a, b = p[:, :5], p[:, 5:]
    rows = transition(a, b)
    resolvent = np.linalg.inv(np.eye(4) - GAMMA * rows[:, 1:])
    values = resolvent @ PAYOFFS.T  # (N, state, player)
    weight = np.ones_like(a)
    weight[:, 1:] = GAMMA * (rows[:, None, 0] @ resolvent)[:, 0]
    weight = np.concatenate([weight, weight], axis=1)
    by_a = np.stack([b, 1 - b, -b, b - 1], axis=-1)
    by_b = np.stack([a, -a, 1 - a, a - 1], axis=-1)
    rows_by = np.concatenate([by_a, by_b], axis=1)  # G, (N, 10, 4)
    slopes = (rows_by @ values).transpose(0, 2, 1)  # G_k v_i, (N, player, 10)
    reached = np.zeros((len(p), 10, 10))  # γ w_s(k) G_k R_s(l)
    reached[:, :, 1:5] = reached[:, :, 6:] = GAMMA * weight[..., None] * (rows_by @ resolvent)
    half = reached[:, None] * slopes[:, :, None, :]
    second = -(half + half.swapaxes(2, 3))
    mixed = (values.transpose(0, 2, 1) @ MIXED)[..., None] * weight[:, None, :5]
    for s in range(5):
        second[:, :, s, 5 + s] -= mixed[..., s]
        second[:, :, 5 + s, s] -= mixed[..., s]
    first = -weight[:, None] * slopes
    chain = p * (1 - p)
    second *= (chain[:, :, None] * chain[:, None, :])[:, None]
    second[..., np.arange(10), np.arange(10)] += (chain * (1 - 2 * p))[:, None] * first
    return first * chain[:, None], second


def game(theta: Array) -> tuple[Array, Array, Array]:
    """ξ (N, 10), J = Dξ (N, 10, 10), and χ_i = Σ_j (∂ξ_j/∂x_i)ᵀ ∇_j L_i (N, 10)."""
    first, second = derivatives(theta)
    own = np.concatenate([first[:, 0, :5], first[:, 1, 5:]], axis=1)
    jacobian = np.concatenate([second[:, 0, :5], second[:, 1, 5:]], axis=1)
    others = np.concatenate([first[:, 1, :5], first[:, 0, 5:]], axis=1)  # ∇_j L_i in the rows of j
    return own, jacobian, _transposed_times(jacobian * (1 - OWN), others)


def _times(matrix: Array, vector: Array) -> Array:
    return np.asarray((matrix @ vector[..., None])[..., 0])


def _transposed_times(matrix: Array, vector: Array) -> Array:
    return np.asarray((vector[:, None, :] @ matrix)[:, 0])


def _solved(matrix: Array, vector: Array) -> Array:
    return np.asarray(np.linalg.solve(matrix, vector[..., None])[..., 0])


def descending(direction: Callable[[Array], Array], rate: float = 1.0) -> Rule:
    """θ ← θ − rate·direction(θ), a direction without a memory."""

    def steps(theta: Array) -> Iterator[Array]:
        while True:
            theta = theta - rate * direction(theta)
            yield theta

    return steps


def second_order(direction: Callable[[Array, Array, Array], Array], rate: float = 1.0) -> Rule:
    """The same for a direction (N, 10) of ξ, J and χ."""
    return descending(lambda theta: direction(*game(theta)).T, rate)


def sos(own: Array, jacobian: Array, chi: Array) -> Array:
    """Letcher et al. 2019, algorithm 1, α = 1, a = .5, b = .1."""
    base = own - _times(jacobian * (1 - OWN), own)
    turn = -(chi * base).sum(axis=1)
    square = (own**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(turn < 0, np.minimum(1.0, -0.5 * (base**2).sum(axis=1) / turn), 1.0)
    share = np.minimum(first, np.where(np.sqrt(square) < 0.1, square, 1.0))
    return base - share[:, None] * chi


def surgery(own: Array, jacobian: Array, chi: Array) -> Array:
    """½(ξ + Jᵀ(JᵀJ + ridge)⁻¹Jᵀξ), ridge .1."""
    normal = jacobian.swapaxes(1, 2) @ jacobian + 0.1 * np.eye(10)
    return 0.5 * (own + _transposed_times(jacobian, _solved(normal, _transposed_times(jacobian, own))))


def momentum(theta: Array, rate: float = 1.0, beta: float = 0.9) -> Iterator[Array]:
    velocity = np.zeros_like(theta)
    while True:
        velocity = beta * velocity - rate * xi(theta)
        theta = theta + velocity
        yield theta


def adam(theta: Array, rate: float = 1.0, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8) -> Iterator[Array]:
    m, v, n = np.zeros_like(theta), np.zeros_like(theta), 0
    while True:
        slope, n = xi(theta), n + 1
        m, v = b1 * m + (1 - b1) * slope, b2 * v + (1 - b2) * slope**2
        theta = theta - rate * m / (1 - b1**n) / (np.sqrt(v / (1 - b2**n)) + eps)
        yield theta


def rmsprop(theta: Array, rate: float = 1.0, decay: float = 0.9, eps: float = 1e-8) -> Iterator[Array]:
    v = np.zeros_like(theta)
    while True:
        slope = xi(theta)
        v = decay * v + (1 - decay) * slope**2
        theta = theta - rate * slope / (np.sqrt(v) + eps)
        yield theta


def optimistic(theta: Array, rate: float = 1.0) -> Iterator[Array]:
    last = xi(theta)
    while True:
        slope = xi(theta)
        theta, last = theta - rate * (2 * slope - last), slope
        yield theta


def past_extragradient(theta: Array, rate: float = 1.0) -> Iterator[Array]:
    past = xi(theta)
    while True:
        past = xi(theta - rate * past)
        theta = theta - rate * past
        yield theta


RULES: dict[str, Rule] = {
    "gradient": descending(xi),
    "momentum": momentum,
    "adam": adam,
    "rmsprop": rmsprop,
    "sign_gradient": descending(lambda theta: np.sign(xi(theta))),
    "optimistic": optimistic,
    "past_extragradient": past_extragradient,
    "extragradient": descending(lambda theta: xi(theta - xi(theta))),
    "lookahead": second_order(lambda own, j, chi: own - _times(j * (1 - OWN), own)),
    "lola": second_order(lambda own, j, chi: own - _times(j * (1 - OWN), own) - chi),
    "sos": second_order(sos),
    "consensus": second_order(lambda own, j, chi: own + _transposed_times(j, own)),
    "symplectic": second_order(lambda own, j, chi: own + (_transposed_times(j, own) - _times(j, own)) / 2),
    "competitive_gradient": second_order(lambda own, j, chi: _solved(np.eye(10) + j * (1 - OWN), own)),
    "local_symplectic_surgery": second_order(surgery),
}
