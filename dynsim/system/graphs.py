"""Populations: graphs that are generated, listed, read or passed in, as topologies with weighted edges."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from pydantic_core import PydanticCustomError

from ..algebra.domain import node
from ..algebra.topology import Topology
from .context import Context
from .edge_weights import draw_weights
from .fields import is_number, plain
from .generators import GENERATORS, MAX_WORK
from .graph_files import read_graph, read_nodes
from .links import GraphFaults, Links, finite, repeated, shown_node, topology_of
from .model import Population
from .node_values import declare_columns
from .problems import ROOT, Place, Problems, found
from .spec import GraphSpec, Scenario

_KINDS = ("generator", "edges", "file", "graph")
_EDGE = "expected [source, target] or [source, target, weight]"


class _Wrong(Exception):
    """What is wrong with a graph, each with the keys below which it is."""

    def __init__(self, message: str, *keys: str | int) -> None:
        super().__init__(message)
        self.faults: list[tuple[str, tuple[str | int, ...]]] = [(message, keys)] if message else []

    @classmethod
    def of(cls, error: GraphFaults, key: str) -> _Wrong:
        """Everything that is wrong with the file, or list, below a key."""
        wrong = cls("")
        wrong.faults = [(text, (key,) if k is None or key != "edges" else (key, k)) for text, k in error.faults]
        return wrong


class _Quiet(_Wrong):
    """Wrong, and noted already."""

    def __init__(self) -> None:
        super().__init__("")


def resolve_graphs(scenario: Scenario, context: Context, folder: Path | None) -> dict[str, Population]:
    """All populations, declared as the domains of their nodes, with the numbers that the graphs hold for their nodes."""
    populations = {}
    for name, spec in scenario.graphs.items():
        place = ROOT / "graphs" / name
        context.scope[name] = node(name)
        try:
            topology, columns = _topology(place, spec, context, folder)
        except _Wrong as error:
            for message, keys in error.faults:
                inner = place
                for key in keys:
                    inner = inner / key
                context.problems.add(inner, message)
            context.broken.add(name)
            continue
        populations[name] = Population(name, topology, spec.model_dump(exclude_none=True))
        context.nodes[name] = topology.labels
        if topology.looped:
            context.graph.looped.add(name)
        declare_columns(name, columns, context)
    return populations


def with_values(populations: Mapping[str, Population], context: Context) -> dict[str, Population]:
    """The populations with all values of their nodes that expressions may name."""
    return {
        name: replace(p, topology=p.topology.with_values(context.values.get(name, {})))
        for name, p in populations.items()
    }


def _topology(
    place: Place, spec: GraphSpec, context: Context, folder: Path | None
) -> tuple[Topology, Mapping[str, Any]]:
    if isinstance(spec.graph, Topology):
        _check_topology(spec.graph)
        return spec.graph, spec.graph.values
    if spec.graph is not None and not isinstance(spec.graph, nx.Graph):
        raise _Wrong(f"expected a NetworkX graph or a Topology, got {found(spec.graph)}", "graph")
    kinds = [kind for kind in _KINDS if getattr(spec, kind) is not None]
    if len(kinds) != 1:
        got = ", got " + (" and ".join(kinds) if kinds else "none of them")
        raise _Wrong(f"expected one of generator, edges, file{got}")
    (kind,) = kinds
    if kind != "generator" and spec.model_extra:
        key = next(iter(spec.model_extra))
        context.problems.unknown(place / key, "key", key, GraphSpec.model_fields, at_key=True)
    if spec.nodes is not None and kind not in ("edges", "file"):
        raise _Wrong("belongs to a graph that is given by its edges or a file", "nodes")
    if kind == "generator":
        links = _of_networkx(_generated(spec, place, context.problems))
    elif kind == "graph":
        links = _of_networkx(spec.graph)
    else:
        links = _listed(spec, folder) if kind == "edges" else _read(spec, folder)
    faults = links.faults()
    if faults:
        raise _Wrong.of(GraphFaults(*faults), kind)
    _expect_nodes(len(links.number))
    return _weighted(links, place, spec, context), links.values


def _expect_nodes(n: int) -> None:
    if n == 0:
        raise _Wrong("expected a graph with at least one node, got an empty graph")


def _check_topology(topology: Topology) -> None:
    _expect_nodes(topology.n)
    ends = np.concatenate([topology.source, topology.target])
    if len(ends) and not (0 <= ends.min() and ends.max() < topology.n):
        raise _Wrong(f"expected edges between the nodes 0 to {topology.n - 1}", "graph")
    if len(set(topology.labels)) != topology.n:
        raise _Wrong(f"expected different names of the {topology.n} nodes", "graph")
    twice = repeated(topology.source, topology.target, True, topology.n)
    if twice:
        a, b = (topology.labels[int(end[twice[0][1]])] for end in (topology.source, topology.target))
        raise _Wrong(f"the edge from {shown_node(a)} to {shown_node(b)} is there twice", "graph")
    if not np.isfinite(topology.weight).all():
        raise _Wrong("expected finite weights", "graph")


def _generated(spec: GraphSpec, place: Place, problems: Problems) -> Any:
    name = spec.generator or ""
    generator = GENERATORS.get(name)
    if generator is None:
        problems.unknown(place / "generator", "generator", name, GENERATORS)
        raise _Quiet()
    arguments = {}
    before = len(problems)
    for key, value in (spec.model_extra or {}).items():
        if key not in generator.arguments:
            problems.unknown(place / key, f"argument of {name}", key, generator.arguments, at_key=True)
            continue
        try:
            arguments[key] = generator.arguments[key](plain(value))
        except PydanticCustomError as error:
            problems.add(place / key, error.message())
    missing = [k for k in generator.arguments if k not in arguments and k not in generator.optional]
    if len(problems) > before:
        raise _Quiet()
    if missing:
        raise _Wrong(f"{name} needs the argument{'s' if len(missing) > 1 else ''} {', '.join(missing)}")
    work = generator.work(**arguments)
    if work > MAX_WORK:
        advice = ": use fast_gnp_random_graph" if name == "erdos_renyi_graph" else ""
        raise _Wrong(
            f"expected at most {MAX_WORK:,} nodes and edges together, {name} would make about {work:.3g}{advice}"
        )
    if generator.seeded:
        arguments["seed"] = spec.seed
    if generator.directed and spec.directed:
        arguments["directed"] = True
    try:
        graph = getattr(nx, name)(**arguments)
    except (nx.NetworkXException, ValueError, ZeroDivisionError) as error:
        raise _Wrong(f"{name}: {str(error)[:200]}") from error
    simple: Any = nx.DiGraph(graph) if graph.is_directed() or spec.directed else nx.Graph(graph)
    simple.remove_edges_from([*nx.selfloop_edges(simple)])  # some generators make edges twice, or to oneself
    return simple


def _of_networkx(graph: Any) -> Links:
    """Edges with their attribute `weight`, nodes with all their attributes."""
    links = Links(graph.is_directed(), where="under the key {!r}")
    faults: list[tuple[str, int | None]] = []
    for name in graph:
        links.node(name)
    keyed = graph.is_multigraph()
    for a, b, *key, data in graph.edges(keys=True, data=True) if keyed else graph.edges(data=True):
        weight = finite(data.get("weight", 1.0))
        if weight is None:
            ends = f"the edge from {shown_node(a)} to {shown_node(b)}"
            faults.append((f"expected a finite weight of {ends}, got {found(plain(data['weight']))}", None))
        links.add(a, b, weight or 0.0, key[0] if keyed else None)
    if faults:
        raise _Wrong.of(GraphFaults(*faults), "graph")
    names = dict.fromkeys(name for _, data in graph.nodes(data=True) for name in data if isinstance(name, str))
    links.values = {name: [plain(data.get(name)) for _, data in graph.nodes(data=True)] for name in names}
    return links


def _stated_nodes(spec: GraphSpec, folder: Path | None) -> tuple[list[Hashable] | None, Mapping[str, Any]]:
    """The nodes that `nodes` states, if it does, and what it says of them, a column by name."""
    nodes = plain(spec.nodes)
    if nodes is None:
        return None, {}
    if isinstance(nodes, str):
        try:
            return read_nodes(nodes, folder)  # type: ignore[return-value]
        except GraphFaults as error:
            raise _Wrong.of(error, "nodes") from error
    if isinstance(nodes, Mapping):
        rows = {name: row if row is not None else {} for name, row in nodes.items()}
        for name, row in rows.items():
            if not isinstance(row, Mapping):
                raise _Wrong(f"expected a mapping of names to values, got {found(row)}", "nodes", name)
        columns = dict.fromkeys(column for row in rows.values() for column in row)
        return [*rows], {column: [plain(row.get(column)) for row in rows.values()] for column in columns}
    if isinstance(nodes, list):
        if not all(_is_name(n) for n in nodes) or len(set(nodes)) < len(nodes):
            raise _Wrong("expected different names", "nodes")
        return nodes, {}
    if not isinstance(nodes, int) or isinstance(nodes, bool) or not 1 <= nodes <= MAX_WORK:
        raise _Wrong(f"expected a number of nodes from 1 to {MAX_WORK:,}, or their names, got {found(nodes)}", "nodes")
    return [*range(nodes)], {}


def _is_name(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _listed(spec: GraphSpec, folder: Path | None) -> Links:
    nodes, values = _stated_nodes(spec, folder)
    links = Links(bool(spec.directed), where="as edges[{}]", values=dict(values))
    for name in nodes or ():
        links.node(name)
    edges = plain(spec.edges)
    if not isinstance(edges, list):
        raise _Wrong(f"expected a list of [source, target] or [source, target, weight], got {found(edges)}", "edges")
    faults: list[tuple[str, int | None]] = []
    as_text = isinstance(spec.nodes, str | Mapping)  # there all names are text
    for k, raw in enumerate(edges):
        edge = plain(raw)
        ends = edge[:2] if isinstance(edge, list) and len(edge) in (2, 3) else None
        if ends is None or not all(_is_name(end) for end in ends):
            faults.append((f"{_EDGE}, got {found(edge)}", k))
            continue
        ends = [str(end) for end in ends] if as_text else ends
        unknown = [end for end in ends if nodes is not None and end not in links.number]
        weight = finite(edge[2]) if len(edge) == 3 else 1.0
        if unknown:
            faults.append((f"unknown node {found(unknown[0])}", k))
        elif weight is None:
            faults.append((f"expected a finite weight, got {found(plain(edge[2]))}", k))
        else:
            links.add(*ends, weight, k)
    if faults:
        raise _Wrong.of(GraphFaults(*faults), "edges")
    return links


def _read(spec: GraphSpec, folder: Path | None) -> Links:
    """The graph in a file; with `nodes`, those first, and no others."""
    try:
        links = read_graph(spec.file or "", folder, spec.directed)
    except GraphFaults as error:
        raise _Wrong.of(error, "file") from error
    stated, values = _stated_nodes(spec, folder)
    if stated is None:
        return links
    whole = replace(links, number={str(name): k for k, name in enumerate(stated)}, source=[], target=[], weight=[], place=[])
    whole.values = {**links.values, **values} if [*links.number] == [*whole.number] else dict(values)
    names = [*links.number]
    faults: list[tuple[str, int | None]] = []
    for a, b, weight, k in zip(links.source, links.target, links.weight, links.place, strict=True):
        for end in (names[a], names[b]):
            if end not in whole.number:
                faults.append((f"{links.where.format(k).removeprefix('in ')} of {links.file}: unknown node {found(end)}", None))
        whole.add(names[a], names[b], weight, k)
    if faults:
        raise _Wrong.of(GraphFaults(*faults), "file")
    return whole


def _weighted(links: Links, place: Place, spec: GraphSpec, context: Context) -> Topology:
    """The topology of the links; an undirected edge acts in both directions, with one weight."""
    if spec.weights is None:
        if spec.correlation is not None:
            raise _Wrong("needs `weights`, a normal distribution", "correlation")
        return topology_of(links)
    pairs, _ = links.arrays()
    return topology_of(links, _drawn(place, spec, pairs, links.directed, context))


def _drawn(place: Place, spec: GraphSpec, pairs: Any, directed: bool, context: Context) -> Any:
    correlation = 0.0 if spec.correlation is None else spec.correlation
    if not is_number(correlation) or not -1 <= correlation <= 1:
        raise _Wrong(f"expected a correlation from −1 to 1, got {found(correlation)}", "correlation")
    if spec.correlation is not None and not directed:
        raise _Wrong("needs `directed: true`: an undirected edge has one weight", "correlation")
    if spec.correlation is not None and not str(spec.weights).strip().startswith("normal("):
        raise _Wrong("needs weights of a normal distribution", "correlation")
    raw = str(spec.weights) if is_number(spec.weights) else spec.weights
    expr = context.one(place / "weights", raw, draws=True, scope={})
    if expr is None:
        raise _Quiet()
    values = draw_weights(expr, pairs[:, 0], pairs[:, 1], directed, float(correlation), spec.seed)
    if not np.isfinite(values).all():
        raise _Wrong("the weights are not finite numbers: check the parameters of the distribution", "weights")
    return values
