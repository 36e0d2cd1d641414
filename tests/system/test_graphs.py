"""Graphs from generators, edges, files and NetworkX: the same topology, weights of the stated distribution."""

import os
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.topology import Topology
from dynsim.system.graphs.files import read_graph
from dynsim.system.graphs.generators import GENERATORS
from dynsim.system.scenario import load_scenario
from tests.work import MOMENT, at_most

REST = """\
variables: {p: {on: net}}
agents: {a: {controls: p, declared: p**2, rule: {gradient: {rate: 1}}}}
clock: {steps: 1}
"""
ARGUMENTS = {
    "n": 10, "p": 0.3, "m": 2, "k": 4, "d": 4, "l": 3, "r": 2, "h": 3, "n1": 3, "n2": 4, "radius": 0.5,
}  # fmt: skip


def topology(graph: str, folder: Path | None = None) -> Topology:
    text = f"dynsim: 1\ntitle: t\ngraphs: {{net: {graph}}}\n{REST}"
    if folder is None:
        return load_scenario(text).resolve().populations["net"].topology
    (folder / "scenario.yaml").write_text(text)
    return load_scenario(folder / "scenario.yaml").resolve().populations["net"].topology


def edges(t: Topology) -> list[tuple[str, str, float]]:
    return sorted(
        (t.labels[a], t.labels[b], w)
        for a, b, w in zip(t.source.tolist(), t.target.tolist(), t.weight.tolist(), strict=True)
    )


@pytest.mark.parametrize("name", sorted(GENERATORS))
def test_every_generator_is_networkx_s(name: str) -> None:
    generator = GENERATORS[name]
    arguments = {key: ARGUMENTS[key] for key in generator.arguments if key in ARGUMENTS}
    if name == "stochastic_block_model":
        arguments = {"sizes": [3, 4], "p": [[0.9, 0.1], [0.1, 0.9]]}
    text = ", ".join(f"{key}: {value}" for key, value in arguments.items())
    found = topology(f"{{generator: {name}, seed: 5, {text}}}".replace(", }", "}"))
    expected = nx.DiGraph(getattr(nx, name)(**arguments, **({"seed": 5} if generator.seeded else {})))
    expected.remove_edges_from(list(nx.selfloop_edges(expected)))
    assert found.n == expected.number_of_nodes()
    assert {(a, b) for a, b, _ in edges(found)} == {(str(a), str(b)) for a, b in expected.edges}
    assert found.n + found.m <= 2 * generator.work(**arguments) + 2


def test_listed_edges() -> None:
    assert edges(topology("{edges: [[a, b], [b, c, 0.5]]}")) == [
        ("a", "b", 1.0), ("b", "a", 1.0), ("b", "c", 0.5), ("c", "b", 0.5),
    ]  # fmt: skip
    assert edges(topology("{edges: [[a, b], [b, a, 0.5]], directed: true}")) == [("a", "b", 1.0), ("b", "a", 0.5)]
    assert topology("{nodes: 3, edges: [[0, 2]]}").labels == ("0", "1", "2")
    assert topology("{nodes: [u, v], edges: []}").m == 0


def test_files(tmp_path: Path) -> None:
    expected = [("a", "b", 1.0), ("b", "c", 0.5)]
    (tmp_path / "net.csv").write_text("source,target,weight\na,b\nb,c,0.5\n\n")
    (tmp_path / "net.edgelist").write_text("# a comment\na b\nb c 0.5  # half\n")
    graph = nx.DiGraph([("a", "b")])
    graph.add_edge("b", "c", weight=0.5)
    nx.write_graphml(graph, tmp_path / "net.graphml")
    for name in ("net.csv", "net.edgelist", "net.graphml"):
        assert edges(topology(f"{{file: {name}, directed: true}}", tmp_path)) == expected
    assert len(edges(topology("{file: net.csv}", tmp_path))) == 4
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "net.csv").write_text("a,b\n")
    assert edges(topology("{file: inner/net.csv, directed: true}", tmp_path)) == [("a", "b", 1.0)]


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_networkx_graphs_and_topologies_from_python(kind: type) -> None:
    graph = kind(nx.path_graph(4))
    nx.set_edge_attributes(graph, 2.5, "weight")
    found = []
    for given in (graph, Topology.build(4, [0, 1, 2, 1, 2, 3], [1, 2, 3, 0, 1, 2], [2.5] * 6)):
        s = ds.System("t")
        s.population("net", given)
        p = s.state("p", on="net")
        s.agent("a", p, p**2, ds.rules.gradient(rate=1))
        s.clock(steps=1)
        found.append(edges(s.resolve().populations["net"].topology))
    assert found[0] == found[1]
    assert len(found[0]) == 6


def test_weights_of_undirected_edges_are_symmetric_and_of_directed_ones_independent() -> None:
    for directed in (False, True):
        t = topology(
            f"{{generator: complete_graph, n: 100, directed: {str(directed).lower()}, weights: normal(1, 0.5)}}"
        )
        matrix = np.zeros((100, 100))
        matrix[t.source, t.target] = t.weight
        upper, lower = matrix[np.triu_indices(100, 1)], matrix.T[np.triu_indices(100, 1)]
        assert (upper == lower).all() != directed
        assert abs(upper.mean() - 1) < 4 * 0.5 / np.sqrt(4950)
        assert abs(upper.std() / 0.5 - 1) < 4 / np.sqrt(2 * 4950)


@pytest.mark.parametrize("tau", [-1, -0.5, 0, 0.7, 1])
def test_the_correlation_of_reciprocal_weights(tau: float) -> None:
    graph = f"{{generator: complete_graph, n: 150, directed: true, weights: normal(0, 2), correlation: {tau}, seed: 8}}"
    t = topology(graph)
    matrix = np.zeros((150, 150))
    matrix[t.source, t.target] = t.weight
    upper, lower = matrix[np.triu_indices(150, 1)], matrix.T[np.triu_indices(150, 1)]
    pairs = len(upper)
    assert abs(np.corrcoef(upper, lower)[0, 1] - tau) < 4 * (1 - tau**2) / np.sqrt(pairs) + 1e-12
    for side in (upper, lower):
        assert abs(side.std() / 2 - 1) < 4 / np.sqrt(2 * pairs)


def test_the_seed_decides_graph_and_weights() -> None:
    graph = "{generator: gnm_random_graph, n: 30, m: 60, weights: normal(0, 1), seed: SEED}"
    assert edges(topology(graph.replace("SEED", "1"))) == edges(topology(graph.replace("SEED", "1")))
    assert edges(topology(graph.replace("SEED", "1"))) != edges(topology(graph.replace("SEED", "2")))


HOSTILE = {
    "net.graphml": [
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><graphml>&x;</graphml>", "document types and entities"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><graphml>&x;</graphml>".encode("utf-16"), "expected UTF-8 text"),
        (b'<?xml version="1.0" encoding="cp037"?>' + "<!DOCTYPE a>".encode("cp037"), "expected UTF-8 text"),
        (b"<graphml>" + b"<a>" * 100_000, "not GraphML"),
    ],
    "net.csv": [
        (b'"' + b"a" * 200_000, "line 1 of 'net.csv': expected at most 10,000 characters, got 200,001"),
        (b"a,b,nan", "line 1 of 'net.csv': expected a finite weight, got 'nan'"),
        (b"a\xff,b", "expected UTF-8 text"),
        (b"a,b\n\nc", "line 3 of 'net.csv': expected source, target and optionally a weight"),
    ],
}


@pytest.mark.parametrize(("name", "content", "message"), [(n, *case) for n, cases in HOSTILE.items() for case in cases])
def test_a_hostile_file_is_told(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ds.InputError, match=message):
        topology(f"{{file: {name}}}", tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "net.csv")
    with pytest.raises(ds.InputError, match="expected a file, got a pipe"):
        topology("{file: net.csv}", tmp_path)


def test_a_file_of_too_many_edges_is_refused_at_once(tmp_path):
    (tmp_path / "big.edgelist").write_text("".join(f"a{k} b{k}\n" for k in range(400_000)))
    refused = pytest.raises(ValueError, match=r"expected at most 300,000 edges in 'big.edgelist', found 400,000 lines")
    with refused, at_most(MOMENT):
        read_graph("big.edgelist", tmp_path, None)
