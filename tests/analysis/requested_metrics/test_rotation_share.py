import numpy as np
import pytest

from dynsim.algebra.graph import Graph
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.rotation_share import RotationShare
from dynsim.errors import InputError
from tests.analysis.games import Player, bilinear, build, record

from .cases import quadratics


def test_random_quadratics_against_linear_algebra_between_agents_only():
    """Agents with 1, 3 and 2 controls (seed 17): own blocks, which are symmetric, are left out."""
    rng = np.random.default_rng(17)
    program, h, _ = quadratics(rng, (1, 3, 2))
    study = Study(program, record(program, {f"z{k}": rng.normal(size=5) for k in range(6)}, 3))
    jacobian = np.concatenate([h[0, :1], h[1, 1:4], h[2, 4:]])
    owner = np.array([0, 1, 1, 1, 2, 2])
    between = np.where(owner[:, None] != owner[None, :], jacobian, 0.0)
    s, a = (between + between.T) / 2, (between - between.T) / 2
    expected = (a**2).sum() / ((s**2).sum() + (a**2).sum())
    found = RotationShare().table(study)
    assert 0.1 < expected < 0.9
    np.testing.assert_allclose(found[["mean", "q05", "q95"]], expected, rtol=1e-12)
    assert found["t"].tolist() == [0.0, 1.0, 2.0]


def test_zero_sum_is_all_rotation_and_a_potential_is_none():
    rng = np.random.default_rng(1)
    opposed = bilinear()
    start = {"x": rng.normal(size=3), "y": rng.normal(size=3)}
    assert (RotationShare().table(Study(opposed, record(opposed, start, 2)))[["q05", "q95"]] == 1.0).all(axis=None)
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    common = x * x * y + y**3 * x
    shared = build(graph, ["x", "y"], {"a": Player(["x"], common), "b": Player(["y"], common)})
    assert (RotationShare().table(Study(shared, record(shared, start, 2)))[["q05", "q95"]] == 0.0).all(axis=None)


def test_it_follows_the_state():
    """ξ = (xy, x): ∂ξ_a/∂y = x, ∂ξ_b/∂x = 1, so the share is (x − 1)²/(2(x² + 1))."""
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    program = build(graph, ["x", "y"], {"a": Player(["x"], x * x * y / 2), "b": Player(["y"], x * y)})
    at = np.array([-1.0, 0.0, 1.0, 3.0])
    found = RotationShare().table(Study(program, record(program, {"x": at, "y": 0 * at}, 1)))
    assert found["mean"].item() == pytest.approx(np.mean((at - 1) ** 2 / (2 * (at**2 + 1))))


def test_agents_that_have_nothing_to_do_with_each_other_have_no_share():
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    program = build(graph, ["x", "y"], {"a": Player(["x"], x * x), "b": Player(["y"], y * y)})
    found = RotationShare().table(Study(program, record(program, {"x": [1.0], "y": [1.0]}, 1)))
    assert found["n"].item() == 0


def test_one_agent_has_nobody_to_turn_around():
    graph = Graph()
    x = graph.symbol("x")
    program = build(graph, ["x"], {"a": Player(["x"], x * x)})
    with pytest.raises(InputError, match="two agents"):
        RotationShare().table(Study(program, record(program, {"x": [1.0]}, 1)))
