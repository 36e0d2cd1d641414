"""A graph as its source lists it: nodes, and edges with the places where they were found, for error messages."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...algebra.topology import Topology
from ..grammar.fields import is_number, plain
from ..grammar.problems import found

SHOWN = 20
"""Number of mistakes of one graph that are listed; the others are only counted."""

LOOP = "only a graph with `directed: true` may have one"


Fault = tuple[str, int | None]
"""A message, and the number of the edge that it is about; None if it is not about a single edge."""


class GraphFaults(ValueError):
    """Every mistake in a graph, in order; beyond SHOWN they are only counted."""

    def __init__(self, *faults: Fault) -> None:
        more = len(faults) - SHOWN
        self.faults = [*faults[:SHOWN], *([(f"and {more:,} more mistakes like these", None)] if more > 0 else [])]
        super().__init__("\n".join(message for message, _ in self.faults))


def fault(message: str) -> GraphFaults:
    """The error for one mistake that is not about a single edge."""
    return GraphFaults((message, None))


@dataclass
class EdgeList:
    """Nodes in the order of their first appearance, and edges as node numbers with weights.

    number: node → its number. source, target, weight, place: one entry per edge. place: where the edge was found;
    `where` turns it into words ("in line {}"). values: column name → one value per node, None for no value. file: name
    of the file in messages; "" if there is none.
    """

    directed: bool
    number: dict[Hashable, int] = field(default_factory=dict)
    source: list[int] = field(default_factory=list)
    target: list[int] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    place: list[Any] = field(default_factory=list)
    where: str = "in line {}"
    values: dict[str, Sequence[Any]] = field(default_factory=dict)
    file: str = ""

    def node(self, name: Hashable) -> int:
        return self.number.setdefault(name, len(self.number))

    def add(self, a: Hashable, b: Hashable, weight: float, place: Any = None) -> None:
        self.source.append(self.node(a))
        self.target.append(self.node(b))
        self.weight.append(weight)
        self.place.append(place)

    def faults(self) -> list[Fault]:
        """The mistakes in the graph as a whole: nodes with the same name as text, self-loops of an undirected graph,
        and edges listed twice."""
        names = [*self.number]
        labels = {str(name) for name in names}
        wrong: list[Fault] = [] if len(labels) == len(names) else [(text, None) for text in _same_names(names)]
        source, target = np.array(self.source, np.int64), np.array(self.target, np.int64)
        of_edges: list[tuple[str, int]] = []
        if not self.directed:
            for k in np.flatnonzero(source == target).tolist():
                message = f"the node {shown_node(names[source[k]])} has an edge to itself: {LOOP}"
                of_edges.append((self._at(k, message), k))
        twice = repeated(source, target, self.directed, len(names))
        for first, again in twice:
            of_edges.append((self._at(again, self._twice(names, first, again)), again))
        return wrong + sorted(of_edges, key=lambda fault: fault[1])

    def _twice(self, names: list[Hashable], first: int, again: int) -> str:
        a, b = shown_node(names[self.source[again]]), shown_node(names[self.target[again]])
        turned = " the other way round," if self.source[first] != self.source[again] else ""
        place = self.where.format(self.place[first])
        then = "" if self.file or self.where.startswith("as") else f", then {self.where.format(self.place[again])}"
        return f"the edge from {a} to {b} is listed twice, first{turned} {place}{then}"

    def _at(self, k: int, message: str) -> str:
        place = self.where.format(self.place[k]).removeprefix("in ")
        return f"{place} of {self.file}: {message}" if self.file else message

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The arcs as pairs (m, 2) and weights (m,), sorted by (source, target); an undirected edge gives two arcs."""
        pairs = np.array([self.source, self.target], np.int64).reshape(2, -1).T
        weight = np.array(self.weight, float)
        if not self.directed:
            pairs, weight = np.concatenate([pairs, pairs[:, ::-1]]), np.concatenate([weight, weight])
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        return pairs[order], weight[order]


def repeated(
    source: NDArray[np.int64], target: NDArray[np.int64], directed: bool, n: int
) -> list[tuple[int, int]]:
    """(first, again): the positions of every repeated edge and of its first occurrence. If not directed, a → b equals
    b → a. n: number of nodes."""
    a, b = (source, target) if directed else (np.minimum(source, target), np.maximum(source, target))
    key = a * max(n, 1) + b
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1]) + 1
    starts: dict[int, int] = {}
    for k in same.tolist():
        starts.setdefault(int(key[order[k]]), int(order[k - 1]))
    return [(starts[int(key[order[k]])], int(order[k])) for k in same.tolist()]


def _same_names(names: list[Hashable]) -> Iterable[str]:
    first: dict[str, Hashable] = {}
    for name in names:
        if str(name) in first:
            yield f"two nodes have the same name as text: {shown_node(first[str(name)])} and {shown_node(name)}"
        first.setdefault(str(name), name)


def shown_node(name: Any) -> str:
    """A node in a message: text is quoted."""
    return found(name if isinstance(name, str | int) else f"{name}")


def finite(value: Any) -> float | None:
    """The value as a finite float; None for text, truth values, and numbers that a float cannot hold."""
    value = plain(value)
    try:
        return float(value) if is_number(value) and math.isfinite(value) else None
    except OverflowError:
        return None


def topology_of(edge_list: EdgeList, weights: NDArray[np.float64] | None = None) -> Topology:
    """The topology of an edge list without faults. weights: of the sorted arcs, instead of the list's own."""
    pairs, own = edge_list.arrays()
    labels = tuple(map(str, edge_list.number))
    return Topology.build(len(labels), pairs[:, 0], pairs[:, 1], own if weights is None else weights, labels)
