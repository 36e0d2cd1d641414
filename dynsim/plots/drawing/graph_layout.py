"""The layout of the state graph: agents on a ring, everything else inside it, near the nodes that it touches.

Inside, edges attract and nodes repel each other (Fruchterman and Reingold 1991). The start is not random, so the same
system always has the same layout.
"""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np

from ...arrays import Floats

WIDE = 1.7  # the horizontal radius of the ring, which is an ellipse because screens are wide
INSIDE = 0.7  # the radius of the disc with the other nodes, relative to the ring's
ROUNDS = 150
LIGHT_WEIGHT = 0.2  # of a parameter, so that it hardly pushes variables away
WORK = 40_000_000  # pairs of nodes over all rounds


def positions(graph: nx.DiGraph, ring: Sequence[str], inner: Sequence[str]) -> dict[str, tuple[float, float]]:
    """(x, y) of every node. The ring reaches from −1 to 1 in y and from −WIDE to WIDE in x."""
    outer = circle(len(ring))
    number = {node: k for k, node in enumerate([*ring, *inner])}
    edges = [(number[a], number[b]) for a, b in graph.edges if a in number and b in number and a != b]
    place = np.concatenate([outer, _sunflower(len(inner))])
    mass = np.array([LIGHT_WEIGHT if graph.nodes[node]["kind"] == "parameter" else 1.0 for node in number])
    if inner:
        place = _relaxed(place, np.array(edges, dtype=int).reshape(-1, 2), len(ring), mass)
    return {node: (round(float(place[k, 0]) * WIDE, 3), round(float(place[k, 1]), 3)) for node, k in number.items()}


def circle(count: int) -> Floats:
    """Points on the unit circle, clockwise from the top, (count, 2); two stand side by side."""
    start = np.pi if count == 2 else np.pi / 2
    angle = start - 2 * np.pi * np.arange(count) / max(count, 1)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _sunflower(count: int) -> Floats:
    """Points spread evenly over the disc (Vogel 1979)."""
    k = np.arange(count)
    radius, angle = INSIDE * np.sqrt((k + 0.5) / max(count, 1)), k * np.pi * (3 - np.sqrt(5))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1) if count > 1 else np.zeros((count, 2))


def _relaxed(place: Floats, edges: np.ndarray, fixed: int, mass: Floats) -> Floats:
    """The positions after all rounds; the first `fixed` nodes do not move. The preferred distance grows with the room
    per node, and a node repels others in proportion to its mass."""
    count = len(place) - fixed
    distance = 0.9 * INSIDE * np.sqrt(np.pi / count)
    degree = np.maximum(np.bincount(edges.ravel(), minlength=len(place)), 1)[fixed:, None]
    for round_number in range(min(ROUNDS, WORK // len(place) ** 2)):
        apart = place[fixed:, None] - place[None]
        squares = (apart**2).sum(axis=2) + 1e-9
        push = (apart * (distance**2 / squares * np.exp(-squares / (3 * distance) ** 2) * mass)[:, :, None]).sum(axis=1)
        pull = np.zeros_like(place)
        along = place[edges[:, 1]] - place[edges[:, 0]]
        np.add.at(pull, edges[:, 0], along)
        np.add.at(pull, edges[:, 1], -along)
        step = push + pull[fixed:] / degree
        size = np.linalg.norm(step, axis=1, keepdims=True) + 1e-12
        place[fixed:] += step / size * np.minimum(size, 0.15 * (1 - round_number / ROUNDS))
        radius = np.linalg.norm(place[fixed:], axis=1, keepdims=True)
        place[fixed:] *= np.minimum(1.0, INSIDE / np.maximum(radius, 1e-12))
    return place


def curve(a: tuple[float, float], b: tuple[float, float], bend: float) -> tuple[list[float | None], list[float | None]]:
    """x and y of seven points on a quadratic Bézier curve from a to b that bends to the right, and None, which ends
    it."""
    start, end = np.array(a), np.array(b)
    along = end - start
    middle = (start + end) / 2 + bend * np.array([along[1], -along[0]])
    s = np.linspace(0.0, 1.0, 7)[:, None]
    points = (1 - s) ** 2 * start + 2 * s * (1 - s) * middle + s**2 * end
    x, y = ([round(float(v), 3) for v in column] for column in points.T)
    return [*x, None], [*y, None]
