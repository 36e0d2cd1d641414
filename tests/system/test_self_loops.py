"""Edges from a node to itself: an agent that is its own neighbour, against matrices and finite differences."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.differentiate import own_gradient
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Graph
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.reading.parse import parse
from dynsim.algebra.topology import Topology

N = 7
OBJECTIVES = [
    "sum_neighbors(weight*neighbor(x))**2 + x*sum_neighbors(neighbor(x))",
    "mean_neighbors((neighbor(x) - x)**2*weight)",
    "exp(-sum_neighbors(neighbor(x*y)))",
    "max_neighbors(weight*neighbor(x))*x",
    "(x - y)**2*degree + mean(x)*sum_neighbors(neighbor(x)**3)",
    "sum_neighbors(sin(neighbor(x) - x) + cos(neighbor(x)))",
]


def looped(seed: int = 3) -> tuple[nx.DiGraph, np.ndarray]:
    """A directed graph with edges to oneself, and its matrix: row i are the weights of the edges into i."""
    rng = np.random.default_rng(seed)
    matrix = np.where(rng.random((N, N)) < 0.4, rng.normal(size=(N, N)), 0.0)
    matrix[[0, 2, 5], [0, 2, 5]] = [0.7, -0.4, 1.3]
    graph = nx.DiGraph()
    graph.add_nodes_from(range(N))
    graph.add_weighted_edges_from((j, i, matrix[i, j]) for i, j in zip(*np.nonzero(matrix), strict=True))
    return graph, matrix


def topology_of(graph: nx.DiGraph) -> Topology:
    rows = [(a, b, w) for a, b, w in graph.edges(data="weight")]
    return Topology.build(N, *zip(*rows, strict=True))


@pytest.mark.parametrize("text", OBJECTIVES)
def test_the_own_gradient_goes_through_the_edge_to_oneself(text: str) -> None:
    topology = topology_of(looped()[0])
    graph = Graph()
    graph.looped.add("net")
    x, y = graph.symbol("x", node("net")), graph.symbol("y", node("net"))
    value = parse(text, {"x": x, "y": y, "net": node("net")}, graph)
    (slope,) = own_gradient(value, [x])
    rng = np.random.default_rng(1)
    at = {"x": rng.normal(size=N), "y": rng.normal(size=N)}
    (found,) = evaluate([slope], at, {"net": topology})
    h = 1e-6
    for i in range(N):
        step = h * np.eye(N)[i]
        up, down = (evaluate([value], at | {"x": at["x"] + s}, {"net": topology})[0][i] for s in (step, -step))
        assert found[i] == pytest.approx((up - down) / (2 * h), rel=1e-7, abs=1e-7)


def test_without_such_edges_the_own_gradient_stops_at_the_neighbours() -> None:
    graph = Graph()
    x = graph.symbol("x", node("net"))
    value = parse("sum_neighbors(neighbor(x)**2)", {"x": x, "net": node("net")}, graph)
    (slope,) = own_gradient(value, [x])
    assert slope.args[0].constant == 0.0


def averaging(graph: nx.DiGraph) -> ds.System:
    s = ds.System("averaging")
    s.population("net", graph)
    x = s.state("x", on="net", init="normal(0, 1)", flow="0.1*sum_neighbors(weight*neighbor(x))")
    s.derived("sums", "sum_neighbors(weight*neighbor(x))")
    s.derived("outs", "sum_outgoing(weight*x)")
    s.derived("many", "mean_neighbors(neighbor(x))")
    s.derived("most", "max_neighbors(neighbor(x))")
    s.derived("number", "degree")
    s.agent("all", x, "(sum_neighbors(weight*neighbor(x)) - 1)**2/2", ds.rules.gradient(rate=0.03))
    s.clock(steps=5)
    s.ensemble(replicas=2, seed=4)
    s.record(derived=["sums", "outs", "many", "most", "number"])
    return s


@pytest.mark.parametrize("compiled", [False, True])
def test_every_operation_is_that_of_the_matrix(compiled: bool) -> None:
    graph, matrix = looped()
    run = ds.simulate(averaging(graph), compiled=compiled)
    table = {n: run.population(n) for n in ("x", "sums", "outs", "many", "most", "number")}

    def at(name: str, t: int) -> np.ndarray:
        rows = table[name][(table[name].t == t) & (table[name].replica == 1)]
        return rows.value.to_numpy()

    there = matrix != 0
    x = at("x", 0)
    for t in range(6):
        np.testing.assert_allclose(at("x", t), x, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(at("sums", t), matrix @ x, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(at("outs", t), matrix.T @ x, atol=1e-12)
        np.testing.assert_allclose(at("number", t), there.sum(axis=1))
        np.testing.assert_allclose(at("many", t), there @ x / np.maximum(there.sum(axis=1), 1), atol=1e-12)
        most = np.where(there, x, -np.inf).max(axis=1)
        np.testing.assert_allclose(at("most", t), np.where(there.any(axis=1), most, 0.0), atol=1e-12)
        x = x - 0.03 * (matrix @ x - 1) * np.diag(matrix) + 0.1 * (matrix @ x)


def test_a_scenario_and_its_files_may_have_them_where_there_is_a_direction(tmp_path: Path) -> None:
    rest = "variables: {x: {on: w, init: 1}}\n"
    rest += "agents: {a: {controls: x, declared: x**2, rule: {gradient: {rate: 0.1}}}}\n"
    head = "dynsim: 1\ntitle: two\nclock: {steps: 3}\n" + rest
    edges = "graphs: {w: {nodes: 2, directed: true, edges: [[0, 0, 0.2], [1, 1, 0.3], [0, 1, 0.5]]}}\n"
    (tmp_path / "w.csv").write_text("source,target,weight\n0,0,0.2\n1,1,0.3\n0,1,0.5\n")
    (tmp_path / "s.yaml").write_text(head + "graphs: {w: {file: w.csv, directed: true}}\n")
    for system in (ds.load_scenario(head + edges), ds.load_scenario(tmp_path / "s.yaml")):
        topology = system.resolve().populations["w"].topology
        assert [*zip(topology.source, topology.target, topology.weight, strict=True)] == [
            (0, 0, 0.2), (0, 1, 0.5), (1, 1, 0.3),
        ]  # fmt: skip
        assert topology.looped
    with pytest.raises(ds.InputError, match="line 2 of 'w.csv': the node '0' has an edge to itself") as error:
        ds.load_scenario(tmp_path / "s.yaml", ["graphs.w.directed=false"]).resolve()
    assert len(error.value.problems) == 2


def test_an_undirected_graph_from_python_may_not() -> None:
    graph = nx.path_graph(3)
    graph.add_edge(1, 1)
    s = ds.System("loop")
    s.population("net", graph)
    with pytest.raises(ds.InputError, match="the node 1 has an edge to itself: only a graph with `directed: true`"):
        s.resolve()
    assert averaging(graph.to_directed()).resolve().populations["net"].topology.looped
