"""Multiple gradient descent: the shortest vector of a convex hull, in closed form and by conditions of optimality."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import dynsim.rules as rules
from dynsim.algebra.graph import Graph
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.vector import Vector
from dynsim.compiler.applying.build import build
from dynsim.errors import InputError
from dynsim.rules.multiple_gradient import least_combination
from tests.compiler.models import agent_of, model_of, scalar_game, state
from tests.rules.linear import final


def shortest(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rule's combination of m vectors of d components, (m, d, B), as numbers (d, B)."""
    graph = Graph()
    names = [[f"g{m}{k}" for k in range(vectors.shape[1])] for m in range(vectors.shape[0])]
    combined = least_combination([[graph.symbol(name) for name in row] for row in names])
    values = {name: vectors[m, k] for m, row in enumerate(names) for k, name in enumerate(row)}
    with np.errstate(all="ignore"):
        return np.array([np.broadcast_to(x, vectors.shape[2:]) for x in evaluate(combined, values)])


def test_two_objectives_in_closed_form() -> None:
    """γ = clip((g₂ − g₁)·g₂/|g₁ − g₂|², 0, 1) is the weight of g₁ (Sener & Koltun 2018). Seed 0."""
    g1, g2 = np.random.default_rng(0).normal(size=(2, 3, 1000))
    gamma = np.clip(((g2 - g1) * g2).sum(axis=0) / ((g1 - g2) ** 2).sum(axis=0), 0, 1)
    assert 0.1 < (gamma == 0).mean() + (gamma == 1).mean() < 0.9
    np.testing.assert_allclose(shortest(np.array([g1, g2])), gamma * g1 + (1 - gamma) * g2, atol=1e-13)


@pytest.mark.parametrize(("count", "dimensions"), [(3, 2), (4, 3), (5, 8), (6, 4)])
def test_more_objectives_meet_the_conditions_of_optimality(count: int, dimensions: int) -> None:
    """s is the shortest vector of the hull exactly if s·g_m ≥ |s|² for all m. Seed = count."""
    vectors = np.random.default_rng(count).normal(size=(count, dimensions, 300)) + 0.4
    s = shortest(vectors)
    size = (s * s).sum(axis=0)
    assert ((vectors * s).sum(axis=1) - size).min() > -1e-12
    assert (size > 1e-3).mean() > 0.1
    if count > dimensions:
        assert (size < 1e-20).any()


def test_equal_and_opposite_gradients() -> None:
    """Equal ones are followed, opposite ones leave nothing to do, parallel ones take the shorter."""
    a = np.array([1.0, 2.0])
    for pair, expected in (((a, a), a), ((a, -a), 0 * a), ((2 * a, a), a), ((a, -2 * a), 0 * a)):
        np.testing.assert_allclose(shortest(np.array(pair)[:, :, None])[:, 0], expected, atol=1e-15)
    np.testing.assert_allclose(shortest(np.array([a, a, a])[:, :, None])[:, 0], a, atol=1e-15)


def test_it_ends_on_the_pareto_set() -> None:
    """|x − p|² and |x − q|² in the plane: it ends between p and q, and neither objective rises. Seed 1."""
    p, q, start = np.random.default_rng(1).normal(size=(3, 2))
    graph = Graph()
    x = state(graph, "x", (2,))
    losses = [((x.symbols - Vector(goal)) @ (x.symbols - Vector(goal))) for goal in (p, q)]
    rule = rules.multiple_gradient(rate=0.05, objectives=Vector(losses))
    model = model_of(graph, [x], [agent_of(graph, "a", ["x"], losses[0], rule)])
    places = []
    for steps in range(0, 200, 20):
        places.append(np.array(list(final(model, {"x[0]": start[0], "x[1]": start[1]}, steps).values())))
    for goal in (p, q):
        assert (np.diff([((z - goal) ** 2).sum() for z in places]) < 1e-12).all()
    end, edge = places[-1] - p, q - p
    share = end @ edge / (edge @ edge)
    assert 0 <= share <= 1
    np.testing.assert_allclose(end, share * edge, atol=1e-4)


def test_without_objectives_it_cares_for_everybody() -> None:
    """x of L₁ = (x − 1)², L₂ = (x + 1)² rests anywhere in [−1, 1] and comes from outside to the border."""

    def end(start: float) -> float:
        rule = rules.multiple_gradient(rate=0.1)
        model = scalar_game(lambda x, y: ((x - 1.0) ** 2.0 + y * y, (x + 1.0) ** 2.0 + y * y), rule)
        return final(model, {"x0": start, "x1": 0.0}, 200)["x0"]

    assert end(0.3) == 0.3
    assert end(4.0) == pytest.approx(1.0, abs=1e-12)
    assert end(-4.0) == pytest.approx(-1.0, abs=1e-12)


def test_what_is_wrong_with_objectives_is_said() -> None:
    for count, message in ((0, "a vector of objectives"), (7, "at most 6 objectives, got 7")):
        graph = Graph()
        x = state(graph, "x")
        objectives = Vector([x.symbols] * count) if count else x.symbols
        rule = rules.multiple_gradient(rate=0.1, objectives=objectives)
        with pytest.raises(InputError, match=message):
            build(model_of(graph, [x], [agent_of(graph, "a", ["x"], x.symbols**2.0, rule)]))
