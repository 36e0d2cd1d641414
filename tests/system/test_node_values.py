"""Values per node: lists, mappings, columns of the graph and parameters, in initial values and in every expression."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.topology import Topology
from dynsim.system.model import Model

N = 5
VALUES = [0.5, -1.0, 2.0, 3.5, 0.25]
AGES = [30.0, 7.0, 55.0, 1.0, 80.0]


def net(kind: type = nx.Graph) -> nx.Graph:
    graph = kind(nx.cycle_graph(N))
    nx.set_node_attributes(graph, dict(enumerate(AGES)), "age")
    nx.set_node_attributes(graph, {k: k % 2 == 0 for k in range(N)}, "even")
    nx.set_node_attributes(graph, "red", "club")
    nx.set_node_attributes(graph, {0: 1.0}, "some")
    return graph


def start(init: Any, graph: Any = None, **state: Any) -> np.ndarray:
    """The initial values of x by replica and node."""
    s = ds.System("t")
    s.population("net", net() if graph is None else graph)
    w = s.parameter("w", VALUES)
    s.parameter("b", 1.0)
    x = s.state("x", on="net", init=init(w) if callable(init) else init, **state)
    s.agent("a", x, x**2 if "size" not in state else x[0] ** 2, ds.rules.gradient(rate=0.1))
    s.clock(steps=1)
    s.ensemble(replicas=2, seed=3, vary={"b": [1, 2], "w[1]": [-1, 10]})
    run = ds.simulate(s, compiled=False)
    table = run.population("x[1]" if "size" in state else "x")
    return table[table.t == 0].value.to_numpy().reshape(2, N)


OTHER = [0.5, 10.0, 2.0, 3.5, 0.25]


@pytest.mark.parametrize(
    ("init", "first", "second"),
    [
        (VALUES, VALUES, VALUES),
        (np.array(VALUES), VALUES, VALUES),
        (dict(enumerate(VALUES)), VALUES, VALUES),
        ({str(k): v for k, v in reversed([*enumerate(VALUES)])}, VALUES, VALUES),
        ("w", VALUES, OTHER),
        (lambda w: w, VALUES, OTHER),
        (lambda w: 2 * w - 1, 2 * np.array(VALUES) - 1, 2 * np.array(OTHER) - 1),
        ("2*w + index", 2 * np.array(VALUES) + np.arange(N), 2 * np.array(OTHER) + np.arange(N)),
        ("[1, b, 3, w[1], b*2]", [1, 1, 3, -1, 2], [1, 2, 3, 10, 4]),
        ([1, "b", 3, "w[1]", "b*2"], [1, 1, 3, -1, 2], [1, 2, 3, 10, 4]),
        ("net.age/10 + net.even", np.array(AGES) / 10 + [1, 0, 1, 0, 1], np.array(AGES) / 10 + [1, 0, 1, 0, 1]),
        ("normal(w, 0)", VALUES, OTHER),
        ("w[1]*b", [-1.0] * N, [20.0] * N),
        ("sum(w)", [5.25] * N, [16.25] * N),
    ],
    ids=range(14),
)  # fmt: skip
def test_initial_values(init: Any, first: Any, second: Any) -> None:
    np.testing.assert_allclose(start(init), [first, second], rtol=1e-15)


def test_initial_values_of_vectors_on_a_graph() -> None:
    np.testing.assert_array_equal(start([0, VALUES], size=2), [VALUES, VALUES])
    np.testing.assert_array_equal(start(["w", "w"], size=2), [VALUES, OTHER])


def test_single_nodes_draw_for_themselves() -> None:
    drawn = start(["normal(0, 1)"] * N)
    assert len(np.unique(drawn)) == 2 * N
    around = start("normal(w, 0.001)")
    assert len(np.unique(around - [VALUES, OTHER])) == 2 * N
    np.testing.assert_allclose(around, [VALUES, OTHER], atol=0.01)


# -- in every expression ----------------------------------------------------------------------------------------------


def moving(graph: nx.Graph, parameter: Callable[[ds.System], Any], **clock: Any) -> ds.System:
    s = ds.System("moving")
    s.population("net", graph)
    s.population("far", nx.path_graph(3))
    s.parameter("far_w", [1, 2, 3], on="far")
    w = parameter(s)
    x = s.state("x", on="net", init=VALUES, flow="0.01*w + 0.001*pull")
    y = s.state("y", on="net", init="w", noise="0.1*net.even")
    s.derived("pull", "sum_neighbors(neighbor(w)*neighbor(x)*net.age)/100 + sum_outgoing(w)")
    s.derived("whole", "mean(w*x) + max(net.age)")
    rule = ds.rules.gradient(rate=0.03) if "time" in clock else ds.rules.momentum(rate=0.03, beta=0.5)
    s.agent("one", x, (x - w) ** 2, rule)
    s.agent("two", y, "(y - om)**2 + w*y*whole/1000", ds.rules.gradient(rate="0.01*b"))
    s.state("om", on="net", init="w")
    s.parameter("b", 1.0)
    s.clock(**(clock or {"steps": 6}))
    s.ensemble(replicas=3, seed=5, vary={"b": "uniform(1, 2)"})
    s.event("late", at=3, set={"om": "om + w"})
    s.record(derived=["pull", "whole"])
    return s


def by_matrix(steps: int) -> np.ndarray:
    w, age = np.array(VALUES[::-1]), np.array(AGES)
    a = nx.to_numpy_array(nx.cycle_graph(N))
    x, v = np.array(VALUES), np.zeros(N)
    for _ in range(steps):
        pull = age * (a @ (w * x)) / 100 + a @ w
        v = 0.5 * v - 2 * (x - w)
        x = x + 0.03 * v + 0.01 * w + 0.001 * pull
    return x


@pytest.mark.parametrize("compiled", [False, True])
def test_a_parameter_per_node_in_flows_objectives_and_derived_variables(compiled: bool) -> None:
    run = ds.simulate(moving(net(), lambda s: s.parameter("w", VALUES[::-1], on="net")), compiled=compiled)
    x = run.population("x")
    for replica in range(3):
        found = x[(x.t == 6) & (x.replica == replica)].value.to_numpy()
        np.testing.assert_allclose(found, by_matrix(6), rtol=1e-12)
    om = run.population("om")
    np.testing.assert_array_equal(om[(om.t == 6) & (om.replica == 0)].value, 2 * np.array(VALUES[::-1]))


def test_lanes_interpreter_and_resume_have_the_same_numbers(tmp_path: Path) -> None:
    def system() -> ds.System:
        return moving(net(nx.DiGraph), lambda s: s.parameter("w", dict(enumerate(VALUES)), on="net"), time=1, dt=0.1)

    compiled, interpreted = (ds.simulate(system(), compiled=c) for c in (True, False))
    kept = ds.simulate(system(), out=tmp_path / "run", report=False)
    again = ds.load(tmp_path / "run")
    one = ds.simulate(system(), compiled=True, replicas=1)
    for name in ("x", "y", "pull"):
        table = compiled.population(name)
        np.testing.assert_allclose(table.value, interpreted.population(name).value, rtol=1e-12)
        assert table.equals(kept.population(name))
        assert table.equals(again.population(name))
        alone = table[table.replica == 0].reset_index(drop=True)
        assert alone.equals(one.population(name))


def test_a_fixed_number_for_every_node_and_values_beside_distributions() -> None:
    s = moving(net(), lambda s: s.parameter("w", 2.5, on="net"))
    model = s.resolve()
    np.testing.assert_array_equal(model.populations["net"].topology.values["w"], [2.5] * N)
    assert "w" not in model.parameters
    assert {"net.age", "net.even"} <= set(model.populations["net"].topology.values)


@pytest.mark.parametrize("compiled", [False, True])
def test_lists_in_flow_noise_and_events_on_a_topology(compiled: bool) -> None:
    s = ds.System("lists")
    s.population("net", Topology.build(3, [0, 1], [1, 2], [1.5, 2.0]))
    x = s.state("x", on="net", init=[1, 2, 3], flow=[0.5, 0, -0.5], noise=[0, 0, 2])
    w = s.parameter("w", [1, 2, 3], on="net")
    s.agent("a", {x: w}, "(x - mean_neighbors(neighbor(x)))**2/2", ds.rules.gradient(rate=0.1))
    s.event("set", at=2, set={x: [4, 5, 6]})
    s.clock(steps=3)
    table = ds.simulate(s, compiled=compiled).population("x")
    found = {t: rows.value.to_numpy() for t, rows in table.groupby("t")}
    noise = {t: found[t][2] for t in (1, 3)}
    gain, flow = np.array([0.1, 0.2, 0.3]), np.array([0.5, 0, -0.5])
    for before, t in ((np.array([1, 2, 3]), 1), (np.array([4, 5, 6]), 3)):
        expected = before - gain * (before - [0, *before[:2]]) + flow
        np.testing.assert_allclose(found[t][:2], expected[:2], rtol=1e-14)
        assert noise[t] != expected[2]
    np.testing.assert_array_equal(found[2], [4, 5, 6])


# -- from files and in YAML -------------------------------------------------------------------------------------------

REST = """\
variables: {x: {on: net, init: net.age}, y: {on: net, init: {c: 3, a: 1, b: 2}}}
agents: {a: {controls: x, declared: (x - w*y)**2, rule: {gradient: {rate: 0.1}}}}
params: {w: {on: net, value: {b: -1, a: 4, c: 0.5}}}
clock: {steps: 1}
"""


def values(model: Model) -> dict[str, list[float]]:
    topology = model.populations["net"].topology
    return {name: numbers.tolist() for name, numbers in topology.values.items()} | {"labels": [*topology.labels]}


def test_columns_come_with_graphs_of_every_kind(tmp_path: Path) -> None:
    (tmp_path / "edges.csv").write_text("source,target\na,b\nb,c\n")
    (tmp_path / "nodes.csv").write_text("Id,age,club\na,1.5,x\nb,-2,\nc,1e3,y\n")
    graph = nx.path_graph(["a", "b", "c"])
    nx.set_node_attributes(graph, {"a": 1.5, "b": -2, "c": 1e3}, "age")
    nx.write_graphml(graph, tmp_path / "net.graphml")
    stated = {
        "{file: edges.csv, nodes: nodes.csv}", "{file: net.graphml}", "{edges: [[a, b], [b, c]], nodes: nodes.csv}",
        "{edges: [[a, b], [b, c]], nodes: {a: {age: 1.5}, b: {age: -2}, c: {age: 1000.0}}}",
    }  # fmt: skip
    expected = {"net.age": [1.5, -2, 1e3], "w": [4, -1, 0.5], "variables.y.init": [1, 2, 3], "labels": ["a", "b", "c"]}
    for text in stated:
        (tmp_path / "s.yaml").write_text(f"dynsim: 1\ntitle: t\ngraphs: {{net: {text}}}\n{REST}")
        assert values(ds.load_scenario(tmp_path / "s.yaml").resolve()) == expected, text


def test_nodes_in_a_file_are_all_there_are(tmp_path: Path) -> None:
    (tmp_path / "edges.edgelist").write_text("a b\nb c\n")
    for nodes, message in {
        "Id,age\na,1\nb,2\n": "line 2 of 'edges.edgelist': unknown node 'c'",
        "Id,age\na,1\nb,2\na,3\n": "line 4 of 'nodes.csv': the node 'a' is listed twice, first in line 2",
        "name,age\na,1\n": "expected different columns in the first line, one of them id, got 'name', 'age'",
        "Id,age\na\nb,2\n": "line 2 of 'nodes.csv': expected 2 columns, got 1",
        "Id,age\na,1\n,2\n": "line 3 of 'nodes.csv': there is no name in the column id",
    }.items():
        (tmp_path / "nodes.csv").write_text(nodes)
        text = "dynsim: 1\ntitle: t\ngraphs: {net: {file: edges.edgelist, nodes: nodes.csv}}\n" + REST
        (tmp_path / "s.yaml").write_text(text)
        with pytest.raises(ds.InputError) as error:
            ds.load_scenario(tmp_path / "s.yaml").resolve()
        assert message in error.value.problems[0].message


def test_what_is_missing_or_no_number_is_told() -> None:
    def messages(init: Any) -> list[str]:
        with pytest.raises(ds.InputError) as error:
            start(init)
        return [f"{problem.path}: {problem.message}" for problem in error.value.problems]

    place = "variables.x.init"
    assert messages("net.club") == [f"{place}: 'net.club': expected a number for every node, the node '0' has 'red'"]
    assert messages("net.some") == [f"{place}: 'net.some': expected a number for every node, the node '1' has none"]
    assert messages([1, 2]) == [f"{place}: expected 5 values, one for each node of net, got 2"]
    assert messages([1, None, float("inf"), True, 2]) == [
        f"{place}[{k}]: expected an expression or a finite number, got {got}"
        for k, got in ((1, "nothing"), (2, "inf"), (3, "true"))
    ]
    assert messages({0: 1, "x": 2}) == [
        f"{place}: net has no node 'x'",
        f"{place}: expected a value for every node of net, none is given for '1', '2', '3', '4'",
    ]
    assert messages("[1, 2, 3]") == [f"{place}: expected one value for each of the 5 nodes of net, got 3"]


def test_a_graph_of_a_script_keeps_its_columns_in_yaml() -> None:
    s = moving(net(), lambda s: s.parameter("w", VALUES, on="net"))
    assert values(ds.load_scenario(ds.to_yaml(s)).resolve()) == values(s.resolve())


def test_one_wrong_value_for_all_nodes_is_one_mistake() -> None:
    for value in ("normal(0, 1)", True, "net.age"):
        s = ds.System("t")
        s.population("net", nodes={"a": {"age": 1}, "b": {"age": 2}}, edges=[["a", "b"]])
        s.parameter("w", value, on="net")
        s.state("x", init=1, flow="sum(w)")
        s.clock(steps=1)
        with pytest.raises(ds.InputError) as caught:
            s.resolve()
        (problem,) = caught.value.problems
        assert problem.path == "params.w.value"


def test_values_per_node_where_nothing_else_is_given() -> None:
    """No parameter and no random number says how many replicas there are."""
    s = ds.System("t")
    s.population("net", net())
    x = s.state("x", on="net", init="index")
    s.agent("a", x, x**2, ds.rules.gradient(rate=0.1))
    s.clock(steps=1)
    s.ensemble(replicas=3)
    table = ds.simulate(s, compiled=False).population("x")
    np.testing.assert_array_equal(table[table.t == 0].value, [0, 1, 2, 3, 4] * 3)
