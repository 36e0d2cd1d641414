"""Rules that move a population: every node has its own objective, and looking ahead moves all nodes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import dynsim.rules as rules
from dynsim.algebra import functions as f
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Graph
from dynsim.algebra.topology import Topology
from dynsim.compiler.build import build
from dynsim.compiler.program import Program
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Population
from tests.compiler.models import agent_of, model_of, state
from tests.compiler.plain_run import interpret_run

SOURCE, TARGET = [0, 1, 2, 3, 0], [1, 2, 3, 0, 2]
ETA = 0.2


def listeners(rule: RuleSpec) -> Program:
    """Node i wants to be near the mean of those who influence it, and near 1: ½(x − m)² + ½(x − 1)²."""
    graph = Graph()
    x = state(graph, "x", domain=node("net"))
    mean = f.mean_neighbors(f.neighbor(x.symbols))
    loss = (x.symbols - mean) ** 2.0 / 2 + (x.symbols - 1.0) ** 2.0 / 2
    population = Population("net", Topology.build(4, SOURCE, TARGET, np.ones(5)), {})
    return build(model_of(graph, [x], [agent_of(graph, "a", ["x"], loss, rule)], populations={"net": population}))


def own_gradient(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """2x − m − 1: what the neighbours do in reply is not a node's business."""
    influence = np.zeros((4, 4))
    influence[TARGET, SOURCE] = 1.0
    return 2 * x - influence @ x / influence.sum(axis=1) - 1.0


def one_step(rule: RuleSpec, x: NDArray[np.float64]) -> NDArray[np.float64]:
    _, after = interpret_run(listeners(rule), {}, {"x": x[:, None]}, 1)
    return np.asarray(after["x"][:, 0])


@pytest.fixture
def x() -> NDArray[np.float64]:
    """Seed 0."""
    return np.random.default_rng(0).normal(size=4)


def test_gradient_takes_each_nodes_own(x: NDArray[np.float64]) -> None:
    np.testing.assert_allclose(one_step(rules.gradient(rate=ETA), x), x - ETA * own_gradient(x), atol=1e-15)


def test_extragradient_looks_where_all_nodes_will_be(x: NDArray[np.float64]) -> None:
    ahead = x - ETA * own_gradient(x)
    np.testing.assert_allclose(one_step(rules.extragradient(rate=ETA), x), x - ETA * own_gradient(ahead), atol=1e-15)


def test_population_finds_its_equilibrium(x: NDArray[np.float64]) -> None:
    """x = 1 everywhere: the only point where nobody gains."""
    *_, last = interpret_run(listeners(rules.momentum(rate=0.1, beta=0.5)), {}, {"x": x[:, None]}, 400)
    np.testing.assert_allclose(last["x"], 1.0, atol=1e-12)
