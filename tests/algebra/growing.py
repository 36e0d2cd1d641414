"""Random smooth expressions over scalars and two populations, for tests of what holds for every expression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dynsim.algebra import functions as f
from dynsim.algebra import leaves
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.structural import named
from dynsim.algebra.topology import Topology

SIZES = {"net": (5, 11), "ring": (3, 4)}


@dataclass
class Grown:
    """A graph, its variables (two scalars, two per population), topologies, and a pool of random expressions."""

    graph: Graph
    variables: list[Expr]
    topologies: dict[str, Topology]
    scalars: list[Expr]
    nodes: dict[str, list[Expr]]

    def values(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {v.name: rng.normal(size=self.shape(v)) for v in self.variables}

    def shape(self, e: Expr) -> tuple[int, ...]:
        return () if e.domain.kind == "scalar" else (self.topologies[e.domain.population].n,)


def random_topology(rng: np.random.Generator, n: int, m: int) -> Topology:
    """m distinct directed edges without loops; the last node gets no incoming edge."""
    pairs = [(i, j) for i in range(n) for j in range(n - 1) if i != j]
    chosen = rng.permutation(len(pairs))[:m]
    source, target = np.array([pairs[k] for k in chosen]).T
    return Topology.build(n, source, target, rng.normal(size=len(chosen)))


def grow(seed: int, size: int = 30, *, outgoing: bool = True) -> Grown:
    """`size` random operations on random earlier values. Everything is smooth and of moderate size."""
    rng = np.random.default_rng(seed)
    graph = Graph()
    scalars = [graph.symbol("a"), graph.symbol("b")]
    nodes = {p: [graph.symbol(f"{p}.{s}", node(p)) for s in "uv"] for p in SIZES}
    variables = scalars + [v for own in nodes.values() for v in own]
    topologies = {p: random_topology(rng, *nm) for p, nm in SIZES.items()}
    grown = Grown(graph, variables, topologies, list(scalars), {p: list(v) for p, v in nodes.items()})
    for k in range(size):
        population = ("net", "ring")[rng.integers(2)]
        own = grown.nodes[population]
        if rng.random() < 0.35:
            new = _scalar(rng, grown.scalars, own)
            grown.scalars.append(named(new, f"named{k}") if rng.random() < 0.3 else new)
        else:
            own.append(_node(rng, grown.scalars, own, outgoing))
    return grown


def _pick(rng: np.random.Generator, pool: list[Expr]) -> Expr:
    return pool[-1 - int(rng.integers(min(len(pool), 6)))]


def _combine(rng: np.random.Generator, x: Expr, y: Expr) -> Expr:
    choices = (
        lambda: f.tanh(x * y), lambda: f.sin(x) + y * 0.5, lambda: x / (y * y + 1.5), lambda: f.sigmoid(x - y) * 2,
        lambda: f.softplus(x) - f.cos(y), lambda: f.exp(-(x * x)) * y, lambda: (f.tanh(x) + 2) ** f.sigmoid(y),
        lambda: f.where(x < y + 100, f.tanh(x) * y, y), lambda: -x + f.sqrt(y * y + 1),
        lambda: f.log(x * x + 2) * 3 - y,
    )
    return choices[rng.integers(len(choices))]()


def _scalar(rng: np.random.Generator, scalars: list[Expr], nodes: list[Expr]) -> Expr:
    x, u = _pick(rng, scalars), _pick(rng, nodes)
    choices = (lambda: _combine(rng, x, _pick(rng, scalars)), lambda: f.mean(u), lambda: f.tanh(f.sum_(u * x)))
    return choices[rng.integers(len(choices))]()


def _node(rng: np.random.Generator, scalars: list[Expr], nodes: list[Expr], outgoing: bool) -> Expr:
    x, u, v = _pick(rng, scalars), _pick(rng, nodes), _pick(rng, nodes)
    weight = leaves.weight(u.graph, u.domain.population)
    choices = [
        lambda: _combine(rng, u, v), lambda: _combine(rng, x, u), lambda: _combine(rng, u, x),
        lambda: f.tanh(f.sum_neighbors(weight * _combine(rng, f.neighbor(u), v))),
        lambda: f.mean_neighbors(_combine(rng, f.neighbor(u) * weight, x)),
        lambda: f.max_neighbors(weight + f.tanh(f.neighbor(u))) + v, lambda: f.degree(u) * 0.3 - f.tanh(u),
    ]
    if outgoing:
        choices.append(lambda: f.tanh(f.sum_outgoing(f.neighbor(u) * v)))
    return choices[rng.integers(len(choices))]()
