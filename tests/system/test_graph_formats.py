"""Graph files: what NetworkX and Gephi write is read as it was, what is ambiguous or hostile is told with its place."""

import os
from pathlib import Path

import networkx as nx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dynsim as ds
from dynsim.algebra.topology import Topology
from dynsim.system.graphs import csv_tables, text_lines
from dynsim.system.graphs import files as graph_files
from dynsim.system.graphs.edge_list import EdgeList, GraphFaults, topology_of
from dynsim.system.graphs.files import read_graph
from dynsim.system.graphs.parquet_tables import parquet_bytes

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
WEIGHT = '<key id="d1" for="edge" attr.name="weight" attr.type="double"><default>2.5</default></key>\n'
NODES = '<node id="n0"/><node id="n1"/><node id="n2"/>\n'
PATH = '<edge source="n0" target="n1"><data key="d1">1.0</data></edge>\n<edge source="n1" target="n2"/>\n'


def graphml(inner: str, keys: str = WEIGHT, direction: str = "undirected", nodes: str = NODES) -> str:
    return f'{HEAD}{keys}<graph edgedefault="{direction}">\n{nodes}{inner}</graph>\n</graphml>\n'


def read(tmp_path: Path, name: str, content: str | bytes, directed: bool | None = None) -> EdgeList:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    edge_list = read_graph(name, tmp_path, directed)
    if faults := edge_list.faults():
        raise GraphFaults(*faults)
    return edge_list


def arcs(topology: Topology) -> dict[tuple[str, str], float]:
    ends = zip(topology.source.tolist(), topology.target.tolist(), topology.weight.tolist(), strict=True)
    return {(topology.labels[a], topology.labels[b]): w for a, b, w in ends}


def told(tmp_path: Path, name: str, content: str | bytes, directed: bool | None = None) -> list[str]:
    with pytest.raises(GraphFaults) as error:
        read(tmp_path, name, content, directed)
    return [message for message, _ in error.value.faults]


# -- what others write ------------------------------------------------------------------------------------------------


@st.composite
def graphs(draw: st.DrawFn) -> nx.Graph:
    """Graphs with weights, some with names of several words and alphabets, some with edges to oneself."""
    n = draw(st.integers(1, 7))
    names = draw(st.lists(st.text("abzäß1é_-.漢", min_size=1, max_size=5), min_size=n, max_size=n, unique=True))
    kind = draw(st.sampled_from([nx.Graph, nx.DiGraph]))
    graph = kind()
    graph.add_nodes_from(names)
    for a, b in draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=12)):
        if a != b or kind is nx.DiGraph:
            graph.add_edge(a, b)
    weights = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-5, 5)
    for edge in graph.edges:
        if draw(st.booleans()):
            graph.edges[edge]["weight"] = draw(weights)
    return graph


def csv_of(graph: nx.Graph, line: str, quote: str) -> bytes:
    rows = [f"{quote}{a}{quote},{quote}{b}{quote},{d.get('weight', '')}" for a, b, d in graph.edges(data=True)]
    return (b"\xef\xbb\xbf" if quote else b"") + line.join(["Source,Target,Weight", *rows, ""]).encode()


def written(graph: nx.Graph, folder: Path) -> list[str]:
    """The graph in every format; those of lines have no nodes without edges."""
    weighted = nx.create_empty_copy(graph)
    weighted.add_weighted_edges_from((a, b, d.get("weight", 1.0)) for a, b, d in graph.edges(data=True))
    nx.write_graphml(graph, folder / "all.graphml")
    nx.write_edgelist(graph, folder / "data.edgelist")
    nx.write_weighted_edgelist(weighted, folder / "weighted.edgelist", delimiter="\t")
    for number, (line, quote) in enumerate([("\n", ""), ("\r\n", '"'), ("\r", "")]):
        (folder / f"{number}.csv").write_bytes(csv_of(graph, line, quote))
    return ["all.graphml", "data.edgelist", "weighted.edgelist", "0.csv", "1.csv", "2.csv"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=graphs())
def test_every_written_format_is_read_as_it_was(graph: nx.Graph, tmp_path: Path) -> None:
    expected = {(str(a), str(b)): float(d.get("weight", 1)) for a, b, d in nx.DiGraph(graph).edges(data=True)}
    for name in written(graph, tmp_path):
        edge_list = read_graph(name, tmp_path, None if name == "all.graphml" else graph.is_directed())
        assert not edge_list.faults()
        topology = topology_of(edge_list)
        assert arcs(topology) == expected, name
        if name == "all.graphml":
            assert topology.labels == tuple(graph)
            again = nx.read_graphml(tmp_path / name)
            assert edge_list.directed == again.is_directed()


def test_gephi_s_tables(tmp_path: Path) -> None:
    rows = "Source,Target,Type,Id,Label,timeset,Weight\n0,1,{0},0,,,1.0\n\"1\",2,{0},1,\"x, y\",,2.5\n"
    for kind, m in (("Undirected", 4), ("Directed", 2)):
        edge_list = read(tmp_path, "edges.csv", rows.format(kind))
        assert edge_list.directed == (kind == "Directed")
        assert topology_of(edge_list).m == m
    assert "the same for all edges" in told(tmp_path, "edges.csv", rows.format("Mixed"))[0]
    (tmp_path / "nodes.csv").write_text("Id,Label,age,club\n2,Cid,30,\n1,Bob,20,red\n0,Ann,10.5,\n7,Dan,0,\n")
    names, columns = graph_files.read_nodes("nodes.csv", tmp_path)
    assert names == ["2", "1", "0", "7"]
    assert columns == {
        "Label": ["Cid", "Bob", "Ann", "Dan"], "age": [30, 20, 10.5, 0], "club": [None, "red", None, None],
    }  # fmt: skip


def test_tables_with_semicolons_and_quotes(tmp_path: Path) -> None:
    edge_list = read(tmp_path, "a.csv", 'source;target;weight\n"a;b";c;1.5\n"x ""y""";c;-2e-1\n', True)
    assert arcs(topology_of(edge_list)) == {("a;b", "c"): 1.5, ('x "y"', "c"): -0.2}


def test_edge_lists_with_data(tmp_path: Path) -> None:
    text = "# c\na b {'weight': np.float64(0.5), 'color': '#fff'}\nb c {'color': 'red'}  \nc d 3 # three\n\n"
    assert arcs(topology_of(read(tmp_path, "a.edgelist", text, True))) == {
        ("a", "b"): 0.5, ("b", "c"): 1.0, ("c", "d"): 3.0,
    }  # fmt: skip


# -- GraphML ----------------------------------------------------------------------------------------------------------


def test_the_default_weight_of_graphml(tmp_path: Path) -> None:
    assert arcs(topology_of(read(tmp_path, "a.graphml", graphml(PATH), True)))[("n1", "n2")] == 2.5
    for scope, weight in (("all", 2.5), ("node", 1.0), ("graph", 1.0)):
        text = graphml(PATH.replace('<data key="d1">1.0</data>', ""), WEIGHT.replace("edge", scope))
        assert set(arcs(topology_of(read(tmp_path, "a.graphml", text))).values()) == {weight}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [("int", "3", 3.0), ("long", "-7", -7.0), ("float", "1.5e3", 1500.0), ("double", " 0.25 ", 0.25),
     ("double", "NaN", None),
     ("int", "1.5", None), ("boolean", "true", None), ("string", "2.0", None), ("int", "9" * 400, None),
     ("double", "INF", None), ("double", "1_0", None), ("double", "", None)],
)  # fmt: skip
def test_the_types_of_weights(kind: str, text: str, value: float | None, tmp_path: Path) -> None:
    content = graphml(PATH.replace("1.0", text), WEIGHT.replace("double", kind).replace("<default>2.5</default>", ""))
    if value is None:
        (message,) = told(tmp_path, "a.graphml", content)
        line = 3 if kind == "string" else 6
        assert message.startswith(f"line {line} of 'a.graphml': expected ")
    else:
        assert arcs(topology_of(read(tmp_path, "a.graphml", content)))[("n0", "n1")] == value


def test_attributes_of_nodes(tmp_path: Path) -> None:
    keys = (
        '<key id="a" for="node" attr.name="age" attr.type="int"><default>7</default></key>\n'
        '<key id="b" for="all" attr.name="ok" attr.type="boolean"/>\n<key id="c" for="node" attr.name="club"/>\n'
        '<key id="d" for="node" yfiles.type="nodegraphics"/>\n'
    )
    nodes = (
        '<node id="n0"><data key="a">3</data><data key="b">true</data><data key="c">x</data></node>\n<node id="n1">'
        '<data key="b">0</data><data key="d"><y:Shape xmlns:y="http://www.yworks.com/xml/graphml">9</y:Shape></data></node>\n'
    )
    edge_list = read(tmp_path, "a.graphml", graphml("", keys, nodes=nodes))
    assert edge_list.values == {"age": [3.0, 7.0], "ok": [True, False], "club": ["x", None]}


def test_single_edges_may_have_a_direction_of_their_own(tmp_path: Path) -> None:
    edges = '<edge source="n0" target="n1" directed="true"/>\n<edge source="n1" target="n2"/>\n'
    assert set(arcs(topology_of(read(tmp_path, "a.graphml", graphml(edges))))) == {
        ("n0", "n1"), ("n1", "n2"), ("n2", "n1"),
    }  # fmt: skip
    both = '<edge source="n0" target="n1"/>\n<edge source="n1" target="n0"/>\n'
    assert topology_of(read(tmp_path, "a.graphml", graphml(both, direction="directed"))).m == 2
    assert told(tmp_path, "a.graphml", graphml(both, direction="directed"), False) == [
        "line 7 of 'a.graphml': the edge from 'n1' to 'n0' is listed twice, first the other way round, in line 6"
    ]


def test_all_mistakes_of_a_document_at_once(tmp_path: Path) -> None:
    edges = (
        '<edge source="n0" target="n9"/>\n<edge target="n1"/>\n'
        '<edge source="n0" target="n1"><data key="x">1</data></edge>\n'
        '<hyperedge/>\n<node id="n0"/>\n<node id="n3"><graph edgedefault="directed"/></node>\n'
    )
    assert told(tmp_path, "a.graphml", graphml(edges)) == [
        "line 7 of 'a.graphml': the edge has no source",
        "line 8 of 'a.graphml': no key has the id 'x'",
        "line 9 of 'a.graphml': a hyperedge has no meaning here",
        "line 10 of 'a.graphml': the node 'n0' is listed twice, first in line 5",
        "line 11 of 'a.graphml': a graph within a node has no meaning here",
        "line 6 of 'a.graphml': there is no node 'n9'",
    ]


# -- what is refused, and how -----------------------------------------------------------------------------------------

KNOWN = f"expected {csv_tables.KNOWN} in the first line"
EDGE = '<edge source="n0" target="n1"/>\n'
REPEATED = graphml(EDGE + '<edge source="n1" target="n2"/>\n' + EDGE)
TWICE = {
    "dup.csv": ("source,target,weight\na,b,1\na,b,2\nb,a,5\n", [
        "line 3 of 'dup.csv': the edge from 'a' to 'b' is listed twice, first in line 2",
        "line 4 of 'dup.csv': the edge from 'b' to 'a' is listed twice, first the other way round, in line 2",
    ]),
    "dup.edgelist": ("a b\nb c\n\nc b {}\n", [
        "line 4 of 'dup.edgelist': the edge from 'c' to 'b' is listed twice, first the other way round, in line 2",
    ]),
    "multi.graphml": (REPEATED, [
        "line 8 of 'multi.graphml': the edge from 'n0' to 'n1' is listed twice, first in line 6",
    ]),
    "fromto.csv": ("from,to\na,b\nb,c\n", [
        f"line 1 of 'fromto.csv': {KNOWN}, got 'from', 'to': above edges, write what the columns are",
    ]),
    "third.csv": ("source,target,distance\na,b,3\n", [
        f"line 1 of 'third.csv': {KNOWN}, got 'source', 'target', 'distance'",
    ]),
    "half.csv": ("source,to\na,b\n", [f"line 1 of 'half.csv': {KNOWN}, got 'source', 'to'"]),
    "text.csv": ("source,target,weight\na,b,much\n\"a,b\na,b,1_0\na\n", [
        "line 2 of 'text.csv': expected a finite weight, got 'much'",
        "line 3 of 'text.csv': expected a quote \" at both ends of what it encloses",
        "line 4 of 'text.csv': expected a finite weight, got '1_0'",
        "line 5 of 'text.csv': expected source, target and optionally a weight, got 1 column",
    ]),
    "adj.edgelist": ("a b c d\na,b\na b {'weight': 'x'}\na b {1\n", [
        "line 1 of 'adj.edgelist': expected source, target and optionally a weight, got 4 words",
        "line 2 of 'adj.edgelist': expected source, target and optionally a weight, got 1 word (a table with commas is "
        "a .csv file)",
        "line 3 of 'adj.edgelist': expected a finite weight, got 'x'",
        "line 4 of 'adj.edgelist': expected the data of an edge such as {'weight': 2.0}, got '{1'",
    ]),
    "latin.csv": ("a,b\nb,\xe9\n".encode("latin-1"), ["line 2 of 'latin.csv': expected UTF-8 text, got the byte 0xe9"]),
    "wide.csv": ("a," * 6000, ["line 1 of 'wide.csv': expected at most 10,000 characters, got 12,000"]),
    "u16.edgelist": ("a b".encode("utf-16"), [
        "expected UTF-8 text in 'u16.edgelist', got UTF-16: save the file as UTF-8",
    ]),
    "cut.graphml": (HEAD + "<graph", ["not GraphML: line 3 of 'cut.graphml': unclosed token"]),
    "other.graphml": ("<svg/>", ["not GraphML: expected the element graphml in 'other.graphml', got 'svg'"]),
    "deep.graphml": (HEAD + "<a>" * 9999, ["not GraphML: more than 100 elements within each other in 'deep.graphml'"]),
    "none.graphml": (HEAD + "</graphml>", ["not GraphML: there is no graph in 'none.graphml'"]),
    "zeros.csv": (bytes(99), ["line 1 of 'zeros.csv': expected printable text, got U+0000"]),
    "bad.parquet": (b"PAR1", ["not a Parquet file: 'bad.parquet': …"]),
}  # fmt: skip


@pytest.mark.parametrize("name", TWICE)
def test_every_mistake_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    content, messages = TWICE[name]
    found = told(tmp_path, name, content)
    assert len(found) == len(messages)
    for message, expected in zip(found, messages, strict=True):
        assert message.startswith(expected[:-1]) if expected.endswith("…") else message == expected


def test_a_byte_order_mark_is_no_name(tmp_path: Path) -> None:
    for name, text in (("a.csv", "source,target\na,b\n"), ("a.edgelist", "a b\n"), ("a.graphml", graphml(PATH))):
        edge_list = read(tmp_path, name, b"\xef\xbb\xbf" + text.encode())
        assert [*edge_list.number][:2] in (["a", "b"], ["n0", "n1"])


def test_mistakes_beyond_a_number_are_counted(tmp_path: Path) -> None:
    messages = told(tmp_path, "a.edgelist", "a\n" * 50)
    assert len(messages) == 21
    assert messages[-1] == "and 30 more mistakes like these"


@pytest.mark.parametrize("kind", graph_files.KINDS)
def test_what_is_no_file_is_not_waited_for(kind: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / f"pipe{kind}")
    (tmp_path / f"folder{kind}").mkdir()
    (tmp_path / f"loop{kind}").symlink_to(f"loop{kind}")
    expected = {
        f"pipe{kind}": "got a pipe", f"folder{kind}": "got a directory", f"loop{kind}": "a link that leads to itself",
        "n" * 300 + kind: "File name too long", f"a\0b{kind}": "no file can have this name",
        f"none{kind}": "No such file",
    }  # fmt: skip
    for name, message in expected.items():
        with pytest.raises(GraphFaults, match=message):
            read_graph(name, tmp_path, None)
    (tmp_path / f"device{kind}").symlink_to("/dev/zero")
    with pytest.raises(GraphFaults, match="in the scenario's folder or below it"):
        read_graph(f"device{kind}", tmp_path, None)
    with pytest.raises(GraphFaults, match="got a device"):
        graph_files._content(Path("/dev/zero"), "'zero'", 10)


def test_the_size_is_bounded_before_a_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_files, "MAX_BYTES", 1000)
    monkeypatch.setattr(graph_files, "_text", None)
    monkeypatch.setattr(graph_files, "read_graphml", None)
    for name, content in (("a.csv", b"," * 1001), ("a.edgelist", b"\r" * 1001), ("a.graphml", b" " * 1001)):
        with pytest.raises(GraphFaults, match="expected a file of at most 0 MiB"):
            read(tmp_path, name, content)


def test_the_lines_are_counted_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_lines, "MAX_EDGES", 10)
    for line in ("\n", "\r", "\r\n"):
        assert told(tmp_path, "a.csv", f"a,b{line}" * 11) == ["expected at most 10 edges in 'a.csv', found 11 lines"]
        assert "listed twice" in told(tmp_path, "a.csv", f"a,b{line}" * 10)[0]


def test_parallel_edges_and_weights_of_networkx() -> None:
    def messages(graph: nx.Graph) -> list[str]:
        s = ds.System("t")
        s.population("net", graph)
        with pytest.raises(ds.InputError) as error:
            s.resolve()
        return [problem.message for problem in error.value.problems if problem.path == "graphs.net.graph"]

    assert messages(nx.MultiGraph([("a", "b"), ("b", "c"), ("b", "a", "two")])) == [
        "the edge from 'a' to 'b' is listed twice, first under the key 0, then under the key 'two'"
    ]
    graph = nx.path_graph(6)
    for edge, weight in zip(graph.edges, [None, "3", float("nan"), 10**400, True], strict=True):
        graph.edges[edge]["weight"] = weight
    assert messages(graph) == [
        "expected a finite weight of the edge from 0 to 1, got nothing",
        "expected a finite weight of the edge from 1 to 2, got '3'",
        "expected a finite weight of the edge from 2 to 3, got nan",
        "expected a finite weight of the edge from 3 to 4, got 1000000000000000000000000000000000000000",
        "expected a finite weight of the edge from 4 to 5, got true",
    ]
    assert messages(nx.Graph([(1, "1")])) == ["two nodes have the same name as text: 1 and '1'"]


def test_a_multigraph_without_parallel_edges_is_a_graph() -> None:
    for graph in (nx.MultiGraph([(0, 1), (1, 2)]), nx.MultiDiGraph([(0, 1), (1, 0)])):
        s = ds.System("t")
        s.population("net", graph)
        x = s.state("x", on="net")
        s.agent("a", x, x**2, ds.rules.gradient(rate=0.1))
        s.clock(steps=1)
        assert s.resolve().populations["net"].topology.m == nx.DiGraph(graph).number_of_edges()


def valid_files(folder: Path) -> dict[str, bytes]:
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "c")])
    nx.set_edge_attributes(graph, 1.5, "weight")
    nx.set_node_attributes(graph, 3, "age")
    nx.write_graphml(graph, folder / "a.graphml")
    nx.write_edgelist(graph, folder / "a.edgelist")
    (folder / "a.csv").write_bytes(csv_of(graph, "\n", '"'))
    rows = {"source": ["a", "b", "c"], "target": ["b", "c", "c"], "weight": [1.5, 1.5, 1.5]}
    (folder / "a.parquet").write_bytes(parquet_bytes(rows))
    return {kind: (folder / f"a{kind}").read_bytes() for kind in graph_files.KINDS}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_file_gets_more_than_a_message(data: st.DataObject, tmp_path: Path) -> None:
    kind = data.draw(st.sampled_from(graph_files.KINDS))
    content = bytearray(valid_files(tmp_path)[kind])
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(content)))
        stop = start + data.draw(st.sampled_from([0, 1, 4, 10_000]))
        content[start:stop] = data.draw(st.binary(max_size=4) | st.sampled_from([b'"', b"<a>", b"{", b",", b"\r"]))
    (tmp_path / f"b{kind}").write_bytes(content)
    for read_file in (lambda: read_graph(f"b{kind}", tmp_path, None).faults(),
                      lambda: graph_files.read_nodes(f"b{kind}", tmp_path)):  # fmt: skip
        try:
            read_file()
        except GraphFaults as error:
            assert all(message.isprintable() for message, _ in error.faults)


def test_what_is_missing_in_a_row_is_told_by_its_name(tmp_path: Path) -> None:
    assert told(tmp_path, "a.csv", "source;target;weight\na;b;1,5\n;b;2\na;;3\n") == [
        "line 2 of 'a.csv': expected a finite weight, got '1,5': write a decimal point",
        "line 3 of 'a.csv': the edge has no source",
        "line 4 of 'a.csv': the edge has no target",
    ]


def test_names_that_a_table_keeps_as_categories(tmp_path: Path) -> None:
    table = pa.table({"source": pa.array(["a", "b"]).dictionary_encode(), "target": ["b", "c"]})
    pq.write_table(table, tmp_path / "e.parquet")
    assert [*read(tmp_path, "e.parquet", (tmp_path / "e.parquet").read_bytes()).number] == ["a", "b", "c"]
