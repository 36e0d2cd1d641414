"""Finer and finer cells along a boundary, and only there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .lattice import Lattice, Node

Z95 = 1.959964


@dataclass(frozen=True)
class Refined:
    """spacing: the steps of the lattice along a side of the finest cells. cells: their lower left nodes, of those that
    the boundary crosses. looked_at: the number of cells whose corners were compared, by level. noise: whether
    refinement ended early because of it."""

    spacing: int
    cells: tuple[Node, ...]
    looked_at: tuple[int, ...]
    noise: bool


def refined(lattice: Lattice, start: int, levels: int) -> Refined:
    """Halve the cells that the boundary crosses `levels` times, beginning with start × start of them.

    A boundary leaves a cell through an edge whose ends differ, so the cell beyond that edge is looked at too, however
    coarse the cells around it still are. On every level the cells therefore form whole curves, which are closed or end
    at the border of the square, and their number grows like the curves' length over the width of a cell.

    Refinement ends early where the cells have become narrower than the 95 % half-width of the boundary's position.
    """
    spacing = lattice.size // start
    finest = spacing >> levels
    cells: Iterable[Node] = [(i * spacing, j * spacing) for i in range(start) for j in range(start)]
    looked_at: list[int] = []
    while True:
        crossed, count = _crossed(lattice, cells, spacing)
        looked_at.append(count)
        noise = bool(crossed) and _in_noise(lattice, crossed, spacing)
        if spacing == finest or noise or not crossed:
            return Refined(spacing, tuple(sorted(crossed)), tuple(looked_at), noise and spacing > finest)
        spacing //= 2
        cells = [(i + di, j + dj) for i, j in crossed for di in (0, spacing) for dj in (0, spacing)]


def corners(cell: Node, spacing: int) -> tuple[Node, Node, Node, Node]:
    """The corners of a cell, counterclockwise from the lower left."""
    i, j = cell
    return (i, j), (i + spacing, j), (i + spacing, j + spacing), (i, j + spacing)


def _crossed(lattice: Lattice, cells: Iterable[Node], spacing: int) -> tuple[list[Node], int]:
    """The cells with corners on different sides, among these and all that their boundaries lead to; and the number of
    cells that were looked at."""
    seen: set[Node] = set()
    crossed: list[Node] = []
    wave = sorted(set(cells))
    while wave:
        seen.update(wave)
        lattice.need(node for cell in wave for node in corners(cell, spacing))
        found: set[Node] = set()
        for cell in wave:
            beyond = _beyond(lattice, cell, spacing)
            if beyond:
                crossed.append(cell)
                found.update(beyond)
        wave = sorted(cell for cell in found - seen if all(0 <= k < lattice.size for k in cell))
    return crossed, len(seen)


def _beyond(lattice: Lattice, cell: Node, spacing: int) -> list[Node]:
    """The cells beyond those edges of a cell that the boundary crosses."""
    i, j = cell
    neighbours = ((i, j - spacing), (i + spacing, j), (i, j + spacing), (i - spacing, j))
    sides = [lattice.side[node] for node in corners(cell, spacing)]
    return [neighbours[k] for k in range(4) if sides[k] != sides[(k + 1) % 4]]


def _in_noise(lattice: Lattice, cells: list[Node], spacing: int) -> bool:
    """Whether in half of the cells or more the statistical half-width exceeds the cell's."""
    if not any(lattice.error.values()):
        return False
    ratios = []
    for cell in cells:
        nodes = corners(cell, spacing)
        a, b, c, d = (lattice.excess[node] for node in nodes)
        slope = np.hypot(b - a + c - d, d - a + c - b) / 2.0  # of the values, per cell
        error = np.mean([lattice.error[node] for node in nodes])
        ratios.append(Z95 * error / slope if slope > 0.0 else np.inf)
    return bool(np.median(ratios) > 1.0)
