"""The iterated prisoner's dilemma with memory-one strategies, against known pairings and a linear solver."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import dynsim.rules as rules
from dynsim.algebra.differentiate import gradient
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.operations import OPERATIONS
from dynsim.algebra.vector import Vector
from dynsim.compiler.applying.build import build
from dynsim.games import Game, make
from tests.compiler.models import scalar_game

PRISONERS = [[[-1.0, -3.0], [0.0, -2.0]], [[-1.0, 0.0], [-3.0, -2.0]]]
GAMMA = 0.96
ALL_C, ALL_D, UNIFORM = [1.0] * 5, [0.0] * 5, [0.5] * 5
TIT_FOR_TAT = [1.0, 1.0, 0.0, 1.0, 0.0]


def plain(key: str, raw: object) -> object:
    return raw


def dilemma(**settings: object) -> Game:
    return make("iterated_matrix", {"payoffs": PRISONERS, "discount": GAMMA} | settings, plain, plain)


def logits(p: list[float]) -> NDArray[np.float64]:
    """Logits of probabilities; ±800 stands for certainty, where the sigmoid is 1 or 0 to the last bit."""
    p_ = np.asarray(p)
    with np.errstate(divide="ignore"):
        return np.clip(np.log(p_) - np.log1p(-p_), -800, 800)


def solved(p: NDArray[np.float64], q: NDArray[np.float64], gamma: float) -> NDArray[np.float64]:
    """−p₀ᵀ(I − γP)⁻¹r by a linear solver; q in the joint order of states."""
    rows = np.stack([p * q, p * (1 - q), (1 - p) * q, (1 - p) * (1 - q)], axis=-1)
    visits = np.linalg.solve(np.eye(4) - gamma * rows[1:].T, rows[0])
    return -np.array([np.ravel(payoff) @ visits for payoff in PRISONERS])


def losses(game: Game, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    graph = Graph()
    actions = [Vector(graph.symbol(f"{name}{k}") for k in range(5)) for name in "xy"]
    values = {f"x{k}": x[k] for k in range(5)} | {f"y{k}": y[k] for k in range(5)}
    return np.array(evaluate(list(game.losses(actions)), values))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (ALL_D, ALL_D, (2.0, 2.0)),
        (UNIFORM, UNIFORM, (1.5, 1.5)),
        (ALL_D, TIT_FOR_TAT, (1.92, 2.04)),
        (ALL_D, ALL_C, (0.0, 3.0)),
        (TIT_FOR_TAT, TIT_FOR_TAT, (1.0, 1.0)),
    ],
)
def test_mean_losses_of_well_known_strategies(
    first: list[float], second: list[float], expected: tuple[float, float]
) -> None:
    """Closed forms at γ = .96: all-D gains 1 once from tit-for-tat, (1−γ)·0 + γ·2 = 1.92."""
    found = losses(dilemma(), logits(first), logits(second)) * (1 - GAMMA)
    np.testing.assert_allclose(found, expected, atol=1e-10)


@pytest.mark.parametrize("view", ["own", "joint"])
@pytest.mark.parametrize("gamma", [0.1, 0.96, 0.999])
def test_agrees_with_a_linear_solver(view: str, gamma: float) -> None:
    """Seed 0; logits as wide as N(0, 3²)."""
    rng = np.random.default_rng(0)
    game = dilemma(discount=gamma, view=view)
    order = [0, 1, 3, 2, 4] if view == "own" else [0, 1, 2, 3, 4]
    for x, y in rng.normal(scale=3.0, size=(200, 2, 5)):
        p, q = 1 / (1 + np.exp(-x)), 1 / (1 + np.exp(-y))[order]
        np.testing.assert_allclose(losses(game, x, y), solved(p, q, gamma), rtol=1e-10)


def test_exchanging_the_players_exchanges_the_losses() -> None:
    """In the own view the game is symmetric. Seed 1."""
    x, y = np.random.default_rng(1).normal(size=(2, 5))
    np.testing.assert_allclose(losses(dilemma(), x, y), losses(dilemma(), y, x)[::-1], rtol=1e-13)


def test_gradient_agrees_with_differences() -> None:
    """Central differences with a step of 1e-5. Seed 2."""
    graph = Graph()
    actions = [Vector(graph.symbol(f"{name}{k}") for k in range(5)) for name in "xy"]
    loss = dilemma().losses(actions)[0]
    x, y = np.random.default_rng(2).normal(size=(2, 5))
    point = {f"x{k}": x[k] for k in range(5)} | {f"y{k}": y[k] for k in range(5)}
    by_symbol: list[Expr] = gradient([loss], [*actions[0], *actions[1]])
    for k, slope in enumerate(evaluate(by_symbol, point)):
        step = 1e-5 * np.eye(10)[k]
        up, down = (losses(dilemma(), *np.split(np.concatenate([x, y]) + s, 2))[0] for s in (step, -step))
        assert slope == pytest.approx((up - down) / 2e-5, rel=1e-6, abs=1e-7)


def test_a_step_of_lola_is_cheap() -> None:
    """The whole joint update of two players, derivatives of both losses included: what its speed rests on."""
    program = build(scalar_game(lambda x, y: dilemma().losses([x, y]), rules.lola(rate=1.0, foresight=1.0), size=5))
    needed = program.graph.reachable(list(program.stages[0].values()))
    assert sum(program.graph.nodes[k].op in OPERATIONS for k in needed) < 1200
