"""The search for the least value against closed forms and a general optimiser."""

import numpy as np
import pytest
from scipy.optimize import minimize

import dynsim as ds
from dynsim.algebra import functions as f
from dynsim.algebra.graph import Graph
from dynsim.analysis.game.best_response import least
from dynsim.analysis.game.feasible_set import FeasibleSet, onto_simplex
from dynsim.analysis.reading.sampling import ends
from dynsim.analysis.reading.study import Study
from dynsim.errors import InputError
from dynsim.system.model import Space
from tests.analysis.games import Player, build, record

from .cases import simulated


def lowest(study, objective, feasible, starts=8):
    return least(study, ends(study)[1], objective, feasible, starts, np.arange(study.replicas))


def quadratic(rng, size, **spaces):
    """½xᵀHx + bᵀx over x0, x1, … with H positive definite; a study, the objective, H and b."""
    root = rng.normal(size=(size, size))
    h, b = root @ root.T + 0.3 * np.eye(size), 2 * rng.normal(size=size)
    s = ds.System("quadratic")
    x = [s.state(f"x{k}", init="normal(0, 3)", **spaces) for k in range(size)]
    loss = sum((0.5 * h[k, m] * x[k] * x[m] for k in range(size) for m in range(size)), b[0] * 0.0 * x[0])
    loss = loss + sum((b[k] * x[k] for k in range(1, size)), b[0] * x[0])
    s.agent("a", controls=x, declared=loss, rule=ds.rules.gradient(rate=0.01))
    s.ensemble(replicas=5)
    s.clock(steps=1)
    return simulated(s), h, b


@pytest.mark.parametrize("seed", range(4))
def test_unbounded_quadratics_end_at_minus_b_over_h(seed):
    study, h, b = quadratic(np.random.default_rng(seed), 4)
    agent = study.program.agents[0]
    values, points = lowest(study, agent.objective, FeasibleSet.of(study.model, agent.controls))
    np.testing.assert_allclose(points, np.repeat(-np.linalg.solve(h, b)[:, None], 5, axis=1), atol=1e-7)
    np.testing.assert_allclose(values, -0.5 * b @ np.linalg.solve(h, b), rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_quadratics_in_a_box_agree_with_scipy(seed):
    study, h, b = quadratic(np.random.default_rng(seed), 4, space=[-0.5, 0.8])
    agent = study.program.agents[0]
    values, points = lowest(study, agent.objective, FeasibleSet.of(study.model, agent.controls))
    expected = minimize(lambda x: 0.5 * x @ h @ x + b @ x, np.zeros(4), jac=lambda x: h @ x + b,
                        bounds=[(-0.5, 0.8)] * 4, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-12})
    assert (np.abs(expected.x - 0.8) < 1e-9).any() or (np.abs(expected.x + 0.5) < 1e-9).any()
    np.testing.assert_allclose(values, expected.fun, rtol=1e-9, atol=1e-9)
    assert (points >= -0.5).all()
    assert (points <= 0.8).all()


def test_convex_functions_on_a_simplex_agree_with_scipy():
    """Σ c_k x_k² + b_k x_k over the simplex, whose least point has some shares of 0 (seed 3)."""
    rng = np.random.default_rng(3)
    c, b = rng.uniform(0.2, 2.0, 5), rng.normal(size=5)
    s = ds.System("shares")
    x = s.state("x", init=[0.2] * 5, size=5, space="simplex")
    loss = sum((c[k] * x[k] ** 2 + b[k] * x[k] for k in range(1, 5)), c[0] * x[0] ** 2 + b[0] * x[0])
    s.agent("a", controls=x, declared=loss, rule=ds.rules.gradient(rate=0.01))
    s.clock(steps=1)
    study = simulated(s)
    agent = study.program.agents[0]
    values, points = lowest(study, agent.objective, FeasibleSet.of(study.model, agent.controls))
    expected = minimize(lambda x: (c * x**2 + b * x).sum(), np.full(5, 0.2), bounds=[(0, 1)] * 5, method="SLSQP",
                        constraints={"type": "eq", "fun": lambda x: x.sum() - 1}, options={"ftol": 1e-15})
    assert (expected.x < 1e-6).any()
    np.testing.assert_allclose(values, expected.fun, atol=1e-9)
    np.testing.assert_allclose(points[:, 0], expected.x, atol=1e-5)


def double_well(depth, at):
    """x⁴ − x² − depth·x: the deeper valley is on the right."""
    graph = Graph()
    x = graph.symbol("x")
    program = build(graph, ["x"], {"a": Player(["x"], x**4 - x**2 - depth * x)})
    return Study(program, record(program, {"x": np.array(at)}, 1))


def test_random_starts_find_the_deeper_valley():
    study = double_well(0.1, [-0.7, -0.6, -0.9])
    objective = study.program.agents[0].objective
    roots = np.roots([4.0, 0.0, -2.0, -0.1]).real
    deep = min(roots**4 - roots**2 - 0.1 * roots)
    shallow = (roots.min() ** 4 - roots.min() ** 2) - 0.1 * roots.min()
    values, points = lowest(study, objective, FeasibleSet.of(None, ["x"]))
    np.testing.assert_allclose(values, deep, rtol=1e-12)
    np.testing.assert_allclose(points, roots.max(), rtol=1e-6)
    alone, _ = lowest(study, objective, FeasibleSet.of(None, ["x"]), starts=0)
    assert alone[0] == pytest.approx(shallow, rel=1e-12)


def test_it_is_never_above_where_it_began():
    """sin(9x)·x² + x⁴/50 has many valleys; whatever is found, no start was lower."""
    graph = Graph()
    x = graph.symbol("x")
    program = build(graph, ["x"], {"a": Player(["x"], f.sin(9.0 * x) * x * x + x**4 / 50.0)})
    at = np.linspace(-4, 4, 33)
    study = Study(program, record(program, {"x": at}, 1))
    values, points = lowest(study, program.agents[0].objective, FeasibleSet.of(None, ["x"]), starts=3)
    assert (values <= np.sin(9 * at) * at**2 + at**4 / 50 + 1e-12).all()
    np.testing.assert_allclose(np.sin(9 * points[0]) * points[0] ** 2 + points[0] ** 4 / 50, values, rtol=1e-12)


@pytest.mark.parametrize("loss", [lambda x: -2.0 * x, lambda x: -x * x, lambda x: x - x**4])
def test_what_falls_without_end_has_no_least_value(loss):
    graph = Graph()
    x = graph.symbol("x")
    program = build(graph, ["x"], {"a": Player(["x"], loss(x))})
    study = Study(program, record(program, {"x": np.array([0.3, -2.0])}, 1))
    assert np.isnan(lowest(study, program.agents[0].objective, FeasibleSet.of(None, ["x"]))[0]).all()


def test_lost_replicas_have_none_and_the_others_are_not_disturbed():
    study = double_well(0.1, [0.7, np.nan, 0.6])
    values, _ = lowest(study, study.program.agents[0].objective, FeasibleSet.of(None, ["x"]))
    assert np.isfinite(values).tolist() == [True, False, True]
    assert values[0] == pytest.approx(values[2], rel=1e-12)


def test_the_nearest_point_of_a_simplex_is_the_nearest():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(4, 50))
    found = onto_simplex(x)
    np.testing.assert_allclose(found.sum(axis=0), 1.0, rtol=1e-12)
    assert (found >= 0).all()
    others = rng.dirichlet(np.full(4, 0.5), size=2000).T
    nearest = ((x[:, :, None] - others[:, None, :]) ** 2).sum(axis=0).min(axis=1)
    assert (((x - found) ** 2).sum(axis=0) <= nearest + 1e-12).all()


def test_corners_and_random_starts_lie_in_the_region():
    feasible = FeasibleSet(tuple("abcdef"), (
        (Space("simplex"), (0, 1, 2)), (Space("box", -1.0, 2.0), (3,)), (Space("box", 0.0), (4,)), (Space(), (5,)),
    ))
    starts = feasible.starts(np.array([[0.2, 0.3, 0.5, 0.0, 1.0, 7.0]]).T, 5)[:, :, 0]
    assert starts.shape == (6, 1 + 3 * 2 + 5)
    corners = {tuple(column) for column in starts[:, 1:7].T}
    assert corners == {(*np.eye(3)[k], end, 1.0, 7.0) for k in range(3) for end in (-1.0, 2.0)}
    np.testing.assert_allclose(starts[:3].sum(axis=0), 1.0)
    assert (starts[:3] >= 0).all()
    assert (np.abs(starts[3] - 0.5) <= 1.5).all()
    assert (starts[4] >= 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_least_of_what_is_linear_is_at_a_corner(seed):
    """Random slopes, over all corners of a simplex, a box and another box."""
    rng = np.random.default_rng(seed)
    low, high = np.sort(rng.normal(size=(2, 2)), axis=0)
    boxes = [(Space("box", a, b), (3 + k,)) for k, (a, b) in enumerate(zip(low, high, strict=True))]
    feasible = FeasibleSet(tuple("abcde"), ((Space("simplex"), (0, 1, 2)), *boxes))
    slopes = rng.normal(size=(5, 20))
    corners = np.array([[*np.eye(3)[k], y, z] for k in range(3) for y in (low[0], high[0]) for z in (low[1], high[1])])
    np.testing.assert_allclose(feasible.least(slopes), (corners @ slopes).min(axis=0), rtol=1e-12)
    assert FeasibleSet(("a",), ((Space("box", 0.0), (0,)),)).least(np.ones((1, 1))) is None


def test_a_population_and_a_part_of_a_simplex_are_told_apart():
    s = ds.System("parts")
    s.population("net", generator="cycle_graph", n=4)
    s.state("p", init=0.1, on="net")
    x = s.state("x", init=[0.5, 0.5], size=2, space="simplex")
    s.agent("walkers", controls="p", declared="p**2", rule=ds.rules.gradient(rate=0.1))
    s.agent("part", controls=x[0], declared=x[0] ** 2, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=1)
    model = s.resolve()
    with pytest.raises(InputError, match="'p' is a population"):
        FeasibleSet.of(model, ["p"])
    with pytest.raises(InputError, match="only a part of the simplex 'x'"):
        FeasibleSet.of(model, ["x[0]"])
