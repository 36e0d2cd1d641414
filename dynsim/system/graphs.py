"""Populations: graphs that are generated, listed, read or passed in, as topologies with weighted edges."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from pydantic_core import PydanticCustomError

from .. import machine
from ..algebra.domain import node
from ..algebra.topology import Topology
from .context import Context
from .edge_weights import draw_weights
from .fields import is_number, plain
from .generators import BYTES, GENERATORS, MAX_WORK
from .graph_files import read_graph
from .model import Population
from .problems import ROOT, Place, Problems, found
from .spec import GraphSpec, Scenario

_KINDS = ("generator", "edges", "file", "graph")


class _Wrong(Exception):
    """What is wrong with a graph, and below which key."""

    def __init__(self, message: str, *keys: str | int) -> None:
        super().__init__(message)
        self.keys = keys


def resolve_graphs(scenario: Scenario, context: Context, folder: Path | None) -> dict[str, Population]:
    """All populations, declared as the domains of their nodes."""
    populations = {}
    for name, spec in scenario.graphs.items():
        place = ROOT / "graphs" / name
        try:
            topology = _topology(place, spec, context, folder)
        except _Wrong as error:
            for key in error.keys:
                place = place / key
            if str(error):
                context.problems.add(place, str(error))
            context.broken.add(name)
            continue
        populations[name] = Population(name, topology, spec.model_dump(exclude_none=True))
        context.scope[name] = node(name)
    return populations


def _topology(place: Place, spec: GraphSpec, context: Context, folder: Path | None) -> Topology:
    if isinstance(spec.graph, Topology):
        _expect_nodes(spec.graph.n)
        return spec.graph
    if spec.graph is not None and not isinstance(spec.graph, nx.Graph):
        raise _Wrong(f"expected a NetworkX graph or a Topology, got {found(spec.graph)}", "graph")
    kinds = [kind for kind in _KINDS if getattr(spec, kind) is not None]
    if len(kinds) != 1:
        got = ", got " + (" and ".join(kinds) if kinds else "none of them")
        raise _Wrong(f"expected one of generator, edges, file{got}")
    if kinds != ["generator"] and spec.model_extra:
        key = next(iter(spec.model_extra))
        context.problems.unknown(place / key, "key", key, GraphSpec.model_fields, at_key=True)
    if spec.nodes is not None and kinds != ["edges"]:
        raise _Wrong("belongs to a graph that is given by its edges", "nodes")
    graph = {"generator": _generated, "edges": _listed, "file": _read, "graph": lambda s, f, p, c: s.graph}[kinds[0]](
        spec, folder, place, context.problems
    )
    return _weighted(graph, place, spec, context, loops_allowed=kinds == ["generator"])


def _expect_nodes(n: int) -> None:
    if n == 0:
        raise _Wrong("expected a graph with at least one node, got an empty graph")


def _generated(spec: GraphSpec, folder: Path | None, place: Place, problems: Problems) -> Any:
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
    needed, there = generator.needs(**arguments), machine.memory()
    if needed > there:
        raise _Wrong(
            f"{name} would make about {needed / BYTES:.3g} nodes and edges, which need about {needed / 1e9:.1f} GB, "
            f"and {there / 1e9:.1f} GB are free"
        )
    if generator.seeded:
        arguments["seed"] = spec.seed
    if generator.directed and spec.directed:
        arguments["directed"] = True
    try:
        graph = getattr(nx, name)(**arguments)
    except (nx.NetworkXException, ValueError, ZeroDivisionError) as error:
        raise _Wrong(f"{name}: {str(error)[:200]}") from error
    return graph.to_directed() if spec.directed and not graph.is_directed() else graph


class _Quiet(_Wrong):
    """Wrong, and noted already."""

    def __init__(self) -> None:
        super().__init__("")


def _listed(spec: GraphSpec, folder: Path | None, place: Place, problems: Problems) -> Any:
    graph: Any = nx.DiGraph() if spec.directed else nx.Graph()
    nodes = plain(spec.nodes)
    if isinstance(nodes, list):
        if not all(isinstance(n, str | int) and not isinstance(n, bool) for n in nodes) or len(set(nodes)) < len(nodes):
            raise _Wrong("expected different names", "nodes")
        graph.add_nodes_from(nodes)
    elif nodes is not None:
        if not isinstance(nodes, int) or isinstance(nodes, bool) or not 1 <= nodes <= MAX_WORK:
            raise _Wrong(
                f"expected a number of nodes from 1 to {MAX_WORK:,}, or their names, got {found(nodes)}", "nodes"
            )
        graph.add_nodes_from(range(nodes))
    edges = plain(spec.edges)
    if not isinstance(edges, list):
        raise _Wrong(f"expected a list of [source, target] or [source, target, weight], got {found(edges)}", "edges")
    for k, raw in enumerate(edges):
        _add_edge(graph, plain(raw), k, known=nodes is not None)
    return graph


def _add_edge(graph: Any, edge: Any, k: int, known: bool) -> None:
    ends = edge[:2] if isinstance(edge, list) and len(edge) in (2, 3) else None
    if ends is None or not all(isinstance(end, str | int) and not isinstance(end, bool) for end in ends):
        raise _Wrong(f"expected [source, target] or [source, target, weight], got {found(edge)}", "edges", k)
    for end in ends:
        if known and end not in graph:
            raise _Wrong(f"unknown node {found(end)}", "edges", k)
    if graph.has_edge(*ends):
        raise _Wrong(f"the edge from {found(ends[0])} to {found(ends[1])} is listed twice", "edges", k)
    graph.add_edge(*ends)
    if len(edge) == 3:
        if not is_number(edge[2]) or not math.isfinite(edge[2]):
            raise _Wrong(f"expected a finite weight, got {found(edge[2])}", "edges", k)
        graph.edges[ends[0], ends[1]]["weight"] = edge[2]


def _read(spec: GraphSpec, folder: Path | None, place: Place, problems: Problems) -> Any:
    try:
        return read_graph(spec.file or "", folder, spec.directed)
    except ValueError as error:
        raise _Wrong(str(error), "file") from error


def _weighted(graph: Any, place: Place, spec: GraphSpec, context: Context, loops_allowed: bool) -> Topology:
    """The topology of a NetworkX graph; an undirected edge acts in both directions, with one weight."""
    _expect_nodes(graph.number_of_nodes())
    number = {label: k for k, label in enumerate(graph)}
    weights: dict[tuple[int, int], float] = {}
    for a, b, data in graph.edges(data=True):
        if a == b:
            if loops_allowed:
                continue
            raise _Wrong(f"the node {found(a)} has an edge to itself: write its effect on itself without the graph")
        weight = data.get("weight", 1.0)
        if not is_number(plain(weight)) or not math.isfinite(weight):
            raise _Wrong(f"expected a finite weight of the edge from {found(a)} to {found(b)}, got {found(weight)}")
        weights[number[a], number[b]] = float(weight)
        if not graph.is_directed():
            weights[number[b], number[a]] = float(weight)
    pairs = np.array(sorted(weights), np.int64).reshape(-1, 2)
    values = np.array([weights[i, j] for i, j in pairs.tolist()], float)
    if spec.weights is not None:
        values = _drawn(place, spec, pairs, graph.is_directed(), context)
    elif spec.correlation is not None:
        raise _Wrong("needs `weights`, a normal distribution", "correlation")
    labels = tuple(str(label) for label in number)
    return Topology.build(len(number), pairs[:, 0], pairs[:, 1], values, labels)


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
