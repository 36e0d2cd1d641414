"""Building: one node per distinct value, simplifications that keep values, domains; and the interpreter's shapes."""

import math

import numpy as np
import pytest

from dynsim.algebra import functions as f
from dynsim.algebra import leaves
from dynsim.algebra.domain import SCALAR, edge, node
from dynsim.algebra.graph import Graph, fill
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.structural import degree, gather_source, gather_target, named, peak, sum_target, total
from dynsim.algebra.substitute import substitute
from dynsim.algebra.topology import Topology
from dynsim.algebra.value import components, like
from dynsim.algebra.vector import Vector
from dynsim.errors import DomainError
from tests.algebra.growing import grow, random_topology

NET = node("net")


@pytest.fixture
def graph():
    return Graph()


@pytest.fixture
def topologies():
    return {"net": random_topology(np.random.default_rng(3), 5, 9)}


def test_equal_values_are_one_node(graph):
    x, y = graph.symbol("x"), graph.symbol("y")
    assert x * y + 1 == 1 + y * x
    assert f.exp(x - y) == f.exp(x - y)
    assert x - y != y - x
    before = len(graph)
    assert graph.symbol("x") == x
    assert len(graph) == before
    assert len({x, y, graph.symbol("x")}) == 2


def test_constants_meet_themselves(graph):
    assert graph.constant(0.0) == graph.constant(-0.0)
    assert graph.constant(math.nan) == graph.constant(-math.nan) == graph.constant(float("nan"))
    assert graph.constant(0.1).constant == 0.1
    assert graph.constant(True + 1) == graph.constant(2)
    assert graph.symbol("x").constant is None


def test_names(graph):
    x = graph.symbol("x")
    assert (x.name, named(x * 2, "double").name, (x + 1).name) == ("x", "double", None)
    assert leaves.time(graph).name is None


def test_an_expression_has_no_truth_value(graph):
    with pytest.raises(TypeError, match="no truth value"):
        bool(graph.symbol("x") < 1)


def test_numpy_numbers_and_arrays_leave_arithmetic_to_expressions(graph):
    x = graph.symbol("x")
    assert np.float64(2) * x == 2 * x
    assert x + np.int64(3) == x + 3
    assert np.ones(3) * x == x * np.ones(3) == (x, x, x)


@pytest.mark.parametrize(("build", "simple"), [
    (lambda x: x + 0, lambda x: x), (lambda x: 0 + x, lambda x: x), (lambda x: x - 0, lambda x: x),
    (lambda x: 0 - x, lambda x: -x), (lambda x: x * 1, lambda x: x), (lambda x: x * -1, lambda x: -x),
    (lambda x: x / 1, lambda x: x), (lambda x: x / -1, lambda x: -x), (lambda x: -(0 - x), lambda x: x),
    (lambda x: x * 0, lambda x: 0 * x), (lambda x: x**1, lambda x: x), (lambda x: x**2, lambda x: x * x),
    (lambda x: x**0.5, f.sqrt), (lambda x: x + -(x * 2), lambda x: x - x * 2), (lambda x: x - (-x), lambda x: x + x),
    (lambda x: f.where(x > 0, x, x), lambda x: x), (lambda x: x**-1, lambda x: 1 / x),
])
@pytest.mark.parametrize("domain", [SCALAR, NET])
def test_neutral_elements_vanish_and_the_domain_stays(graph, build, simple, domain):
    x = graph.symbol("x", domain)
    assert build(x) == simple(x)
    assert build(x).domain == domain


def test_constants_fold_unless_the_result_is_not_finite(graph):
    two = graph.constant(2)
    assert f.exp(two * 3 - 6).constant == 1.0
    assert (two / 0).constant is None
    assert math.isinf(evaluate([two / 0], {})[0])
    assert f.where(two > 1, 3.0, 4.0).constant is None


def test_powers_with_odd_exponents(graph, topologies):
    x = graph.symbol("x")
    for p in (math.inf, math.nan, 1e300, -17.0, 2.5):
        with np.errstate(all="ignore"):
            np.testing.assert_array_equal(evaluate([x**p], {"x": 1.5})[0], np.power(1.5, p))


def test_simplified_expressions_keep_their_values():
    """Every operation on every pair of special arguments, against the same operation on unknowns."""
    special = [0.0, 1.0, -1.0, 2.0, 0.5, -3.0]
    for op in ("add", "sub", "mul", "div", "pow", "min", "max"):
        for p in special:
            for swap in (False, True):
                graph = Graph()
                x, y = graph.symbol("x"), graph.symbol("y")
                xs = np.array([0.3, 1.7, 2.0])
                step = -1 if swap else 1
                pairs = [(x, graph.constant(p))[::step], (x, y)[::step]]
                a, b = evaluate([graph.apply(op, *pair) for pair in pairs], {"x": xs, "y": p})
                np.testing.assert_allclose(a, b, rtol=1e-15, err_msg=f"{op} {p}")


def test_what_is_the_same_everywhere_is_computed_once(graph):
    a, x = graph.symbol("a"), graph.symbol("x", NET)
    spread = fill(a, NET)
    assert spread * x == a * x
    assert f.exp(spread) == fill(f.exp(a), NET)
    assert total(spread) == a * leaves.size(graph, "net")
    assert peak(spread) == a
    assert gather_source(spread) == fill(a, edge("net"))
    assert sum_target(fill(a, edge("net"))) == a * degree(graph, "net")
    assert gather_target(x) * gather_target(x + 1) == gather_target(x * (x + 1))
    assert f.sum_neighbors(x) == x * f.degree(x)


def test_conditions_are_never_filled_or_gathered(graph, topologies):
    """A node's condition on edges is the condition of the gathered numbers; every domain is kept."""
    a, x = graph.symbol("a"), graph.symbol("x", NET)
    spread, low = fill(a, NET), fill(graph.constant(0.2), NET)
    same_everywhere = spread < low
    assert (same_everywhere.boolean, same_everywhere.domain) == (True, NET)
    chosen = f.where((x < a) & ~(x < 0), f.neighbor(x), 0.5)
    outputs = [f.where(same_everywhere, 1.0, 2.0), f.sum_neighbors(chosen)]
    moved = substitute(outputs, {x: x * 2})
    ops = [(n.op, graph.nodes[n.args[0]].boolean) for n in graph.nodes if n.op.startswith(("fill", "gather"))]
    assert not any(boolean for _, boolean in ops)
    t, at = topologies["net"], np.array([-1.0, 0.3, 0.2, 2.0, 0.1])
    for exprs, values in ((outputs, at), (moved, at / 2)):
        everywhere, summed = evaluate(exprs, {"a": 0.4, "x": values}, topologies)
        np.testing.assert_array_equal(everywhere, np.full(5, 2.0))
        inside = (at < 0.4) & (at >= 0)
        wanted = np.bincount(t.target, np.where(inside[t.target], at[t.source], 0.5), minlength=5)
        np.testing.assert_allclose(summed, wanted)


def test_canonical_forms_keep_their_values(graph, topologies):
    a, x = graph.symbol("a"), graph.symbol("x", NET)
    rng = np.random.default_rng(0)
    values = {"a": rng.normal(size=3), "x": rng.normal(size=(5, 3))}
    t = topologies["net"]
    degree = np.bincount(t.target, minlength=5)[:, None]
    spread = fill(a, edge("net"))
    expected = {
        total(fill(a, NET)): 5 * values["a"],
        total(spread): 9 * values["a"],
        sum_target(spread): degree * values["a"],
        f.sum_neighbors(x): degree * values["x"],
        peak(spread): values["a"],
    }
    for found, wanted in zip(evaluate(list(expected), values, topologies), expected.values(), strict=True):
        np.testing.assert_allclose(found, wanted)


def test_values_of_different_populations_do_not_meet(graph):
    x, y = graph.symbol("x", NET), graph.symbol("y", node("ring"))
    with pytest.raises(DomainError, match="cannot combine one value per node of ring with one value per node of net"):
        x + y
    assert (x + f.mean(y)).domain == NET
    with pytest.raises(DomainError, match="fill: expected a scalar"):
        fill(x, node("ring"))


def test_conditions_and_numbers_are_told_apart(graph):
    x = graph.symbol("x")
    with pytest.raises(DomainError, match=r"\+: expected a number, got a condition: x < 1"):
        (x < 1) + 1
    with pytest.raises(DomainError, match="where: expected a condition, got a number: x"):
        f.where(x, 1.0, 2.0)
    with pytest.raises(DomainError, match="expected a scalar expression or a number"):
        x + True
    with pytest.raises(DomainError, match="another"):
        x + Graph().symbol("x")


def test_neighbors_need_a_population(graph):
    a = graph.symbol("a")
    for function in (f.sum_neighbors, f.mean_neighbors, f.max_neighbors, f.sum_outgoing, f.degree):
        with pytest.raises(DomainError, match="got a scalar"):
            function(a)
    with pytest.raises(DomainError, match="reduced by sum_neighbors"):
        f.sum_(f.neighbor(graph.symbol("x", NET)))


def test_vectors(graph):
    x = Vector(graph.symbol(f"x[{k}]") for k in range(3))
    assert (x @ x) == f.dot(x, x) == f.sum_(x * x)
    a = Vector([x, 2 * x])
    assert a.shape == (2, 3)
    assert (a @ x) == Vector([x @ x, 2 * x @ x])
    assert like(a.shape, components(a)) == a
    assert f.mean(x) == f.sum_(x) / 3
    for bad in (lambda: x + Vector(x[:2]), lambda: x @ Vector(x[:2]), lambda: x @ x[0], lambda: f.dot(x, 1.0)):
        with pytest.raises(DomainError):
            bad()


def test_neighbours_of_a_vector_are_taken_component_by_component(graph):
    x, y = graph.symbol("x", NET), graph.symbol("y", NET)
    assert f.sum_neighbors(f.neighbor(Vector([x, y]))) == Vector([f.sum_neighbors(f.neighbor(c)) for c in (x, y)])
    with pytest.raises(DomainError, match="neighbor: expected"):
        f.neighbor(Vector([x, graph.symbol("a")]))
    with pytest.raises(DomainError, match="neighbor: expected"):
        f.neighbor(1.0)


@pytest.mark.parametrize("batch", [(), (4,), (3, 4), (2, 3, 4)])
@pytest.mark.parametrize("seed", range(5))
def test_a_batch_is_evaluated_like_its_elements(seed, batch):
    grown = grow(seed)
    rng = np.random.default_rng(seed)
    outputs = [*grown.scalars, *grown.nodes["net"], *grown.nodes["ring"]]
    values = {v.name: rng.normal(size=(*grown.shape(v), *batch)) for v in grown.variables}
    whole = evaluate(outputs, values, grown.topologies)
    for place in np.ndindex(batch):
        at = {name: v[(..., *place)] for name, v in values.items()}
        for a, b in zip(whole, evaluate(outputs, at, grown.topologies), strict=True):
            np.testing.assert_allclose(a[(..., *place)], b, rtol=1e-12, atol=1e-13)


def test_parts_of_the_batch_broadcast(graph, topologies):
    """States (T, R) and (n, T, R), parameters (R,), time (T, 1), properties of the graph without a batch."""
    a, s, x = graph.symbol("a"), graph.symbol("s"), graph.symbol("x", NET)
    y = graph.symbol("y", NET)
    t, index = leaves.time(graph), leaves.index(graph, "net")
    rng = np.random.default_rng(1)
    values = {"a": rng.normal(size=4), "s": rng.normal(size=(3, 4)), "x": rng.normal(size=(5, 3, 4)),
              "y": rng.normal(size=(5, 4))}
    time = np.arange(3.0)[:, None]
    outputs = [a * t + s, a * x + index * t, x + y, f.sum_(index * a), index + a, a + y, graph.constant(2.0), index,
               f.sum_neighbors(leaves.weight(graph, "net") * a), f.where(y > a, index, t)]
    k = np.arange(5.0)[:, None, None]
    own = values["y"][:, None, :]
    w = topologies["net"]
    strength = np.bincount(w.target, w.weight, minlength=5)[:, None, None]
    expected = [
        values["a"] * time + values["s"], values["a"] * values["x"] + k * time, values["x"] + own, 10 * values["a"],
        k + values["a"], values["a"] + own, 2.0, k, strength * values["a"], np.where(own > values["a"], k, time),
    ]
    got = evaluate(outputs, values, topologies, time)
    for e, found, wanted in zip(outputs, got, expected, strict=True):
        shape = (3, 4) if e.domain == SCALAR else (5, 3, 4)
        assert found.shape == shape
        np.testing.assert_allclose(found, np.broadcast_to(wanted, shape), rtol=1e-12)


def test_the_batch_is_that_of_all_values_that_are_given(graph):
    """Also where the result depends on none of them; a population's first axis is its nodes'."""
    x, y = graph.symbol("x", NET), graph.symbol("y")
    two = graph.constant(2.0)
    assert evaluate([two], {"x": np.ones((5, 3, 4))})[0].shape == (3, 4)
    assert evaluate([two], {"x": np.ones((5, 4)), "y": np.ones((3, 1))})[0].shape == (3, 4)
    assert evaluate([two], {"x": np.ones(5), "of another graph": np.ones(7)})[0].shape == ()
    assert evaluate([x * 2, y], {"x": np.ones((5, 4)), "y": 1.0}, time=np.ones((3, 1)))[0].shape == (5, 3, 4)


def test_neighbour_reductions_against_dense_matrices(graph, topologies):
    x = graph.symbol("x", NET)
    t = topologies["net"]
    dense = np.zeros((5, 5))
    dense[t.target, t.source] = t.weight
    there = np.zeros((5, 5), bool)
    there[t.target, t.source] = True
    at = np.random.default_rng(2).normal(size=5)
    weight = leaves.weight(graph, "net")
    found = evaluate(
        [f.sum_neighbors(weight * f.neighbor(x)), f.mean_neighbors(f.neighbor(x)), f.max_neighbors(f.neighbor(x)),
         f.sum_outgoing(weight * x), f.degree(x), leaves.size(graph, "net")],
        {"x": at}, topologies,
    )
    degree = there.sum(1)
    assert degree[-1] == 0
    largest = [max(at[row], default=0.0) for row in there]
    for got, wanted in zip(found, [
        dense @ at, there @ at / np.maximum(degree, 1), largest, dense.T @ at, degree, 5.0
    ], strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-14)


def test_a_population_without_edges(graph):
    x = graph.symbol("x", NET)
    empty = {"net": Topology.build(3, [], [], [])}
    for e in (f.sum_neighbors(f.neighbor(x)), f.max_neighbors(f.neighbor(x)), f.sum_outgoing(f.neighbor(x))):
        np.testing.assert_array_equal(evaluate([e], {"x": np.ones((3, 2))}, empty)[0], np.zeros((3, 2)))


def test_draws_are_left_to_the_caller(graph):
    x = graph.add("sample", (graph.constant(1.0).index,), ("exponential", 0))
    assert evaluate([x + 1], {}, sample=lambda node, args: args[0] * np.full(7, 2.0))[0].tolist() == [3.0] * 7
    with pytest.raises(DomainError, match="only drawn for initial values"):
        evaluate([x], {})


def test_noise_is_given_by_slot(graph):
    z = leaves.noise(graph, "x", NET)
    assert evaluate([z * 2], {"noise:x@net": np.ones((4, 2))})[0].shape == (4, 2)
