"""Dynamics on the simplex: conserved quantities of the replicator, divergence of multiplicative weights, reflexes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.structural import named
from dynsim.algebra.vector import Vector
from dynsim.compiler.applying.build import build
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Clock, Space, Variable
from tests.compiler.models import agent_of, model_of, scalar_game, state
from tests.compiler.plain_run import interpret_run


def pennies(x: Any, y: Any) -> Sequence[Expr]:
    """Matching pennies as losses: player 1 wants to match."""
    loss = -(x[0] - x[1]) * (y[0] - y[1])
    return loss, -loss


def pennies_run(rule: RuleSpec, ticks: int, clock: Clock, start: tuple[float, float]) -> tuple[Any, Any]:
    """The shares of the first strategy of both players over time."""
    program = build(scalar_game(pennies, rule, size=2, space=Space("simplex"), clock=clock))
    a, b = start
    initial = {"x0[0]": a, "x0[1]": 1 - a, "x1[0]": b, "x1[1]": 1 - b}
    states = list(interpret_run(program, {}, {k: np.array([v]) for k, v in initial.items()}, ticks))
    return tuple(np.array([s[f"x{k}[0]"][0] for s in states]) for k in range(2))


def test_replicator_in_matching_pennies_conserves_a_product() -> None:
    """log[x(1−x)y(1−y)] is constant (Hofbauer & Sigmund 1998). Runge–Kutta, dt .01, T = 20."""
    x, y = pennies_run(rules.replicator(), 2000, Clock(time=20.0, dt=0.01), (0.3, 0.6))
    conserved = np.log(x * (1 - x) * y * (1 - y))
    assert np.ptp(x) > 0.3
    np.testing.assert_allclose(conserved, conserved[0], atol=1e-7)


def test_replicator_in_rock_paper_scissors_conserves_the_product() -> None:
    """dx_k/dt = x_k (Ax)_k with zero-sum A: Π x_k is constant. Runge–Kutta, dt .01, T = 20: drift < 1e-12.

    One population that plays against itself: its loss is −x·f with the field f = Ax on a blind path.
    """
    graph = Graph()
    x = state(graph, "x", (3,), space=Space("simplex"))
    shares: Any = x.symbols
    payoffs = [shares[2] - shares[1], shares[0] - shares[2], shares[1] - shares[0]]
    field = Vector(named(p, f"f[{k}]") for k, p in enumerate(payoffs))
    derived = Variable("f", "derived", field, (3,), expr=Vector(payoffs))
    blind = {f"f[{k}]": graph.constant(0.0) for k in range(3)}
    agent = agent_of(graph, "a", ["x"], -(shares @ field), rules.replicator(), paths=blind)
    program = build(model_of(graph, [x, derived], [agent], Clock(time=20.0, dt=0.01)))
    start = {f"x[{k}]": np.array([s]) for k, s in enumerate((0.5, 0.3, 0.2))}
    product = [np.prod([s[f"x[{k}]"] for k in range(3)]) for s in interpret_run(program, {}, start, 2000)]
    assert np.abs(np.array(product) - product[0]).max() < 1e-12


def test_multiplicative_weights_leave_the_equilibrium() -> None:
    """Σ KL(Nash ‖ strategy) strictly increases: zero-sum, an interior equilibrium (Bailey & Piliouras 2018)."""
    x, y = pennies_run(rules.multiplicative_weights(rate=0.1), 300, Clock(steps=300), (0.5, 0.6))
    divergence = -0.5 * np.log(4 * x * (1 - x)) - 0.5 * np.log(4 * y * (1 - y))
    assert (np.diff(divergence) > 0).all()


def test_multiplicative_weights_by_hand() -> None:
    """From (½, ½) against (.6, .4): losses ∓.2·… give weights e^{±rate·.2}; no overflow at a rate of 1e4."""
    x, _ = pennies_run(rules.multiplicative_weights(rate=0.1), 1, Clock(steps=1), (0.5, 0.6))
    assert x[1] == pytest.approx(np.exp(0.02) / (np.exp(0.02) + np.exp(-0.02)), abs=1e-15)
    x, _ = pennies_run(rules.multiplicative_weights(rate=1e4), 1, Clock(steps=1), (0.5, 0.6))
    assert x[1] == 1.0


def test_blend_mixes_reflex_and_rule() -> None:
    """(1−ρ)·r·(target − x) + ρ·(−rate·ξ), at x = 2 with L = x², target 5: .7·.5·3 + .3·(−.1·4)."""
    graph = Graph()
    x = state(graph, "x")
    rule = rules.blend(share=0.3, target=graph.constant(5.0), rate=0.5, rule=rules.gradient(rate=0.1))
    program = build(model_of(graph, [x], [agent_of(graph, "a", ["x"], x.symbols**2.0, rule)]))
    (_, after) = interpret_run(program, {}, {"x": np.array([2.0])}, 1)
    assert after["x"] == pytest.approx(2.0 + 0.7 * 0.5 * 3.0 - 0.3 * 0.4)


def test_blend_keeps_the_memory_and_the_limits_of_its_rule() -> None:
    graph = Graph()
    x = state(graph, "x")
    rule = rules.blend(share=0.5, target=graph.constant(0.0), rule=rules.momentum(rate=0.1))
    agent = agent_of(graph, "a", ["x"], x.symbols**2.0, rule)
    assert [s.name for s in build(model_of(graph, [x], [agent])).states] == ["x", "a.v"]
    assert agent.rule.problems(clock="continuous", controls=1, population=False, off_simplex=["x"]) == [
        "rule 'momentum' works on a discrete clock, not a continuous one"
    ]


def test_targets_of_several_controls_are_named() -> None:
    graph = Graph()
    x, y = state(graph, "x"), state(graph, "y", (2,))
    targets = {"y": Vector([graph.constant(2.0), graph.constant(3.0)]), "x": graph.constant(1.0)}
    agent = agent_of(graph, "a", ["x", "y"], x.symbols, rules.heuristic(target=targets))
    program = build(model_of(graph, [x, y], [agent]))
    (_, after) = interpret_run(program, {}, {name: np.zeros(1) for name in ("x", "y[0]", "y[1]")}, 1)
    assert (after["x"], after["y[0]"], after["y[1]"]) == (1.0, 2.0, 3.0)
