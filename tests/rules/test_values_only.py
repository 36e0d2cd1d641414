"""Rules that see values of their objective and no derivative: what their estimates are in the mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim as ds
import dynsim.rules as rules
from dynsim.algebra.functions import sin
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.structural import named
from dynsim.compiler.applying.build import build
from dynsim.compiler.program import Program
from dynsim.engine.interpreted.stepping import step_discrete
from dynsim.errors import InputError
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Variable
from tests.compiler.models import agent_of, model_of, scalar_game, state
from tests.compiler.plain_run import keyed

SEED = 41
DIMENSION = 4


def quadratic(rng: np.random.Generator) -> tuple[Any, Any]:
    """½ xᵀHx + bᵀx."""
    root = rng.normal(size=(DIMENSION, DIMENSION))
    return root + root.T, rng.normal(size=DIMENSION)


def alone(rule: RuleSpec, h: Any, b: Any) -> Program:
    """One agent with a quadratic objective."""

    def loss(x: Any) -> list[Expr]:
        whole = sum(b[i] * x[i] for i in range(DIMENSION))
        for i in range(DIMENSION):
            for j in range(DIMENSION):
                whole = whole + 0.5 * h[i, j] * x[i] * x[j]
        return [whole]

    return build(scalar_game(loss, rule, players=1, size=DIMENSION))


def estimates(program: Program, x: Any, replicas: int, seed: int = SEED, tick: int = 0) -> Any:
    """x − (the next x) in every replica, (R, d), with rate 1."""
    start = {f"x0[{k}]": np.full(replicas, value) for k, value in enumerate(x)}
    after = step_discrete(program, start, tick, keyed(program, replicas, seed)(tick))
    return np.stack([start[n] - after[n] for n in start], axis=1)


def agrees(samples: Any, expected: Any) -> None:
    """Means within 3 standard errors, per component."""
    error = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    assert (np.abs(samples.mean(axis=0) - expected) < 3.0 * error).all(), (samples.mean(axis=0), expected, error)


def test_spsa_is_the_gradient_in_the_mean_over_all_signs() -> None:
    """E quadratic, at a point and perturbation drawn here: the estimate is (gᵀΔ) Δ, whose mean over the 2ᵈ sign vectors
    is the gradient, exactly; its covariance (Σ g² − g_i²) on the diagonal."""
    rng = np.random.default_rng(SEED)
    h, b = quadratic(rng)
    x, c = rng.normal(size=DIMENSION), rng.uniform(0.05, 2.0)
    program = alone(rules.spsa(rate=1.0, perturbation=c), h, b)
    signs = np.array(np.meshgrid(*[[-1.0, 1.0]] * DIMENSION)).reshape(DIMENSION, -1)
    numbers = {f"uniform:a.sign.x0[{k}]": 0.5 + 0.1 * row for k, row in enumerate(signs)}
    start = {f"x0[{k}]": np.full(signs.shape[1], value) for k, value in enumerate(x)}
    after = step_discrete(program, start, 0, numbers)
    found = np.stack([start[n] - after[n] for n in start])
    slope = h @ x + b
    np.testing.assert_allclose(found, (slope @ signs) * signs, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.mean(axis=1), slope, rtol=1e-9)
    np.testing.assert_allclose(found.var(axis=1), slope @ slope - slope**2, rtol=1e-9)


def test_the_signs_that_spsa_draws_are_fair_and_independent() -> None:
    """20,000 replicas, seed 41: mean of the estimate within 3 standard errors of the gradient; signs of two components,
    and of two steps, uncorrelated within 3/√R."""
    rng = np.random.default_rng(SEED)
    h, b = quadratic(rng)
    x = rng.normal(size=DIMENSION)
    program = alone(rules.spsa(rate=1.0), h, b)
    agrees(estimates(program, x, 20_000), h @ x + b)
    flat = alone(rules.spsa(rate=1.0), 0 * h, np.eye(DIMENSION)[0])  # the estimate is Δ_0 Δ
    first, second = (estimates(flat, x, 20_000, tick=tick)[:, 1] for tick in (0, 1))
    assert abs((first * second).mean()) < 3.0 / np.sqrt(20_000)
    assert abs(first.mean()) < 3.0 / np.sqrt(20_000)


@pytest.mark.parametrize("c", [0.2, 0.1, 0.05])
def test_the_bias_of_spsa_is_of_second_order(c: float) -> None:
    """One number, E = x³: (E(x + c) − E(x − c))/2c = 3x² + c², whatever the sign."""
    program = build(scalar_game(lambda x: [x**3.0], rules.spsa(rate=1.0, perturbation=c), players=1))
    x = np.random.default_rng(SEED).uniform(0.5, 2.0, 8)
    after = step_discrete(program, {"x0": x}, 0, keyed(program, 8)(0))
    np.testing.assert_allclose(x - after["x0"] - 3.0 * x**2, c**2, rtol=1e-7)


def test_evolution_strategies_are_the_gradient_in_the_mean() -> None:
    """Quadratic objective, seed 41, 20,000 replicas: 3 standard errors."""
    rng = np.random.default_rng(SEED)
    h, b = quadratic(rng)
    x, sigma = rng.normal(size=DIMENSION), rng.uniform(0.05, 2.0)
    program = alone(rules.evolution_strategies(rate=1.0, sigma=sigma, pairs=2), h, b)
    agrees(estimates(program, x, 20_000), h @ x + b)


@pytest.mark.parametrize("pairs", [1, 5])
def test_the_variance_of_evolution_strategies(pairs: int) -> None:
    """Linear objective bᵀx: the estimate Σ_p (bᵀz_p) z_p / P has variance (|b|² + b_i²)/P per component (Isserlis); the
    standard error of a variance from R = 40,000 values of fourth moment m₄ is √((m₄ − v²)/R)."""
    rng = np.random.default_rng(SEED + 1)
    b, replicas = rng.normal(size=DIMENSION), 40_000
    program = alone(rules.evolution_strategies(rate=1.0, sigma=rng.uniform(0.1, 1.0), pairs=pairs), np.zeros((4, 4)), b)
    found = estimates(program, rng.normal(size=DIMENSION), replicas)
    variance = found.var(axis=0)
    error = np.sqrt((((found - found.mean(axis=0)) ** 4).mean(axis=0) - variance**2) / replicas)
    assert (np.abs(variance - (b @ b + b**2) / pairs) < 3.0 * error).all()


def test_evolution_strategies_descend_the_smoothed_objective() -> None:
    """E = sin(x): smoothed by N(0, σ²) it is e^{−σ²/2} sin(x), whose slope is e^{−σ²/2} cos(x). Seed 41."""
    rng = np.random.default_rng(SEED)
    x, sigma = rng.uniform(-1.0, 1.0), rng.uniform(0.5, 1.5)
    rule = rules.evolution_strategies(rate=1.0, sigma=sigma, pairs=4)
    program = build(scalar_game(lambda y: [sin(y)], rule, players=1))
    start = {"x0": np.full(20_000, x)}
    after = step_discrete(program, start, 0, keyed(program, 20_000, SEED)(0))
    agrees((start["x0"] - after["x0"])[:, None], np.exp(-(sigma**2) / 2) * np.cos(x))


@pytest.mark.parametrize("rule", [rules.spsa(rate=0.1), rules.evolution_strategies(rate=0.1)])
def test_a_path_factor_hides_nothing_from_values(rule: RuleSpec) -> None:
    """The factor would change nothing, and is refused."""
    graph = Graph()
    x = state(graph, "x")
    seen = named(2.0 * x.symbols, "world")
    world = Variable("world", "derived", seen, (), expr=2.0 * x.symbols)
    agent = agent_of(graph, "a", ["x"], x.symbols**2.0, rule, pursues=seen**2.0, paths={"world": graph.constant(0.0)})
    with pytest.raises(InputError, match="does not use its gradient: a factor on this path changes nothing"):
        build(model_of(graph, [x, world], [agent]))


def test_pairs_are_a_whole_number() -> None:
    for wrong in (0, 1.5, "2*p", True):
        with pytest.raises(InputError, match=r"expected a whole number, 1 or more, got"):
            rules.evolution_strategies(rate=0.1, pairs=wrong)


def test_the_gains_of_spsa_may_fall_with_the_steps() -> None:
    """Slope 1, gains of Spall 1998: step k is −a/(k + 1 + A)^.602 whatever sign is drawn; a and A are drawn here."""
    a, big_a = np.random.default_rng(SEED).uniform(0.1, 10.0, 2)
    s = ds.System("gains")
    x = s.state("x", init=0)
    rule = {"spsa": {"rate": f"{a}/(t + 1 + {big_a})**0.602", "perturbation": "0.1/(t + 1)**0.101"}}
    s.agent("a", controls=x, declared=x, rule=rule)
    steps = np.diff(ds.simulate(s, steps=20, compiled=False).states.x)
    np.testing.assert_allclose(steps, -a / (np.arange(20) + 1 + big_a) ** 0.602, rtol=1e-9)
