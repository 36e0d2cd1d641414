"""Populations: graphs from generators, lists, files or scripts, as topologies with weighted edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from ...algebra.domain import node
from ...algebra.topology import Topology
from ..expressions.context import Context
from ..expressions.node_values import declare_columns
from ..grammar.fields import is_number
from ..grammar.problems import ROOT, Place, found
from ..grammar.spec import GraphSpec, Scenario
from ..graphs.edge_list import EdgeList, GraphFaults, repeated, shown_node, topology_of
from ..graphs.edge_weights import random_weights
from ..graphs.sources import NotedGraph, WrongGraph, from_file, from_generator, from_lists, from_networkx
from ..model import Population

_KINDS = ("generator", "edges", "file", "graph")


def resolve_graphs(scenario: Scenario, context: Context, folder: Path | None) -> dict[str, Population]:
    """All populations without mistakes. Declares their names as domains, and the columns of their nodes."""
    populations = {}
    for name, spec in scenario.graphs.items():
        place = ROOT / "graphs" / name
        context.scope[name] = node(name)
        try:
            topology, columns = _topology(place, spec, context, folder)
        except WrongGraph as error:
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
    """The populations with all values per node that expressions can mention."""
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
        raise WrongGraph(f"expected a NetworkX graph or a Topology, got {found(spec.graph)}", "graph")
    kinds = [kind for kind in _KINDS if getattr(spec, kind) is not None]
    if len(kinds) != 1:
        got = ", got " + (" and ".join(kinds) if kinds else "none of them")
        raise WrongGraph(f"expected one of generator, edges, file{got}")
    (kind,) = kinds
    if kind != "generator" and spec.model_extra:
        key = next(iter(spec.model_extra))
        context.problems.unknown(place / key, "key", key, GraphSpec.model_fields, at_key=True)
    if spec.nodes is not None and kind not in ("edges", "file"):
        raise WrongGraph("belongs to a graph that is given by its edges or a file", "nodes")
    if kind == "generator":
        edge_list = from_generator(spec, place, context.problems)
    elif kind == "graph":
        edge_list = from_networkx(spec.graph)
    else:
        edge_list = from_lists(spec, folder) if kind == "edges" else from_file(spec, folder)
    faults = edge_list.faults()
    if faults:
        raise WrongGraph.of(GraphFaults(*faults), kind)
    _expect_nodes(len(edge_list.number))
    return _weighted(edge_list, place, spec, context), edge_list.values


def _expect_nodes(n: int) -> None:
    if n == 0:
        raise WrongGraph("expected a graph with at least one node, got an empty graph")


def _check_topology(topology: Topology) -> None:
    _expect_nodes(topology.n)
    ends = np.concatenate([topology.source, topology.target])
    if len(ends) and (ends.min() < 0 or ends.max() >= topology.n):
        raise WrongGraph(f"expected edges between the nodes 0 to {topology.n - 1}", "graph")
    if len(set(topology.labels)) != topology.n:
        raise WrongGraph(f"expected different names of the {topology.n} nodes", "graph")
    twice = repeated(topology.source, topology.target, True, topology.n)
    if twice:
        a, b = (topology.labels[int(end[twice[0][1]])] for end in (topology.source, topology.target))
        raise WrongGraph(f"the edge from {shown_node(a)} to {shown_node(b)} is there twice", "graph")
    if not np.isfinite(topology.weight).all():
        raise WrongGraph("expected finite weights", "graph")


def _weighted(edge_list: EdgeList, place: Place, spec: GraphSpec, context: Context) -> Topology:
    """The topology, with random weights if the key `weights` asks for them. An undirected edge acts in both directions
    with one weight."""
    if spec.weights is None:
        if spec.correlation is not None:
            raise WrongGraph("needs `weights`, a normal distribution", "correlation")
        return topology_of(edge_list)
    pairs, _ = edge_list.arrays()
    return topology_of(edge_list, _random_weights(place, spec, pairs, edge_list.directed, context))


def _random_weights(place: Place, spec: GraphSpec, pairs: Any, directed: bool, context: Context) -> Any:
    correlation = 0.0 if spec.correlation is None else spec.correlation
    if not is_number(correlation) or not -1 <= correlation <= 1:
        raise WrongGraph(f"expected a correlation from −1 to 1, got {found(correlation)}", "correlation")
    if spec.correlation is not None and not directed:
        raise WrongGraph("needs `directed: true`: an undirected edge has one weight", "correlation")
    if spec.correlation is not None and not str(spec.weights).strip().startswith("normal("):
        raise WrongGraph("needs weights of a normal distribution", "correlation")
    raw = str(spec.weights) if is_number(spec.weights) else spec.weights
    expr = context.one(place / "weights", raw, random=True, scope={})
    if expr is None:
        raise NotedGraph()
    values = random_weights(expr, pairs[:, 0], pairs[:, 1], directed, float(correlation), spec.seed)
    if not np.isfinite(values).all():
        raise WrongGraph("the weights are not finite numbers: check the parameters of the distribution", "weights")
    return values
