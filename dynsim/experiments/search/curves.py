"""From cells that a boundary crosses to curves (marching squares, Lorensen & Cline 1987 in two dimensions)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from ...arrays import Floats
from .lattice import Lattice, Node
from .refinement import Refined, corners

Pair = tuple[str, str]
Edge = tuple[Node, Node]
"""An edge that the boundary crosses, by its ends in ascending order; of a point where several sides meet, the cell and
its opposite corner. Either has its vertex of a curve in the middle."""
End = tuple[Edge, Pair]


@dataclass(frozen=True)
class Path:
    """Vertices in their order along one curve. between: the two sides that it separates, sorted. closed: whether the
    last vertex is joined to the first."""

    between: Pair
    vertices: tuple[Edge, ...]
    closed: bool


@dataclass
class _Joined:
    """Which vertices are neighbours on a curve."""

    neighbours: dict[End, list[End]] = field(default_factory=lambda: defaultdict(list))

    def join(self, a: Edge, b: Edge, pair: Pair) -> None:
        self.neighbours[a, pair].append((b, pair))
        self.neighbours[b, pair].append((a, pair))


def paths(lattice: Lattice, refinement: Refined) -> list[Path]:
    """The curves through the refined cells: first those that end at the border or where several sides meet, then the
    closed ones, in the order of their first vertices."""
    joined = _Joined()
    for cell in refinement.cells:
        _join(lattice, cell, refinement.spacing, joined)
    found: list[Path] = []
    left = set(joined.neighbours)
    open_first = sorted(left, key=lambda end: (len(joined.neighbours[end]) != 1, end))
    for start in open_first:
        if start in left:
            found.append(_walk(start, joined.neighbours, left))
    return found


def _walk(start: End, neighbours: dict[End, list[End]], left: set[End]) -> Path:
    """The curve from `start` to its other end, or around. Its vertices are taken out of `left`."""
    vertices = []
    here: End | None = start
    while here is not None:
        left.discard(here)
        vertices.append(here[0])
        here = next((end for end in neighbours[here] if end in left), None)
    return Path(start[1], tuple(vertices), len(neighbours[start]) == 2)


def _join(lattice: Lattice, cell: Node, spacing: int, joined: _Joined) -> None:
    """The pieces of curves within one cell."""
    nodes = corners(cell, spacing)
    sides = [lattice.side[node] for node in nodes]
    crossed = [k for k in range(4) if sides[k] != sides[(k + 1) % 4]]
    edges = {k: _edge(nodes[k], nodes[(k + 1) % 4]) for k in crossed}
    pairs = {k: _pair(sides[k], sides[(k + 1) % 4]) for k in crossed}
    if len(crossed) == 2:
        a, b = crossed
        joined.join(edges[a], edges[b], pairs[a])
    elif len(crossed) == 4 and (sides[0] == sides[2] or sides[1] == sides[3]):
        for k in _cut_off(lattice, nodes, sides):
            joined.join(edges[k - 1 if k else 3], edges[k], pairs[k])
    else:  # three or four sides meet
        middle = (nodes[0], nodes[2])
        for k in crossed:
            joined.join(edges[k], middle, pairs[k])


def _cut_off(lattice: Lattice, nodes: tuple[Node, ...], sides: list[str]) -> tuple[int, int]:
    """The two opposite corners that curves cut off, where the other two are on one side and so belong together. Where
    both pairs are, the mean of the corners says which one the middle belongs to; of categories, the first by name."""
    both = sides[0] == sides[2] and sides[1] == sides[3]
    if not both:
        return (1, 3) if sides[0] == sides[2] else (0, 2)
    middle = min(sides)
    if all(np.isfinite(lattice.excess.get(node, np.nan)) for node in nodes):
        middle = "above" if sum(lattice.excess[node] for node in nodes) >= 0.0 else "below"
    return (1, 3) if sides[0] == middle else (0, 2)


def _edge(a: Node, b: Node) -> Edge:
    return (a, b) if a < b else (b, a)


def _pair(a: str, b: str) -> Pair:
    return (a, b) if a < b else (b, a)


def positions(lattice: Lattice, edges: list[Edge], halvings: int) -> tuple[Floats, Floats]:
    """Where the curves cross the edges, in steps of the lattice, (m, 2); and the ends between which they do, (m, 2, 2).

    An edge is halved so many times, as far as the lattice goes. Within what is left numbers are interpolated linearly.
    """
    brackets = list(edges)
    crossed = [k for k, (a, b) in enumerate(edges) if 0 in np.subtract(a, b)]  # not where several sides meet
    for _ in range(halvings):
        middles = {k: _middle(brackets[k]) for k in crossed}
        lattice.need(middles.values())
        for k, middle in middles.items():
            a, b = brackets[k]
            brackets[k] = (middle, b) if lattice.side[middle] == lattice.side[a] else (a, middle)
    ends = np.array(brackets, dtype=float).reshape(-1, 2, 2)
    at = ends.mean(axis=1)
    if lattice.level is not None:
        for k in crossed:
            a, b = brackets[k]
            share = lattice.excess[a] / (lattice.excess[a] - lattice.excess[b])
            if np.isfinite(share):
                at[k] = np.add(a, share * np.subtract(b, a))
    return at, ends


def _middle(edge: Edge) -> Node:
    (i, j), (k, m) = edge
    return (i + k) // 2, (j + m) // 2
