"""Derivatives of whole expressions: reverse against forward mode, against differences, and with path factors."""

import numpy as np
import pytest

from dynsim.algebra import functions as f
from dynsim.algebra import leaves
from dynsim.algebra.derivatives import PARTIALS
from dynsim.algebra.differentiate import gradient, jvp, own_gradient
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Expr, Graph, fill
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.operations import OPERATIONS
from dynsim.algebra.structural import named
from dynsim.algebra.substitute import depends_on, substitute
from dynsim.errors import DomainError
from tests.algebra.growing import grow, random_topology

SEEDS = range(25)


def _outputs(grown):
    return [grown.scalars[-1], *(pool[-1] for pool in grown.nodes.values()), grown.scalars[-2]]


@pytest.mark.parametrize("seed", SEEDS)
def test_reverse_and_forward_mode_agree(seed):
    """vᵀ(J u) = (Jᵀ v)·u for random u and v."""
    grown = grow(seed)
    rng = np.random.default_rng(1000 + seed)
    outputs, wrt = _outputs(grown), grown.variables
    u = {f"u{k}": rng.normal(size=grown.shape(x)) for k, x in enumerate(wrt)}
    v = {f"v{k}": rng.normal(size=grown.shape(y)) for k, y in enumerate(outputs)}
    directions = [grown.graph.symbol(f"u{k}", x.domain) for k, x in enumerate(wrt)]
    seeds = [grown.graph.symbol(f"v{k}", y.domain) for k, y in enumerate(outputs)]
    forward, reverse = jvp(outputs, wrt, directions), gradient(outputs, wrt, seeds)
    assert [e.domain for e in forward] == [y.domain for y in outputs]
    assert [e.domain for e in reverse] == [x.domain for x in wrt]
    values = grown.values(rng) | u | v
    got = evaluate(forward + reverse, values, grown.topologies)
    left = sum(np.sum(v[f"v{k}"] * a) for k, a in enumerate(got[: len(forward)]))
    right = sum(np.sum(u[f"u{k}"] * a) for k, a in enumerate(got[len(forward) :]))
    assert left == pytest.approx(right, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_first_and_second_derivatives_match_central_differences(seed):
    grown = grow(seed, 20)
    rng = np.random.default_rng(2000 + seed)
    wrt = grown.variables
    direction = {x.name: rng.normal(size=grown.shape(x)) for x in wrt}
    along = [grown.graph.symbol(f"along {x.name}", x.domain) for x in wrt]
    output = f.tanh(grown.scalars[-1]) + f.mean(f.tanh(grown.nodes["net"][-1])) + f.mean(grown.nodes["ring"][-1])
    slopes = gradient([output], wrt)
    hessian_vector = jvp(slopes, wrt, along)
    values = grown.values(rng)
    extra = {f"along {name}": d for name, d in direction.items()}

    def at(outputs, h):
        return evaluate(outputs, {k: v + h * direction[k] for k, v in values.items()} | extra, grown.topologies)

    h = 1e-5
    slope = sum(np.sum(s * direction[x.name]) for s, x in zip(at(slopes, 0), wrt, strict=True))
    assert slope == pytest.approx((at([output], h)[0] - at([output], -h)[0]) / (2 * h), rel=1e-6, abs=1e-7)
    for found, plus, minus in zip(at(hessian_vector, 0), at(slopes, h), at(slopes, -h), strict=True):
        np.testing.assert_allclose(found, (plus - minus) / (2 * h), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_own_gradient_is_each_nodes_derivative_by_its_own_variable(seed):
    """Differences of output_i by x_i, with what neighbours show frozen at the base point."""
    grown = grow(seed, 20, outgoing=False)
    rng = np.random.default_rng(3000 + seed)
    x, y = grown.nodes["net"][0], grown.nodes["net"][-1]
    values = grown.values(rng)
    frozen, seen = _freeze_neighbours(y, values, grown.topologies)
    (own,) = evaluate(own_gradient(y, [x]), values, grown.topologies)
    h = 1e-6
    for i in range(len(own)):
        ends = []
        for sign in (1, -1):
            moved = values[x.name].copy()
            moved[i] += sign * h
            ends.append(evaluate([frozen], values | seen | {x.name: moved}, grown.topologies)[0][i])
        assert own[i] == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-5, abs=1e-7)


def _freeze_neighbours(y, values, topologies):
    """y with every gathered neighbour value that reaches it outside of a population mean replaced by its value.

    Inside a mean over the population the derivative is followed exactly, so those parts are left as they are.
    """
    graph = y.graph
    shared = {k for s in _scalars_below(y) for k in graph.reachable([s])}
    gathered = [Expr(graph, k) for k in graph.reachable([y]) if graph.nodes[k].op == "gather_source"]
    gathered = [e for e in gathered if e.index not in shared]
    names = [f"seen {e.index}" for e in gathered]
    stand_ins = {e: graph.symbol(name, e.domain) for e, name in zip(gathered, names, strict=True)}
    seen = dict(zip(names, evaluate(gathered, values, topologies), strict=True))
    return substitute([y], stand_ins)[0], seen


def _scalars_below(y):
    nodes = y.graph.nodes
    return [
        Expr(y.graph, a) for k in y.graph.reachable([y]) if nodes[k].domain.kind != "scalar"
        for a in nodes[k].args if nodes[a].domain.kind == "scalar"
    ]


def test_own_gradient_through_neighbours_and_the_mean_by_hand():
    """E_i = (x_i − x̄)² + Σ_j w_ij x_i x_j: ∂E_i/∂x_i = 2(x_i − x̄)(1 − 1/n) + Σ_j w_ij x_j."""
    graph = Graph()
    rng = np.random.default_rng(5)
    x = graph.symbol("x", node("net"))
    topology = random_topology(rng, 6, 14)
    objective = (x - f.mean(x)) ** 2 + f.sum_neighbors(leaves.weight(graph, "net") * x * f.neighbor(x))
    at = rng.normal(size=6)
    (own,) = evaluate(own_gradient(objective, [x]), {"x": at}, {"net": topology})
    pull = np.bincount(topology.target, topology.weight * at[topology.source], minlength=6)
    np.testing.assert_allclose(own, 2 * (at - at.mean()) * (1 - 1 / 6) + pull, rtol=1e-12)


def test_own_gradient_of_a_scalar_times_a_node():
    """E_i = a x_i + x̄: ∂E_i/∂x_i = a + 1/n, and a constant objective has none."""
    graph = Graph()
    a, x = graph.symbol("a"), graph.symbol("x", node("net"))
    topologies = {"net": random_topology(np.random.default_rng(0), 4, 6)}
    own = own_gradient(a * x + f.mean(x), [x])
    got = evaluate(own, {"a": np.array([1.0, 2.0]), "x": np.ones((4, 2))}, topologies)[0]
    np.testing.assert_allclose(got, np.tile([1.25, 2.25], (4, 1)))
    nothing = own_gradient(fill(a, node("net")), [x])[0]
    assert nothing.domain == node("net")
    assert (evaluate([nothing], {"a": 1.0}, topologies)[0] == 0).all()


def test_own_gradient_of_a_mean_inside_a_sum_over_neighbours():
    """E_i = Σ_j sin(x_j − x̄) over the neighbours j of i: ∂E_i/∂x_i = −Σ_j cos(x_j − x̄)/n."""
    graph = Graph()
    x = graph.symbol("x", node("net"))
    topology = random_topology(np.random.default_rng(8), 6, 14)
    at = np.random.default_rng(9).normal(size=6)
    objective = f.sum_neighbors(f.sin(f.neighbor(x) - f.mean(x)))
    (own,) = evaluate(own_gradient(objective, [x]), {"x": at}, {"net": topology})
    pull = np.bincount(topology.target, np.cos(at[topology.source] - at.mean()), minlength=6)
    np.testing.assert_allclose(own, -pull / 6, rtol=1e-12)


def test_own_gradient_of_a_neighbour_times_the_mean_keeps_the_mean():
    """E_i = Σ_j x_j x̄: ∂E_i/∂x_i = Σ_j x_j/n. The mean must not be gathered along with the neighbour's value."""
    graph = Graph()
    x = graph.symbol("x", node("net"))
    topology = random_topology(np.random.default_rng(0), 5, 9)
    at = np.arange(5.0)
    (own,) = evaluate(own_gradient(f.sum_neighbors(f.neighbor(x) * f.mean(x)), [x]), {"x": at}, {"net": topology})
    np.testing.assert_allclose(own, np.bincount(topology.target, at[topology.source], minlength=5) / 5, rtol=1e-12)


def test_own_gradient_refuses_what_has_none():
    graph = Graph()
    x = graph.symbol("x", node("net"))
    with pytest.raises(DomainError, match="one objective per node, got a scalar"):
        own_gradient(f.mean(x), [x])
    with pytest.raises(DomainError, match="outgoing"):
        own_gradient(f.sum_outgoing(x), [x])


@pytest.mark.parametrize("factor", [0.0, 0.5, 1.0])
def test_a_path_factor_scales_what_flows_through_a_derived_variable(factor):
    """L = (θ − w)²/2 with w = b + εθ: the gradient is (θ − w)(1 − gε)."""
    graph = Graph()
    theta, leak = graph.symbol("theta"), graph.symbol("g")
    world = named(0.3 + 0.4 * theta, "world")
    loss = (theta - world) ** 2 / 2
    expected = (2.0 - 1.1) * (1 - factor * 0.4)
    for factors in ({"world": factor}, {"world": leak}):
        reverse = gradient([loss], [theta], factors=factors)
        forward = jvp([loss], [theta], [1.0], factors=factors)
        for got in evaluate(reverse + forward, {"theta": 2.0, "g": factor}):
            assert got == pytest.approx(expected, rel=1e-14)


def test_nested_path_factors_multiply():
    graph = Graph()
    x = graph.symbol("x")
    inner = named(3 * x, "inner")
    outer = named(2 * inner + x, "outer")
    (slope,) = gradient([outer + inner], [x], factors={"inner": 0.5, "outer": 0.25})
    assert evaluate([slope], {"x": 1.0})[0] == 0.25 * (2 * 0.5 * 3 + 1) + 0.5 * 3


def test_path_factors_act_in_populations_and_through_their_means():
    """E_i = w_i² + mean(w), w = 3x_i: own gradient f·(2·3·w_i + 3/n)."""
    graph = Graph()
    x = graph.symbol("x", node("net"))
    world = named(3 * x, "world")
    topologies = {"net": random_topology(np.random.default_rng(0), 4, 6)}
    at = np.arange(4.0)
    for factor in (0.0, 0.5, 1.0):
        (own,) = evaluate(
            own_gradient(world**2 + f.mean(world), [x], {"world": factor}), {"x": at}, topologies
        )
        np.testing.assert_allclose(own, factor * (2 * 3 * 3 * at + 3 / 4))


@pytest.mark.parametrize("seed", SEEDS)
def test_all_factors_one_change_nothing_and_all_zero_leave_no_named_path(seed):
    grown = grow(seed)
    outputs = _outputs(grown)
    names = {n.data for n in grown.graph.nodes if n.op == "named"}
    assert gradient(outputs, grown.variables) == gradient(outputs, grown.variables, factors=dict.fromkeys(names, 1.0))
    blind = gradient(outputs, grown.variables, factors=dict.fromkeys(names, 0.0))
    constants = {Expr(grown.graph, k): grown.graph.symbol(f"frozen {k}", grown.graph.nodes[k].domain)
                 for k in grown.graph.reachable(outputs) if grown.graph.nodes[k].op == "named"}
    values = grown.values(np.random.default_rng(seed))
    levels = dict(zip((e.name for e in constants.values()),
                      evaluate(list(constants), values, grown.topologies), strict=True))
    frozen = gradient(substitute(outputs, constants), grown.variables)
    for a, b in zip(
        evaluate(blind, values, grown.topologies), evaluate(frozen, values | levels, grown.topologies), strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_substitution_evaluates_at_another_point(seed):
    grown = grow(seed)
    outputs = _outputs(grown)
    rng = np.random.default_rng(4000 + seed)
    values = grown.values(rng)
    shifted = {x: 2 * x - 1 for x in grown.variables}
    moved = {x.name: 2 * values[x.name] - 1 for x in grown.variables}
    for a, b in zip(
        evaluate(substitute(outputs, shifted), values, grown.topologies),
        evaluate(outputs, moved, grown.topologies), strict=True,
    ):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-10)


def test_substituting_a_number_for_a_population_keeps_the_domain():
    graph = Graph()
    x = graph.symbol("x", node("net"))
    topologies = {"net": random_topology(np.random.default_rng(0), 4, 6)}
    outputs = [x * 2, f.sum_(x), f.sum_neighbors(f.neighbor(x)), f.maximum(x)]
    at_three = substitute(outputs, {x: fill(graph.constant(3.0), node("net"))})
    assert [e.domain for e in at_three] == [e.domain for e in outputs]
    for a, b in zip(
        evaluate(at_three, {}, topologies), evaluate(outputs, {"x": np.full(4, 3.0)}, topologies), strict=True
    ):
        np.testing.assert_allclose(a, b)


def test_substitution_in_a_draw_keeps_all_its_parameters():
    graph = Graph()
    m, s = graph.symbol("m"), graph.symbol("s")
    draw = graph.add("sample", (m.index, s.index), ("normal", 0))
    (moved,) = substitute([draw], {m: m + 1})
    assert moved.args == (m + 1, s)
    with pytest.raises(DomainError, match="random initial value"):
        gradient([draw], [m])


def test_the_maximum_over_a_tie_shares_the_derivative():
    graph = Graph()
    x = graph.symbol("x", node("net"))
    topologies = {"net": random_topology(np.random.default_rng(0), 4, 6)}
    at = {"x": np.array([2.0, 1.0, 2.0, 0.0])}
    reverse, forward = evaluate([gradient([f.maximum(x)], [x])[0], jvp([f.maximum(x)], [x], [1.0])[0]], at, topologies)
    np.testing.assert_array_equal(reverse, [0.5, 0, 0.5, 0])
    assert forward == 1.0


def test_depends_on():
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    assert depends_on([x + 1], [x])
    assert not depends_on([x + 1], [y])
    assert not depends_on([0 * x], [x])


def test_deep_chains_need_no_recursion():
    graph = Graph()
    x = graph.symbol("x")
    y = x
    for _ in range(10_000):
        y = f.sin(y) + 1e-3 * x
    value, slope, forward = evaluate([y, gradient([y], [x])[0], jvp([y], [x], [1.0])[0]], {"x": 0.7})
    at, by = 0.7, 1.0
    for _ in range(10_000):
        at, by = np.sin(at) + 1e-3 * 0.7, np.cos(at) * by + 1e-3
    assert value == pytest.approx(at, rel=1e-12)
    assert slope == pytest.approx(by, rel=1e-9)
    assert forward == pytest.approx(by, rel=1e-9)
    moved = substitute([y], {x: x + 1})[0]
    assert evaluate([moved], {"x": -0.3})[0] == pytest.approx(at, rel=1e-9)
    assert len(y.text(100)) == 101


def test_every_operation_on_numbers_has_its_partial_derivatives():
    assert PARTIALS.keys() == {name for name, row in OPERATIONS.items() if not row.boolean}
