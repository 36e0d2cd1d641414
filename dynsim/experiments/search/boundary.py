"""The boundary over two parameters: the curves along which a quantity crosses a level or a category changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Floats
from ...errors import InputError
from .curves import Edge, Pair, Path, paths, positions
from .lattice import Evaluate, Lattice, Measured
from .refinement import Z95, Refined, corners, refined
from .scale import Scale

__all__ = ["Boundary", "Curve", "Evaluate", "Measured", "Scale", "boundary"]


HALVINGS = 2
"""How often the edges of the finest cells are halved for numbers. Interpolated in wide cells, a curve is off where the
values bend, as they do where a motion that grows is bounded."""


@dataclass(frozen=True)
class Curve:
    """One connected piece of a boundary.

    points (m, 2): its vertices. low, high (m, 2): the ends of the interval of each. A vertex lies on an edge of the
    finest cells, between the two points on different sides that are closest to it. Noise moves it at right angles to
    the curve, by the 95 % half-width of the position, if that is longer.
    between: the two sides: categories, or `above` and `below` the level, or `failed`. closed: whether it returns to its
    first point; otherwise it ends at the border of the ranges, or where more than two sides meet.
    """

    points: Floats
    low: Floats
    high: Floats
    between: Pair
    closed: bool


@dataclass(frozen=True)
class Boundary:
    """All curves in the ranges.

    cell: the width of the finest cells along both axes, as a part of the ranges: no curve is known more exactly in
    position than the values at the corners of such a cell tell. message: what a reader has to know of the result, ""
    if nothing. cells: the number of cells that were looked at, level by level. points (K, 2), sides (K,): every point
    that was evaluated, and to which side it belongs.
    """

    curves: tuple[Curve, ...]
    cell: float
    message: str
    cells: tuple[int, ...]
    points: Floats
    sides: tuple[str, ...]


def boundary(
    evaluate: Evaluate, x: Scale, y: Scale, level: float | None = None, *, start: int = 8, levels: int = 4
) -> Boundary:
    """The boundary over two parameters, by halving the cells that it crosses (a quadtree along a curve).

    evaluate: of points (K, 2) their values, with standard errors where they are means. level: where numbers change
    sides; without it values are categories. start: the first cells along each axis. levels: how often cells are halved,
    so that the finest are 1/(start·2^levels) of the ranges wide. The work doubles with every level, as the number of
    cells along a curve does.

    An island smaller than the first cells may lie between their corners, and is then missed: `start` decides that. On
    the edges of the finest cells, the change of a category is located by halving them `levels` times more, and the
    crossing of a level by halving them twice and interpolating in what is left. For a category that chance decides,
    take its share over replicas and the level 0.5.
    """
    if start < 1 or levels < 0:
        raise InputError(f"expected a start of 1 cell or more and 0 levels or more, got {start} and {levels}")
    halvings = levels if level is None else HALVINGS
    lattice = Lattice(evaluate, (x, y), start << (levels + halvings), level)
    refinement = refined(lattice, start, levels)
    found = paths(lattice, refinement)
    edges = sorted({edge for path in found for edge in path.vertices})
    at, ends = positions(lattice, edges, 0 if refinement.noise else halvings)
    places = dict(zip(edges, np.stack([at, *_intervals(lattice, refinement, edges, at, ends)], axis=1), strict=True))
    nodes = list(lattice.side)
    return Boundary(
        tuple(_curve(lattice, path, places) for path in found), refinement.spacing / lattice.size,
        _message(found, lattice, refinement, start), refinement.looked_at,
        lattice.points(np.array(nodes, dtype=float)), tuple(lattice.side.values()),
    )


def _curve(lattice: Lattice, path: Path, places: dict[Edge, Floats]) -> Curve:
    at, low, high = np.stack([places[edge] for edge in path.vertices], axis=1)
    return Curve(lattice.points(at), lattice.points(low), lattice.points(high), path.between, path.closed)


def _intervals(
    lattice: Lattice, refinement: Refined, edges: list[Edge], at: Floats, ends: Floats
) -> tuple[Floats, Floats]:
    """The ends of the interval of each vertex (m, 2), in steps. ends (m, 2, 2): the points on both sides of it."""
    shifts = _half_widths(lattice, refinement)
    shift = np.array([shifts.get(edge, np.zeros(2)) for edge in edges]).reshape(-1, 2)
    low, high = (np.clip(at + sign * shift, 0.0, lattice.size) for sign in (-1.0, 1.0))
    longer = (np.hypot(*(ends[:, 1] - ends[:, 0]).T) > np.hypot(*(high - low).T))[:, np.newaxis]
    return np.where(longer, ends[:, 0], low), np.where(longer, ends[:, 1], high)


def _half_widths(lattice: Lattice, refinement: Refined) -> dict[Edge, Floats]:
    """By crossed edge the displacement z·se·∇g/|∇g|², in steps: how far the curve moves if values change by z·se. The
    mean over the cells on both sides of the edge. Where the slope is lost in noise, it is as wide as the square."""
    if not any(lattice.error.values()):
        return {}
    found: dict[Edge, list[Floats]] = {}
    for cell in refinement.cells:
        nodes = corners(cell, refinement.spacing)
        a, b, c, d = (lattice.excess[node] for node in nodes)
        slope = np.array([b - a + c - d, d - a + c - b]) / (2.0 * refinement.spacing)
        steep = float(np.hypot(*slope))
        error = float(np.mean([lattice.error[node] for node in nodes]))
        if not steep > 0.0:
            continue
        width = min(Z95 * error / steep, float(lattice.size))
        for first, second in zip(nodes, (*nodes[1:], nodes[0]), strict=True):
            found.setdefault((min(first, second), max(first, second)), []).append(width * slope / steep)
    return {edge: np.mean(widths, axis=0) for edge, widths in found.items()}


def _message(found: list[Path], lattice: Lattice, refinement: Refined, start: int) -> str:
    if not found:
        (side,) = set(lattice.side.values())
        where = f"{side} the level {lattice.level:g}" if side in ("above", "below") else side
        return f"all of {start + 1} × {start + 1} points are {where}; islands between them may be missed"
    if refinement.noise:
        return "refinement ended early: finer cells would follow the noise; more replicas make the boundary sharper"
    return ""
