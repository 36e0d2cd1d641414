"""The sources of graphs: NetworkX, generators, lists and files. Each gives an `EdgeList`, or raises every mistake."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
from pydantic_core import PydanticCustomError

from ... import machine
from ..grammar.fields import plain
from ..grammar.problems import Place, Problems, found
from ..grammar.spec import GraphSpec
from .edge_list import EdgeList, Fault, GraphFaults, finite, shown_node
from .files import read_graph, read_nodes
from .generators import BYTES, GENERATORS, MAX_WORK, Generator

_EDGE = "expected [source, target] or [source, target, weight]"


class WrongGraph(Exception):
    """The mistakes in a graph's section, each with the keys of its place below the section."""

    def __init__(self, message: str, *keys: str | int) -> None:
        super().__init__(message)
        self.faults: list[tuple[str, tuple[str | int, ...]]] = [(message, keys)] if message else []

    @classmethod
    def of(cls, error: GraphFaults, key: str) -> WrongGraph:
        """The same mistakes, placed at `key`; those in a list of edges at their items."""
        wrong = cls("")
        wrong.faults = [(text, (key,) if k is None or key != "edges" else (key, k)) for text, k in error.faults]
        return wrong


class NotedGraph(WrongGraph):
    """The graph is wrong, and the problems have been noted already."""

    def __init__(self) -> None:
        super().__init__("")


def from_networkx(graph: Any) -> EdgeList:
    """The edges of a NetworkX graph with their attribute `weight` (default 1), and all attributes of its nodes."""
    edge_list = EdgeList(graph.is_directed(), where="under the key {!r}")
    faults: list[Fault] = []
    for name in graph:
        edge_list.node(name)
    keyed = graph.is_multigraph()
    for a, b, *key, data in graph.edges(keys=True, data=True) if keyed else graph.edges(data=True):
        weight = finite(data.get("weight", 1.0))
        if weight is None:
            ends = f"the edge from {shown_node(a)} to {shown_node(b)}"
            faults.append((f"expected a finite weight of {ends}, got {found(plain(data['weight']))}", None))
        edge_list.add(a, b, weight or 0.0, key[0] if keyed else None)
    if faults:
        raise WrongGraph.of(GraphFaults(*faults), "graph")
    names = dict.fromkeys(name for _, data in graph.nodes(data=True) for name in data if isinstance(name, str))
    edge_list.values = {name: [plain(data.get(name)) for _, data in graph.nodes(data=True)] for name in names}
    return edge_list


def _stated_nodes(spec: GraphSpec, folder: Path | None) -> tuple[list[Hashable] | None, Mapping[str, Any]]:
    """The nodes that the key `nodes` lists and the columns of their values; None and no columns without it."""
    nodes = plain(spec.nodes)
    if nodes is None:
        return None, {}
    if isinstance(nodes, str):
        try:
            return read_nodes(nodes, folder)  # type: ignore[return-value]
        except GraphFaults as error:
            raise WrongGraph.of(error, "nodes") from error
    if isinstance(nodes, Mapping):
        rows = {name: row if row is not None else {} for name, row in nodes.items()}
        for name, row in rows.items():
            if not isinstance(row, Mapping):
                raise WrongGraph(f"expected a mapping of names to values, got {found(row)}", "nodes", name)
        columns = dict.fromkeys(column for row in rows.values() for column in row)
        return [*rows], {column: [plain(row.get(column)) for row in rows.values()] for column in columns}
    if isinstance(nodes, list):
        if not all(_is_name(n) for n in nodes) or len(set(nodes)) < len(nodes):
            raise WrongGraph("expected different names", "nodes")
        return nodes, {}
    if not isinstance(nodes, int) or isinstance(nodes, bool) or not 1 <= nodes <= MAX_WORK:
        expected = f"a number of nodes from 1 to {MAX_WORK:,}, or their names"
        raise WrongGraph(f"expected {expected}, got {found(nodes)}", "nodes")
    return [*range(nodes)], {}


def _is_name(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def from_lists(spec: GraphSpec, folder: Path | None) -> EdgeList:
    """The graph that the keys `edges` and `nodes` list; undirected by default."""
    nodes, values = _stated_nodes(spec, folder)
    edge_list = EdgeList(bool(spec.directed), where="as edges[{}]", values=dict(values))
    for name in nodes or ():
        edge_list.node(name)
    edges = plain(spec.edges)
    if not isinstance(edges, list):
        expected = "a list of [source, target] or [source, target, weight]"
        raise WrongGraph(f"expected {expected}, got {found(edges)}", "edges")
    faults: list[Fault] = []
    as_text = isinstance(spec.nodes, str | Mapping)  # names in files and keys of mappings are text
    for k, raw in enumerate(edges):
        edge = plain(raw)
        ends = edge[:2] if isinstance(edge, list) and len(edge) in (2, 3) else None
        if ends is None or not all(_is_name(end) for end in ends):
            faults.append((f"{_EDGE}, got {found(edge)}", k))
            continue
        ends = [str(end) for end in ends] if as_text else ends
        unknown = [end for end in ends if nodes is not None and end not in edge_list.number]
        weight = finite(edge[2]) if len(edge) == 3 else 1.0
        if unknown:
            faults.append((f"unknown node {found(unknown[0])}", k))
        elif weight is None:
            faults.append((f"expected a finite weight, got {found(plain(edge[2]))}", k))
        else:
            edge_list.add(ends[0], ends[1], weight, k)
    if faults:
        raise WrongGraph.of(GraphFaults(*faults), "edges")
    return edge_list


def from_file(spec: GraphSpec, folder: Path | None) -> EdgeList:
    """The graph in a file. With the key `nodes` it has those nodes in their order, and the file may name no others."""
    try:
        edge_list = read_graph(spec.file or "", folder, spec.directed)
    except GraphFaults as error:
        raise WrongGraph.of(error, "file") from error
    stated, values = _stated_nodes(spec, folder)
    if stated is None:
        return edge_list
    number: dict[Hashable, int] = {str(name): k for k, name in enumerate(stated)}
    whole = replace(edge_list, number=number, source=[], target=[], weight=[], place=[])
    whole.values = {**edge_list.values, **values} if [*edge_list.number] == [*whole.number] else dict(values)
    names = [*edge_list.number]
    faults: list[Fault] = []
    for a, b, weight, k in zip(edge_list.source, edge_list.target, edge_list.weight, edge_list.place, strict=True):
        for end in (names[a], names[b]):
            if end not in whole.number:
                place = edge_list.where.format(k).removeprefix("in ")
                faults.append((f"{place} of {edge_list.file}: unknown node {found(end)}", None))
        whole.add(names[a], names[b], weight, k)
    if faults:
        raise WrongGraph.of(GraphFaults(*faults), "file")
    return whole


def from_generator(spec: GraphSpec, place: Place, problems: Problems) -> EdgeList:
    """The graph that a NetworkX generator makes, without self-loops and repeated edges, which some generators make."""
    name = spec.generator or ""
    generator = GENERATORS.get(name)
    if generator is None:
        problems.unknown(place / "generator", "generator", name, GENERATORS)
        raise NotedGraph()
    arguments = _arguments(name, generator, spec.model_extra or {}, place, problems)
    _expect_feasible(name, generator, arguments)
    if generator.seeded:
        arguments["seed"] = spec.seed
    if generator.directed and spec.directed:
        arguments["directed"] = True
    try:
        graph = getattr(nx, name)(**arguments)
    except (nx.NetworkXException, ValueError, ZeroDivisionError) as error:
        raise WrongGraph(f"{name}: {str(error)[:200]}") from error
    simple: Any = nx.DiGraph(graph) if graph.is_directed() or spec.directed else nx.Graph(graph)
    simple.remove_edges_from([*nx.selfloop_edges(simple)])
    return from_networkx(simple)


def _arguments(
    name: str, generator: Generator, given: Mapping[str, Any], place: Place, problems: Problems
) -> dict[str, Any]:
    """The checked arguments of a generator."""
    arguments = {}
    before = len(problems)
    for key, value in given.items():
        if key not in generator.arguments:
            problems.unknown(place / key, f"argument of {name}", key, generator.arguments, at_key=True)
            continue
        try:
            arguments[key] = generator.arguments[key](plain(value))
        except PydanticCustomError as error:
            problems.add(place / key, error.message())
    if len(problems) > before:
        raise NotedGraph()
    missing = [k for k in generator.arguments if k not in arguments and k not in generator.optional]
    if missing:
        raise WrongGraph(f"{name} needs the argument{'s' if len(missing) > 1 else ''} {', '.join(missing)}")
    return arguments


def _expect_feasible(name: str, generator: Generator, arguments: Mapping[str, Any]) -> None:
    """WrongGraph if the graph would take too long or too much memory."""
    work = generator.work(**arguments)
    if work > MAX_WORK:
        advice = ": use fast_gnp_random_graph" if name == "erdos_renyi_graph" else ""
        raise WrongGraph(
            f"expected at most {MAX_WORK:,} nodes and edges together, {name} would make about {work:.3g}{advice}"
        )
    needed, there = generator.memory_bytes(**arguments), machine.memory()
    if needed > there:
        raise WrongGraph(
            f"{name} would make about {needed / BYTES:.3g} nodes and edges, which need about {needed / 1e9:.1f} GB, "
            f"and {there / 1e9:.1f} GB are free"
        )
