"""Rules that move a population: every node has its own objective, and looking ahead moves all nodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

import dynsim.rules as rules
from dynsim.algebra import functions as f
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Graph
from dynsim.algebra.structural import total
from dynsim.algebra.topology import Topology
from dynsim.compiler.applying.build import build
from dynsim.compiler.program import Program
from dynsim.engine.plan import Chunk, Plan
from dynsim.engine.simulate import run
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Clock, Population
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


INFLUENCE = np.zeros((4, 4))
INFLUENCE[TARGET, SOURCE] = 1.0
INFLUENCE /= INFLUENCE.sum(axis=1, keepdims=True)


def test_competitive_gradient_makes_every_node_a_player(x: NDArray[np.float64]) -> None:
    """J = 2I − M, H_o = −M with M the means: (I − ηM)⁻¹ξ, by as many conjugate gradients as there are nodes."""
    expected = x - ETA * np.linalg.solve(np.eye(4) - ETA * INFLUENCE, own_gradient(x))
    rule = rules.competitive_gradient(rate=ETA, iterations=4, tolerance=0)
    np.testing.assert_allclose(one_step(rule, x), expected, atol=1e-12)


def test_conjugate_gradients_stop_at_their_tolerance(x: NDArray[np.float64]) -> None:
    """With a tolerance of .1 the residual of the normal equations is below a tenth, and the fourth is not taken."""
    a = np.eye(4) - ETA * INFLUENCE
    xi = own_gradient(x)

    def residual(**settings: float) -> float:
        step = (x - one_step(rules.competitive_gradient(rate=ETA, **settings), x)) / ETA
        return float(np.linalg.norm(a.T @ (xi - a @ step)) / np.linalg.norm(a.T @ xi))

    loose = residual(iterations=4, tolerance=0.1)
    assert 1e-6 < loose < 0.1
    assert residual(iterations=4, tolerance=0) < 1e-12
    first, second, third = (residual(iterations=k, tolerance=0) for k in (1, 2, 3))
    assert first > second > third


def test_surgery_over_the_nodes_of_a_population(x: NDArray[np.float64]) -> None:
    """½(ξ + Jᵀ(JᵀJ + λI)⁻¹Jᵀξ) with J = 2I − M and λ = .3."""
    j = 2 * np.eye(4) - INFLUENCE
    xi = own_gradient(x)
    expected = x - ETA / 2 * (xi + j.T @ np.linalg.solve(j.T @ j + 0.3 * np.eye(4), j.T @ xi))
    rule = rules.local_symplectic_surgery(rate=ETA, ridge=0.3, iterations=4, tolerance=0)
    np.testing.assert_allclose(one_step(rule, x), expected, atol=1e-12)


def test_population_against_one_player_of_a_zero_sum_game(x: NDArray[np.float64]) -> None:
    """Σ_k x_k y = −(the other's loss), the population one learner: H_o = [[0, 1], [−1ᵀ, 0]] on (x, y). η = .2."""
    graph = Graph()
    nodes, single = state(graph, "x", domain=node("net")), state(graph, "y")
    loss = total(nodes.symbols) * single.symbols
    rule = rules.competitive_gradient(rate=ETA)
    agents = [agent_of(graph, "a", ["x"], loss, rule), agent_of(graph, "b", ["y"], -loss, rule)]
    population = Population("net", Topology.build(4, [], [], []), {})
    program = build(model_of(graph, [nodes, single], agents, populations={"net": population}))
    _, after = interpret_run(program, {}, {"x": x[:, None], "y": np.array([0.7])}, 1)
    h = np.zeros((5, 5))
    h[:4, 4], h[4, :4] = 1.0, -1.0
    z = np.array([*x, 0.7])
    expected = z - ETA * np.linalg.solve(np.eye(5) + ETA * h, h @ z)
    np.testing.assert_allclose([*after["x"][:, 0], after["y"][0]], expected, atol=1e-12)


def test_conjugate_gradients_compile_to_what_the_interpreter_does(x: NDArray[np.float64]) -> None:
    program = replace(listeners(rules.competitive_gradient(rate=ETA, iterations=2)), clock=Clock(steps=5))
    ends = []
    for compiled in (True, False):
        chunks: list[Chunk] = []
        run(program, Plan(1, 0, {}, {"x": x[:, None]}), chunks.append, compiled=compiled, threads=1)
        ends.append(chunks[-1].values["x"][-1])
    np.testing.assert_allclose(*ends, rtol=1e-12)
