"""Log-linear learning: in a potential game, one player at a time, a Gibbs sampler."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.algebra.graph import Expr
from dynsim.compiler.build import build
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Clock, Model, Space
from tests.compiler.models import scalar_game
from tests.compiler.plain_run import interpret_run, keyed

REPLICAS, SEED = 40_000, 17
IN_TURN = Clock(steps=1, order=("a", "b"))


def matrix_game(first: Any, second: Any, rule: RuleSpec, clock: Clock | None = None) -> Model:
    """Two players with payoffs first[i][j], second[i][j] of the profile (i, j)."""

    def losses(x: Any, y: Any) -> Sequence[Expr]:
        pairs = [(i, j) for i in range(len(first)) for j in range(len(first[0]))]
        return [-sum(float(a[i][j]) * x[i] * y[j] for i, j in pairs) for a in (first, second)]

    return scalar_game(losses, rule, size=len(first), space=Space("simplex"), clock=clock)


def profiles(model: Model, ticks: int, size: int, replicas: int = REPLICAS) -> Any:
    """How often every profile occurs after so many steps from the first one, (size, size)."""
    program = build(model)
    start = {f"{x}[{k}]": np.full(replicas, float(k == 0)) for x in ("x0", "x1") for k in range(size)}
    *_, end = interpret_run(program, {}, start, ticks, keyed(program, replicas, SEED))
    x, y = (np.stack([end[f"{name}[{k}]"] for k in range(size)]) for name in ("x0", "x1"))
    assert np.isin(x, (0.0, 1.0)).all()
    assert (x.sum(axis=0) == 1.0).all()
    return x @ y.T / replicas


def agrees(found: Any, expected: Any, replicas: int = REPLICAS) -> None:
    """Within 3 standard errors of a frequency."""
    assert (np.abs(found - expected) < 3.0 * np.sqrt(expected * (1.0 - expected) / replicas)).all(), (found, expected)


def test_in_turn_profiles_occur_in_proportion_to_the_exponential_of_the_potential() -> None:
    """The stag hunt [[4, 0], [3, 2]] has the potential [[1, 0], [0, 2]] (Monderer & Shapley 1996): at temperature 1
    (.224515, .082595, .082595, .610296). 60 rounds from mutual 1, 40,000 replicas, seed 17, 3 standard errors."""
    first = np.array([[4.0, 0.0], [3.0, 2.0]])
    found = profiles(matrix_game(first, first.T, rules.log_linear(temperature=1.0), IN_TURN), 60, 2)
    weights = np.exp([[1.0, 0.0], [0.0, 2.0]])
    expected = weights / weights.sum()
    np.testing.assert_allclose(expected.ravel(), [0.224515, 0.082595, 0.082595, 0.610296], atol=5e-7)
    agrees(found, expected)


def test_a_potential_game_drawn_here_with_three_strategies() -> None:
    """Payoffs P + (anything that depends on the other's strategy alone), P and the temperature drawn, seed 17."""
    rng = np.random.default_rng(SEED)
    potential, temperature = rng.normal(size=(3, 3)), rng.uniform(0.5, 2.0)
    first, second = potential + rng.normal(size=(1, 3)), potential + rng.normal(size=(3, 1))
    found = profiles(matrix_game(first, second, rules.log_linear(temperature=temperature), IN_TURN), 60, 3)
    weights = np.exp(potential / temperature)
    agrees(found, weights / weights.sum())


def transition(first: Any, second: Any, revision: float) -> Any:
    """The exact matrix over the profiles of a 2×2 game when both revise at once, each with this probability."""
    both = np.zeros((4, 4))
    for i in range(2):
        for j in range(2):
            x, y = np.exp(first[:, j]), np.exp(second[i])
            x = revision * x / x.sum() + (1.0 - revision) * np.eye(2)[i]
            y = revision * y / y.sum() + (1.0 - revision) * np.eye(2)[j]
            both[2 * i + j] = np.outer(x, y).ravel()
    return both


@pytest.mark.parametrize("revision", [1.0, 0.3])
def test_at_once_it_is_another_chain(revision: float) -> None:
    """After 3 steps the distribution is the third power of the exact transition matrix; in the long run it is not the
    potential's unless revisions are rare. Seed 17, 3 standard errors."""
    first = np.array([[4.0, 0.0], [3.0, 2.0]])
    model = matrix_game(first, first.T, rules.log_linear(temperature=1.0, revision=revision))
    matrix = transition(first, first.T, revision)
    agrees(profiles(model, 3, 2).ravel(), np.linalg.matrix_power(matrix, 3)[0])


def test_rare_revisions_come_back_to_the_potential() -> None:
    """The exact stationary law of the chain above differs from the potential's by O(revision)."""
    first = np.array([[4.0, 0.0], [3.0, 2.0]])
    weights = np.exp([[1.0, 0.0], [0.0, 2.0]]).ravel()
    gaps = []
    for revision in (0.04, 0.02, 0.01):
        values, vectors = np.linalg.eig(transition(first, first.T, revision).T)
        law = np.real(vectors[:, np.argmax(np.real(values))])
        gaps.append(np.abs(law / law.sum() - weights / weights.sum()).max())
    np.testing.assert_allclose(np.log2(np.array(gaps[:-1]) / gaps[1:]), 1.0, atol=0.05)


def test_cold_it_is_a_best_response() -> None:
    first = np.array([[4.0, 0.0], [3.0, 2.0]])
    found = profiles(matrix_game(first, first.T, rules.log_linear(temperature=1e-4), IN_TURN), 5, 2, 100)
    np.testing.assert_array_equal(found, [[1.0, 0.0], [0.0, 0.0]])
