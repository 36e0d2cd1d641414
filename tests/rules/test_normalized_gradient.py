"""Normalized gradient descent: steps of constant length above the floor, plain gradient descent below it."""

from __future__ import annotations

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Graph
from dynsim.algebra.structural import total
from dynsim.algebra.topology import Topology
from dynsim.compiler.applying.build import build
from dynsim.system.model import Model, Population
from tests.compiler.models import agent_of, model_of, state
from tests.compiler.plain_run import interpret_run
from tests.rules.linear import final

CURVATURE = np.array([0.5, 1.0, 2.0])


def valley(rate: float, floor: float) -> Model:
    """One agent, three variables, E = Σ c_k x_k²/2."""
    graph = Graph()
    xs = [state(graph, f"x{k}") for k in range(3)]
    loss = sum(c / 2 * v.symbols * v.symbols for c, v in zip(CURVATURE, xs, strict=True))
    rule = rules.normalized_gradient(rate=rate, floor=floor)
    return model_of(graph, xs, [agent_of(graph, "a", [v.name for v in xs], loss, rule)])


def stepped(model: Model, x: np.ndarray, steps: int = 1) -> np.ndarray:
    return np.array(list(final(model, {f"x{k}": v for k, v in enumerate(x)}, steps).values()))


def test_a_step_goes_down_the_gradient_by_its_length() -> None:
    """Seed 0."""
    for x in np.random.default_rng(0).normal(size=(5, 3)):
        slope = CURVATURE * x
        found = stepped(valley(0.3, 1e-6), x)
        np.testing.assert_allclose(found, x - 0.3 * slope / np.linalg.norm(slope), rtol=1e-14)
        assert np.linalg.norm(found - x) == pytest.approx(0.3, rel=1e-14)


def test_below_the_floor_it_is_gradient_descent() -> None:
    """With the rate rate/floor. Seed 1; |ξ| < 0.5 here, and the step is continuous at the floor."""
    x = np.random.default_rng(1).uniform(-0.1, 0.1, 3)
    np.testing.assert_allclose(stepped(valley(0.3, 0.5), x), x - 0.3 / 0.5 * CURVATURE * x, rtol=1e-14)
    at_floor = x * 0.5 / np.linalg.norm(CURVATURE * x)
    above, below = (stepped(valley(0.3, 0.5), at_floor * (1 + d)) for d in (1e-9, -1e-9))
    np.testing.assert_allclose(above, below, atol=1e-8)


def test_steps_of_constant_length_never_rest() -> None:
    """From 0.3 with steps of 0.2 the end is ±0.1 and back for ever; with a floor of 0.5 it is 0."""
    x = np.array([0.0, 0.3, 0.0])
    assert abs(stepped(valley(0.2, 1e-6), x, 1001)[1]) == pytest.approx(0.1, rel=1e-9)
    assert stepped(valley(0.2, 0.5), x, 1001)[1] == pytest.approx(0, abs=1e-12)


def crowd(shared: bool) -> Model:
    """Four nodes, each at the bottom where x = 0: with an objective each, or with one in common."""
    graph = Graph()
    x = state(graph, "x", domain=node("net"))
    population = Population("net", Topology.build(4, [], [], []), {})
    loss = x.symbols * x.symbols / 2.0
    rule = rules.normalized_gradient(rate=0.1, floor=1e-6)
    agent = agent_of(graph, "a", ["x"], total(loss) if shared else loss, rule)
    return model_of(graph, [x], [agent], populations={"net": population})


@pytest.mark.parametrize("shared", [False, True])
def test_a_crowd_has_one_length_where_it_has_one_objective(shared: bool) -> None:
    start = np.array([-2.0, 0.5, 3.0, 10.0])
    *_, after = interpret_run(build(crowd(shared)), {}, {"x": start[:, None]}, 1)
    length = np.linalg.norm(start) if shared else np.abs(start)
    np.testing.assert_allclose(after["x"][:, 0], start - 0.1 * start / length, rtol=1e-13)
