"""Q-learning in expectation: estimates, strategies, the limit of small rates. Seeds are stated."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import softmax

import dynsim.rules as rules
from dynsim.compiler.applying.build import build
from tests.rules.strategies import bimatrix, games, mixtures, play, read, worth

TEMPERATURE = 0.5
BOTH = [
    rules.boltzmann_q(rate=0.1, temperature=TEMPERATURE),
    rules.frequency_adjusted_q(rate=0.1, temperature=TEMPERATURE, beta=0.3),
]


@pytest.mark.parametrize("rule", BOTH, ids=lambda rule: rule.name)
def test_estimates_belong_to_the_strategy_from_the_first_step_on(rule) -> None:  # type: ignore[no-untyped-def]
    """x = softmax(Q/T) at every tick, and the first Q is that of the start, T·log(x/max x), updated once. Seed 1."""
    rng = np.random.default_rng(1)
    (a, b), (x, y) = games(rng, 30), mixtures(rng, 30)
    u, _ = worth(a, b, x, y)
    path = play(build(bimatrix(rule)), a, b, x, y, 5)
    for state in path[1:]:
        q = np.stack([state[f"a.q[{k}]"] for k in range(3)], axis=1)
        np.testing.assert_allclose(read(state, 0), softmax(q / TEMPERATURE, axis=1), atol=1e-12)
    first = TEMPERATURE * np.log(x / x.max(axis=1, keepdims=True))
    pace = x if rule.name == "boltzmann_q" else np.minimum(x, 0.3)
    expected = first + 0.1 * pace * (u - first)
    np.testing.assert_allclose(np.stack([path[1][f"a.q[{k}]"] for k in range(3)], axis=1), expected, atol=1e-12)


def test_strategy_that_is_never_tried_is_never_learned() -> None:
    """A share of 0 stays 0 within the smallest number that a logarithm is taken of."""
    a, b = games(np.random.default_rng(2), 10)
    x, y = np.tile([0.4, 0.6, 0.0], (10, 1)), np.full((10, 3), 1 / 3)
    for rule in BOTH:
        end = play(build(bimatrix(rule)), a, b, x, y, 50)[-1]
        assert read(end, 0)[:, 2].max() < 1e-250


def test_small_rates_follow_the_differential_equation_of_the_estimates() -> None:
    """dQ_k/dt = x_k (u_k − Q_k), x = softmax(Q/T), time = rate·steps: half the rate, half the distance. Seed 3."""
    rng = np.random.default_rng(3)
    a, b = games(rng, 1)
    x, y = mixtures(rng, 1)
    first = np.concatenate([TEMPERATURE * np.log(z[0] / z.max()) for z in (x, y)])

    def slope(_: float, q: np.ndarray) -> np.ndarray:
        x, y = softmax(q[:3] / TEMPERATURE), softmax(q[3:] / TEMPERATURE)
        return np.concatenate([x * (a[0] @ y - q[:3]), y * (b[0].T @ x - q[3:])])

    exact = softmax(solve_ivp(slope, (0, 2), first, rtol=1e-10, atol=1e-12).y[:3, -1] / TEMPERATURE)
    errors = []
    for steps in (40, 80, 160):
        rule = rules.boltzmann_q(rate=2 / steps, temperature=TEMPERATURE)
        errors.append(np.abs(read(play(build(bimatrix(rule)), a, b, x, y, steps)[-1])[0] - exact).max())
    np.testing.assert_allclose(np.log2(np.array(errors[:-1]) / errors[1:]), 1.0, atol=0.05)
    assert np.abs(exact - x[0]).max() > 0.05
