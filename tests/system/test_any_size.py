"""What dynsim writes it reads, at any size: large graphs and long lists stand in files beside the scenario."""

import io
import shutil
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.topology import Topology
from dynsim.session.run import Run
from dynsim.system import large_inputs, scenario
from dynsim.system.graphs.edge_list import GraphFaults
from dynsim.system.reading import array_files
from dynsim.system.text import yaml_loader


def stated(graph: Any, n: int, replicas: int = 2) -> ds.System:
    s = ds.System("large")
    s.population("net", graph)
    rng = np.random.default_rng(1)
    x = s.state("x", on="net", init=rng.normal(size=n))
    w = s.parameter("w", rng.normal(size=n), on="net")
    q = s.parameter("q", rng.normal(size=5000))
    b = s.parameter("b", 1.0)
    s.agent("all", x, (x - w - b * q[4999]) ** 2 + x * 1e-3, ds.rules.gradient(rate=0.1))
    s.clock(steps=2)
    s.ensemble(replicas=replicas, vary={"b": rng.normal(size=replicas)})
    return s


def large(directed: bool = True) -> nx.Graph:
    graph = nx.gnm_random_graph(300, 3_000, seed=2, directed=directed)
    rng = np.random.default_rng(0)
    nx.set_edge_attributes(graph, dict(zip(graph.edges, rng.normal(size=3_000), strict=True)), "weight")
    nx.set_node_attributes(graph, {k: k / 3 for k in graph}, "age")
    nx.set_node_attributes(graph, {0: "red"}, "club")
    return nx.relabel_nodes(graph, {0: (0, "a"), 1: "ü\x07\n", 2: "2.0", 3: "y" * 2000})


def same(a: Run, b: Run) -> None:
    one, two = a.model.populations["net"].topology, b.model.populations["net"].topology
    assert one.labels == two.labels
    for name in ("source", "target", "weight"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert [*one.values] == [*two.values]
    for name, numbers in one.values.items():
        np.testing.assert_array_equal(numbers, two.values[name])
    assert a.population("x").equals(b.population("x"))
    assert a.nodes.equals(b.nodes)


@pytest.mark.parametrize("kind", ["directed", "undirected", "topology"])
def test_a_run_of_a_large_graph_is_loaded_resumed_copied_and_run_again(kind: str, tmp_path: Path) -> None:
    graph: Any = large(kind != "undirected")
    if kind == "topology":
        rng = np.random.default_rng(3)
        pairs = np.unique(rng.integers(0, 400, (3_000, 2)), axis=0)
        labels = tuple(f"node {k}" for k in range(400))
        graph = Topology.build(400, *pairs.T, rng.normal(size=len(pairs)), labels)
    n = graph.n if kind == "topology" else 300
    memory = ds.simulate(stated(graph, n), compiled=False)
    kept = ds.simulate(stated(graph, n), compiled=False, out=tmp_path / "run", report=False)
    same(memory, kept)
    assert memory.manifest.scenario_hash == kept.manifest.scenario_hash
    assert len((tmp_path / "run" / "resolved.yaml").read_text()) < 2000
    again = ds.simulate(stated(graph, n), compiled=False, out=tmp_path / "run", resume=True)
    assert again.manifest == kept.manifest
    shutil.copytree(tmp_path / "run", tmp_path / "copy")
    shutil.rmtree(tmp_path / "run")
    loaded = ds.load(tmp_path / "copy")
    same(memory, loaded)
    assert dict(loaded.sources.files) == dict(memory.sources.files)
    for name in ("resolved.yaml", "scenario.yaml"):
        same(memory, ds.simulate(tmp_path / "copy" / name, compiled=False))
    saved = memory.save(tmp_path / "saved", report=False)
    same(memory, saved)
    changed = ds.simulate(stated(graph, n), compiled=False, set=["params.b=2"])
    assert changed.manifest.scenario_hash != memory.manifest.scenario_hash


def test_34_000_edges_are_read_back(tmp_path: Path) -> None:
    graph = nx.gnm_random_graph(3_000, 34_000, seed=1)
    s = ds.System("large")
    s.population("net", graph)
    x = s.state("x", on="net", init="index")
    s.agent("all", x, "sum(x**2)", ds.rules.gradient(rate=0.1))
    s.clock(steps=1)
    ds.simulate(s, compiled=False, out=tmp_path / "run", report=False)
    assert ds.load(tmp_path / "run").model.populations["net"].topology.m == 68_000


def test_a_small_graph_stands_in_the_scenario_itself(tmp_path: Path) -> None:
    graph = nx.path_graph(["a", "b", "c"])
    graph.nodes["b"]["age"] = 3
    run = ds.simulate(stated(graph, 3, 1500), compiled=False, out=tmp_path / "run", report=False)
    same(run, ds.load(tmp_path / "run"))
    text = run.sources.resolved
    assert "edges:" in text
    assert len(run.sources.files) == 2  # q and the 1,500 values of b
    assert "- [a, b]" in text


def parameters(lists: int, numbers: int, single: int) -> ds.System:
    s = ds.System("many")
    for k in range(lists):
        s.parameter(f"p{k}", np.full(numbers, 1 / (k + 3)))
    for k in range(single):
        s.parameter(f"q{k}", k / 7)
    x = s.state("x", 1)
    s.agent("a", x, "(x - p7[3])**2" if lists else x, ds.rules.gradient(rate=0.1))
    s.clock(steps=2)
    return s


@pytest.mark.parametrize(("lists", "numbers", "single"), [(30, 40, 0), (0, 0, 1200)])
def test_many_short_lists_and_many_keys(
    lists: int, numbers: int, single: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all lists together are long, shorter ones leave the scenario; a run directory may have more keys."""
    monkeypatch.setattr(yaml_loader, "MAX_NODES", 1000)
    monkeypatch.setattr(scenario, "MAX_NODES", 1000)
    monkeypatch.setattr(large_inputs, "TOGETHER", 500)
    s = parameters(lists, numbers, single)
    with pytest.raises(ds.InputError, match=r"too large for one file \(expected at most 1,000 keys"):
        ds.to_yaml(s)
    run = ds.simulate(s, compiled=False, out=tmp_path / "run", report=False)
    assert len(run.sources.files) == lists
    assert ds.load(tmp_path / "run").states.equals(run.states)


def test_a_list_of_numbers_in_a_file(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.array([3.0, 1.5, -2.0]))
    np.save(tmp_path / "m.npy", np.asfortranarray([[1, 2], [3, 4]], dtype=np.int32))
    text = """dynsim: 1
title: lists in files
graphs: {net: {nodes: 3, edges: [[0, 1]]}}
params: {q: {file: w.npy}, m: {file: m.npy}, w: {on: net, value: {file: w.npy}}, b: 0}
variables: {x: {on: net, init: {file: w.npy}}, y: {init: "q[2] + m[1][0]"}}
agents: {a: {controls: [x, y], declared: "sum((x - w)**2) + b*y", rule: {gradient: {rate: 0.1}}}}
ensemble: {replicas: 3, vary: {b: {file: w.npy}}}
clock: {steps: 1}
"""
    (tmp_path / "s.yaml").write_text(text)
    run = ds.simulate(tmp_path / "s.yaml", compiled=False, out=tmp_path / "run", report=False)
    loaded = ds.load(tmp_path / "run")
    assert loaded.population("x").value.tolist() == [3, 1.5, -2] * 6
    assert loaded.states.y[:3].tolist() == [1, 1, 1]
    assert loaded.states.y[3:].tolist() == pytest.approx([0.7, 0.85, 1.2])
    np.save(tmp_path / "m.npy", np.array([[1, 2], [4, 4]]))  # which no graph holds
    other = ds.simulate(tmp_path / "s.yaml", compiled=False)
    assert other.manifest.scenario_hash != run.manifest.scenario_hash


def npy(array: Any, **settings: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **settings)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an array as NumPy writes it: 'a.npy'"),
        (b"\x93NUMPY\x01\x00\xff\xff{", "not an array as NumPy writes it"),
        (npy(np.array([{}], object), allow_pickle=True), "expected a vector or a matrix of numbers in 'a.npy'"),
        (npy(np.zeros((2, 2, 2))), "got 3 axes of float64"),
        (npy(np.array(["a"])), "got 1 axes of <U1"),
        (npy(np.zeros(9))[:-8], "expected 9 numbers in 'a.npy', got 8"),
        (npy(np.zeros(9)).replace(b"(9,)", b"(10**9,)"), "not an array"),
        (npy(np.zeros(99)).replace(b"(99,)", b"(9999999999,)"), "not an array|expected 9,999,999,999 numbers"),
        (npy(np.array([1, np.nan])), r"expected finite numbers in 'a.npy', got nan at \[1\]"),
        (npy(np.zeros(0)), "expected 0 numbers"),
    ],
)
def test_an_array_that_cannot_be_is_told(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(GraphFaults, match=message):
        array_files.read_array("a.npy", tmp_path)


def test_a_table_that_cannot_be_is_told(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    head = "dynsim: 1\ntitle: t\nvariables: {x: {on: net}}\nagents: {a: {controls: x, declared: x, rule: {gradient: " \
        "{rate: 1}}}}\nclock: {steps: 1}\n"  # fmt: skip
    (tmp_path / "s.yaml").write_text(head + "graphs: {net: {file: e.parquet}}\n")
    for columns, message in {
        (("source", ("a", "b")), ("to", ("b", "c"))): "expected the columns source, target and optionally weight",
        (("source", ("a", None)), ("target", ("b", "c"))): "row 1 of 'e.parquet': there is no name in the column",
        (("source", ("a", "b")), ("target", (0.5, 1.5))): "in the column target of 'e.parquet', got double",
        (("source", ("a", "b")), ("target", ("b", "c")), ("weight", ("x", "y"))): "expected numbers in the column",
        (("source", (1, 2)), ("target", (2, 3)), ("weight", (1.0, None))): "row 1 of 'e.parquet': expected a finite",
        (("source", (1, 2)), ("target", (2, 1))): "row 1 of 'e.parquet': .* the other way round, in row 0",
    }.items():
        pq.write_table(pa.table({name: [*cells] for name, cells in columns}), tmp_path / "e.parquet")
        with pytest.raises(ds.InputError, match=message):
            ds.load_scenario(tmp_path / "s.yaml").resolve()


def test_a_long_list_of_edges_in_a_scenario_leaves_what_is_resolved(tmp_path: Path) -> None:
    edges = ", ".join(f"[{k}, {k + 1}, {k / 3!r}]" for k in range(300))
    rest = "variables: {x: {on: net, init: index}}\nclock: {steps: 1}\n" \
        "agents: {a: {controls: x, declared: sum_neighbors(weight*x), rule: {gradient: {rate: 0.01}}}}\n"  # fmt: skip
    (tmp_path / "s.yaml").write_text(f"dynsim: 1\ntitle: t\ngraphs: {{net: {{edges: [{edges}]}}}}\n{rest}")
    change = "graphs.net.edges[0][2]=5"
    run = ds.simulate(tmp_path / "s.yaml", set=change, compiled=False, out=tmp_path / "run", report=False)
    assert len(run.sources.files) == 2
    assert run.model.populations["net"].topology.weight[0] == 5
    same(run, ds.load(tmp_path / "run"))
    same(run, ds.simulate(tmp_path / "run" / "resolved.yaml", compiled=False))
    shutil.rmtree(tmp_path / "run" / "inputs")
    with pytest.raises(ds.InputError, match=r"graphs\.net\.file: cannot read 'inputs/net.edges-.*No such file"):
        ds.load(tmp_path / "run")
