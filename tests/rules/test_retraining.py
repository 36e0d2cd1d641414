"""Repeated risk minimization on worlds that answer to the model: contraction factors, stable points, partial sight."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.algebra import functions as f
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.structural import named
from dynsim.compiler.applying.build import build
from dynsim.compiler.program import Program
from dynsim.errors import InputError
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Clock, Space, Variable
from tests.compiler.models import agent_of, model_of, state
from tests.compiler.plain_run import interpret_run

RNG = np.random.default_rng(0)


def location(rule: RuleSpec, gamma: float, beta: float, eps: float, sight: float = 0.0) -> Program:
    """ℓ = γθ²/2 − βzθ with the world z = 1 + εθ, of which the agent sees its own influence with the factor `sight`."""
    graph = Graph()
    theta = state(graph, "theta")
    z = named(1.0 + eps * theta.symbols, "z")
    derived = Variable("z", "derived", z, (), expr=1.0 + eps * theta.symbols)
    loss = gamma * theta.symbols * theta.symbols / 2 - beta * z * theta.symbols
    agent = agent_of(graph, "a", ["theta"], loss, rule, paths={"z": graph.constant(sight)})
    return build(model_of(graph, [theta, derived], [agent]))


def path(program: Program, start: float, ticks: int, slot: str = "theta") -> list[float]:
    return [float(v[slot][0]) for v in interpret_run(program, {}, {slot: np.array([start])}, ticks)]


def test_retraining_contracts_by_its_factor() -> None:
    """θ⁺ − θ* = (εβ/γ)(θ − θ*), θ* = β/(γ − εβ) (Perdomo et al. 2020): .625 at (ε, β, γ) = (.5, 1, .8)."""
    thetas = path(location(rules.repeated_risk_minimization(), 0.8, 1.0, 0.5), 2.0, 6)
    stable = 1.0 / (0.8 - 0.5)
    ratios = np.diff(thetas)[1:] / np.diff(thetas)[:-1]
    np.testing.assert_allclose(ratios, 0.625, rtol=1e-12)
    assert (thetas[6] - stable) / (thetas[5] - stable) == pytest.approx(0.625, rel=1e-12)


def test_retraining_diverges_where_the_world_answers_too_strongly() -> None:
    """For εβ/γ > 1 it runs away, though one's own Hessian is convex. Seed 0."""
    eps, beta = RNG.uniform(1.0, 2.0, 2)
    gamma = 0.9 * eps * beta
    thetas = path(location(rules.repeated_risk_minimization(), gamma, beta, eps), 0.1, 5)
    assert thetas[2] - thetas[1] == pytest.approx((thetas[1] - thetas[0]) / 0.9, rel=1e-10)


@pytest.mark.parametrize("sight", [0.0, 0.3, 1.0])
def test_a_world_that_is_partly_seen_moves_by_that_part(sight: float) -> None:
    """argmin of γφ²/2 − βφ(z(θ) + sight·ε(φ − θ)): (γ − 2·sight·βε)φ = β(1 + (1 − sight)εθ).

    With sight 1 the minimum of the whole risk is reached in one step, whatever θ: performative optimality. Seed 1.
    """
    gamma, beta, eps, theta = 3.0, *np.random.default_rng(1).uniform(0.2, 1.0, 3)
    _, after = path(location(rules.repeated_risk_minimization(), gamma, beta, eps, sight), theta, 1)
    expected = beta * (1 + (1 - sight) * eps * theta) / (gamma - 2 * sight * beta * eps)
    assert after == pytest.approx(expected, rel=1e-12)


def test_gradient_with_the_same_path_is_repeated_gradient_descent() -> None:
    """θ⁺ = θ − η(γθ − βz): contraction 1 − η(γ − εβ) (Perdomo et al. 2020)."""
    thetas = path(location(rules.gradient(rate=0.3), 0.8, 1.0, 0.5), 2.0, 4)
    ratios = np.diff(thetas)[1:] / np.diff(thetas)[:-1]
    np.testing.assert_allclose(ratios, 1 - 0.3 * (0.8 - 0.5), rtol=1e-12)


def test_newtons_iterations_find_the_minimum_for_a_world_held_still() -> None:
    """ℓ = e^φ − zφ with z = 2 + tanh θ: the next θ is log z(θ), to 1e-14 after 6 iterations. Seed 2."""
    graph = Graph()
    theta = state(graph, "theta")
    world = 2.0 + f.tanh(theta.symbols)
    z: Any = named(world, "z")
    loss: Expr = f.exp(theta.symbols) - z * theta.symbols
    rule = rules.repeated_risk_minimization(iterations=6)
    agent = agent_of(graph, "a", ["theta"], loss, rule, paths={"z": graph.constant(0.0)})
    program = build(model_of(graph, [theta, Variable("z", "derived", z, (), expr=world)], [agent]))
    start = np.random.default_rng(2).uniform(0.0, 1.5)
    _, once, twice = path(program, start, 2)
    assert once == pytest.approx(np.log(2 + np.tanh(start)), abs=1e-14)
    assert twice == pytest.approx(np.log(2 + np.tanh(once)), abs=1e-14)


def test_what_is_derived_of_something_held_still_moves_with_the_rest() -> None:
    """w = zφ with z = εθ held: ℓ = φ²/2 − w − wφ/4, so φ(1 − z/2) = z. Seed 3."""
    eps, theta0 = np.random.default_rng(3).uniform(0.2, 0.8, 2)
    graph = Graph()
    theta = state(graph, "theta")
    x = theta.symbols
    z = named(eps * x, "z")
    w = named(z * x, "w")
    variables = [theta, Variable("z", "derived", z, (), expr=eps * x), Variable("w", "derived", w, (), expr=z * x)]
    agent = agent_of(graph, "a", ["theta"], x * x / 2 - w - w * x / 4, rules.repeated_risk_minimization(),
                     paths={"z": graph.constant(0.0)})  # fmt: skip
    _, after = path(build(model_of(graph, variables, [agent])), theta0, 1)
    assert after == pytest.approx(eps * theta0 / (1 - eps * theta0 / 2), rel=1e-12)


def test_a_resting_world_cannot_be_differentiated_again() -> None:
    graph = Graph()
    theta = state(graph, "theta")
    world = state(graph, "world", flow=theta.symbols - graph.symbol("world"), init=graph.constant(0.0))
    loss = (theta.symbols - 1.0) ** 2.0 + world.symbols * theta.symbols
    agent = agent_of(graph, "a", ["theta"], loss, rules.repeated_risk_minimization(), horizon="fixed_point")
    with pytest.raises(InputError, match="not differentiated again"):
        build(model_of(graph, [theta, world], [agent], Clock(steps=1)))


def test_on_a_box_the_minimum_is_projected() -> None:
    """The step aims at the minimum without bounds, 2.5; the box ends at 1.5."""
    graph = Graph()
    theta = state(graph, "theta", space=Space("box", 0.0, 1.5))
    loss = 0.8 * (theta.symbols - 2.5) ** 2.0 / 2
    agent = agent_of(graph, "a", ["theta"], loss, rules.repeated_risk_minimization())
    assert path(build(model_of(graph, [theta], [agent])), 0.3, 1)[1] == 1.5
