"""Rules that need the whole game Jacobian, on games in which their steps are known matrices or recursions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import dynsim.rules as rules
from dynsim.algebra.graph import Expr
from dynsim.algebra.vector import Vector
from dynsim.compiler.applying.build import build
from dynsim.engine.interpreted.stepping import step_discrete
from dynsim.games import make
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Model
from tests.compiler.models import scalar_game
from tests.rules.linear import final, modulus, step_matrix
from tests.rules.test_opponent_shaping import tandem

Array = NDArray[np.float64]


def rotation(rule: RuleSpec, a: float = 1.0) -> Model:
    return scalar_game(lambda x, y: (a * x * y, -a * x * y), rule)


def quadratic(rule: RuleSpec, seed: int) -> tuple[Model, Array]:
    """Three players of two components with random objectives ½zᵀA_i z, and the game's Jacobian."""
    a = np.random.default_rng(seed).normal(size=(3, 6, 6))
    a = a + a.transpose(0, 2, 1)
    game = make("quadratic", {"matrices": a.tolist()}, lambda k, v: v, lambda k, v: v)
    model = scalar_game(lambda *x: list(game.losses(x)), rule, players=3, size=2)
    return model, np.concatenate([a[i, 2 * i : 2 * i + 2] for i in range(3)])


def off_blocks(jacobian: Array) -> Array:
    """H_o for players of two components."""
    return np.where(np.kron(np.eye(3), np.ones((2, 2))).astype(bool), 0.0, jacobian)


# ------------------------------------------------------------------------------------------- proximal point


def test_proximal_point_on_a_bilinear_game() -> None:
    """|λ| = 1/√(1+η²a²), as for competitive gradients, η = .2, a = 1, 3, 6 (Schäfer & Anandkumar 2019)."""
    for a, value in ((1.0, 0.980581), (3.0, 0.857493), (6.0, 0.640184)):
        found = modulus(rotation(rules.proximal_point(rate=0.2), a))
        assert found == pytest.approx(1 / np.sqrt(1 + 0.04 * a * a), abs=1e-12)
        assert found == pytest.approx(value, abs=5e-7)


def test_one_newton_iteration_is_exact_on_quadratic_games() -> None:
    """The step is (I + ηJ)⁻¹, and a second iteration changes nothing. Seed 1, η = .05."""
    for iterations in (1, 2):
        model, jacobian = quadratic(rules.proximal_point(rate=0.05, iterations=iterations), seed=1)
        expected = np.linalg.inv(np.eye(6) + 0.05 * jacobian)
        np.testing.assert_allclose(step_matrix(build(model)), expected, atol=1e-12)


def test_newtons_iterations_solve_the_implicit_equation() -> None:
    """x⁺ + ηξ(x⁺) = x in L = ∓xy + x⁴/4 and y⁴/4: the residual falls quadratically. Seed 2."""
    start = np.random.default_rng(2).normal(size=2)
    residuals = []
    for iterations in (1, 2, 3, 4):
        rule = rules.proximal_point(rate=0.5, iterations=iterations)
        model = scalar_game(lambda x, y: (x * y + x**4.0 / 4, -x * y + y**4.0 / 4), rule)
        x, y = final(model, {"x0": start[0], "x1": start[1]}, 1).values()
        xi = np.array([y + x**3, -x + y**3])
        residuals.append(np.abs(np.array([x, y]) + 0.5 * xi - start).max())
    assert residuals[0] > 1e-3
    assert residuals[1] < residuals[0] / 10
    assert residuals[3] < 1e-12


# ---------------------------------------------------------------------------------- local symplectic surgery


def test_surgery_leaves_the_symmetric_part_of_a_linear_game() -> None:
    """With ridge 0 the step is I − ηS, S = ½(J + Jᵀ), in every game with constant J. Seed 3."""
    model, jacobian = quadratic(rules.local_symplectic_surgery(rate=0.1, ridge=0.0), seed=3)
    expected = np.eye(6) - 0.1 * (jacobian + jacobian.T) / 2
    np.testing.assert_allclose(step_matrix(build(model)), expected, atol=1e-9)


def test_ridge_of_the_surgery() -> None:
    """I − ½η(J + Jᵀ(JᵀJ + λI)⁻¹JᵀJ) with λ = .7. Seed 4."""
    model, j = quadratic(rules.local_symplectic_surgery(rate=0.1, ridge=0.7), seed=4)
    inverse = np.linalg.solve(j.T @ j + 0.7 * np.eye(6), j.T)
    np.testing.assert_allclose(step_matrix(build(model)), np.eye(6) - 0.05 * (j + j.T @ inverse @ j), atol=1e-12)


# -------------------------------------------------------------------------------------- higher-order LOLA


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_orders_of_lola_in_tandem(order: int) -> None:
    """In L_i = s² − 2x_i, s = x + y: h = c·s + d with c' = −2α(1 + c)², d' = −2α(d(1 + c) − 1), from c = d = 0.

    The direction of order n is ((s + h)(1 + c) − 1)·2 with h of order n − 1. α at random, seed 5.
    """
    alpha = np.random.default_rng(5).uniform(0.02, 0.2)
    c = d = 0.0
    for _ in range(order):
        c, d = -2 * alpha * (1 + c) ** 2, -2 * alpha * (d * (1 + c) - 1)
    end = final(scalar_game(tandem, rules.hola(rate=0.1, foresight=alpha, order=order)), {"x0": 0.3, "x1": -0.2}, 1)
    direction = 2 * ((0.1 * (1 + c) + d) * (1 + c) - 1)
    assert end["x0"] == pytest.approx(0.3 - 0.1 * direction, abs=1e-12)
    assert end["x1"] == pytest.approx(-0.2 - 0.1 * direction, abs=1e-12)


def test_first_order_is_lola_where_objectives_are_bilinear() -> None:
    """E_i linear in what the others move: the expansion in α that `lola` makes is exact. Seed 6."""
    rng = np.random.default_rng(6)
    matrices = {"matrix": rng.normal(size=(2, 2)).tolist(), "second": rng.normal(size=(2, 2)).tolist()}
    game = make("bilinear", matrices, _array, _array)
    found, expected = (
        step_matrix(build(scalar_game(lambda x, y: list(game.losses([x, y])), rule, size=2)))
        for rule in (rules.hola(rate=0.3, foresight=0.4, order=1), rules.lola(rate=0.3, foresight=0.4))
    )
    np.testing.assert_allclose(found, expected, atol=1e-14)


def test_order_zero_is_gradient_descent() -> None:
    game = {"x0": 0.7, "x1": -1.1}
    found = final(rotation(rules.hola(rate=0.1, foresight=0.5, order=0)), game, 5)
    assert found == final(rotation(rules.gradient(rate=0.1)), game, 5)


def test_second_order_differentiates_through_the_others_shaping() -> None:
    """Against finite differences of E_1(x, y + h(x, y)), h = −α·(first-order direction of 2), in a quartic game."""

    def losses(x: Expr, y: Expr) -> tuple[Expr, Expr]:
        return (x - y) ** 2.0 * x + x * y, (x + y) ** 2.0 * y * y - x * y

    alpha, at = 0.2, (0.4, -0.3)

    def step(order: int, x: float, y: float) -> tuple[float, float]:
        end = final(scalar_game(losses, rules.hola(rate=1.0, foresight=alpha, order=order)), {"x0": x, "x1": y}, 1)
        return end["x0"] - x, end["x1"] - y

    def ahead(x: float) -> float:
        y = at[1] + alpha * step(1, x, at[1])[1]
        return (x - y) ** 2 * x + x * y

    h = 1e-5
    slope = (ahead(at[0] + h) - ahead(at[0] - h)) / (2 * h)
    assert step(2, *at)[0] == pytest.approx(-slope, abs=1e-8)


def _array(key: str, raw: object) -> object:
    return Vector(_array(key, part) for part in raw) if isinstance(raw, list) else raw


# ------------------------------------------------------------------------------------- least-action dynamics


def test_least_action_on_a_rotation() -> None:
    """On xy with z = x + iy: λ² − (1 + β + i(η + α))λ + (β + iα) = 0; η, β, α at random, seed 7."""
    eta, beta, alpha = np.random.default_rng(7).uniform(0.05, 0.5, 3)
    roots = np.roots([1.0, -(1 + beta + 1j * (eta + alpha)), beta + 1j * alpha])
    model = rotation(rules.lead(rate=eta, beta=beta, cross=alpha))
    first, second = (np.hypot(*final(model, {"x0": 1.0, "x1": 0.5}, n).values()) for n in (200, 400))
    assert (second / first) ** (1 / 200) == pytest.approx(np.abs(roots).max(), abs=1e-9)


def test_least_action_without_momentum_is_optimistic_on_a_rotation() -> None:
    """cross = rate, β = 0: ξ + J(z_t − z_{t−1}) = 2ξ_t − ξ_{t−1} where ξ is linear and J has no diagonal blocks."""
    start = {"x0": 1.0, "x1": -0.4}
    found = final(rotation(rules.lead(rate=0.1, beta=0.0, cross=0.1)), start, 30)
    expected = final(rotation(rules.optimistic(rate=0.1)), start, 30)
    assert list(found.values()) == pytest.approx(list(expected.values()), abs=1e-12)


def test_least_action_of_three_players() -> None:
    """z₂ = z₁ − ηJz₁ + (βI − αH_o)(z₁ − z₀) after the plain first step z₁ = z₀ − ηJz₀. Seed 8."""
    model, jacobian = quadratic(rules.lead(rate=0.1, beta=0.3, cross=0.2), seed=8)
    program = build(model)
    z0 = np.random.default_rng(8).normal(size=6)
    names = [s.name for s in program.states if s.role == "state"]
    values = {s.name: np.zeros(1) for s in program.states} | {n: z0[k : k + 1] for k, n in enumerate(names)}
    for tick in range(2):
        values = step_discrete(program, values, tick)
    z1 = z0 - 0.1 * jacobian @ z0
    z2 = z1 - 0.1 * jacobian @ z1 + (0.3 * np.eye(6) - 0.2 * off_blocks(jacobian)) @ (z1 - z0)
    np.testing.assert_allclose([values[n][0] for n in names], z2, rtol=1e-12)


# --------------------------------------------------------------------------------------------- who is concerned


@pytest.mark.parametrize(
    "rule",
    [
        rules.proximal_point(rate=0.1),
        rules.competitive_gradient(rate=0.1),
        rules.local_symplectic_surgery(rate=0.1),
        rules.hola(rate=0.1, foresight=0.1),
        rules.lead(rate=0.1, cross=0.1),
        rules.past_extragradient(rate=0.1),
        rules.anchored_extragradient(rate=0.1),
        rules.fast_extragradient(rate=0.1),
        rules.multiple_gradient(rate=0.1),
    ],
    ids=lambda rule: rule.name,
)
def test_players_of_another_game_are_nobodys_business(rule: RuleSpec) -> None:
    """Two games side by side in one system: the same numbers and the same memories as each alone. Seed 9."""
    start = dict(zip(["x0", "x1", "x2", "x3"], np.random.default_rng(9).normal(size=4), strict=True))

    def one(x: Expr, y: Expr) -> list[Expr]:
        return [x * y + x * x / 3, -x * y]

    def two(a: Expr, b: Expr, c: Expr, d: Expr) -> list[Expr]:
        return [*one(a, b), *one(c, d)]

    both = scalar_game(two, rule, players=4)
    alone = final(scalar_game(one, rule), {"x0": start["x0"], "x1": start["x1"]}, 5)
    found = final(both, start, 5)
    assert (found["x0"], found["x1"]) == pytest.approx((alone["x0"], alone["x1"]), rel=1e-13)
    memories = [s.name for s in build(both).states if s.name.startswith("a.")]
    assert memories == [s.name for s in build(scalar_game(one, rule)).states if s.name.startswith("a.")]
