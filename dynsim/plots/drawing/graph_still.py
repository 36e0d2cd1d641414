"""The fixed parts of the state graph: the nodes and the edges between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from .graph_layout import positions
from .style import GREEN, GREY, INK, LIGHT, ORANGE, PURPLE, SKY, YELLOW, label

LABELLED = 60  # the most nodes that all have names; in larger graphs only hubs have them
HUBS = 24  # nodes with names in a large graph
RING = 40  # the most agents that all have names in a large graph
CROWDED = 14  # with more agents than this, names stand along the ring's radius

# Kinds of node: words, symbol, colour, size.
NODES = {
    "agent": ("agent", "circle", INK, 22),
    "state": ("state variable", "circle", SKY, 18),
    "population-state": ("population", "hexagon2", PURPLE, 20),
    "derived": ("derived value", "square", GREEN, 11),
    "parameter": ("parameter", "diamond", LIGHT, 10),
    "event": ("event", "triangle-up", YELLOW, 13),
    "phase": ("phase", "triangle-right", YELLOW, 13),
    "selection": ("selection", "star", ORANGE, 16),
}
# Kinds of edge: words, colour, dash.
EDGES = (
    ("reads", ("reads", "flow"), LIGHT, "dot"),
    ("writes", ("writes", "silences"), GREY, "solid"),
    ("credit", ("credit",), PURPLE, "dash"),
    ("inherited", ("inherits",), ORANGE, "dash"),
    ("seen learning", ("learning",), PURPLE, "dot"),
)


@dataclass(frozen=True)
class Still:
    """The fixed parts: the nodes with their positions, and the edges between them. agents: nodes by the agents' names.
    named: the nodes with a name beside them."""

    graph: nx.DiGraph
    place: dict[str, tuple[float, float]]
    agents: dict[str, str]
    named: frozenset[str]

    @staticmethod
    def of(graph: nx.DiGraph) -> Still:
        kinds = {node: str(kind) for node, kind in graph.nodes(data="kind")}
        agents = {str(graph.nodes[n].get("name", n)): n for n in graph if kinds[n] == "agent"}
        large = len(graph) > LABELLED
        inner = [n for n in graph if kinds[n] != "agent" and not (large and kinds[n] == "parameter")]
        place = positions(graph, list(agents.values()), inner)
        named = sorted(place, key=lambda n: (-graph.degree(n), n))
        if large:
            ring = list(agents.values()) if len(agents) <= RING else []
            named = [*named[:HUBS], *ring]
        return Still(graph, place, agents, frozenset(named))

    def extent(self) -> tuple[float, float]:
        """The range of the y axis, with all nodes and their names."""
        room = 0.42 if len(self.agents) > CROWDED else 0.25
        y = [at[1] for at in self.place.values()]
        return min(y) - room, max(y) + room

    def kind(self, node: str) -> str:
        return str(self.graph.nodes[node]["kind"])

    def nodes(self) -> list[dict[str, Any]]:
        """One trace per kind of node."""
        found = []
        for kind, (name, symbol, colour, size) in NODES.items():
            here = [n for n in self.place if self.kind(n) == kind]
            if here:
                beside = [kind != "agent" and n in self.named for n in here]
                found.append({
                    "type": "scatter", "mode": "markers+text", "x": [self.place[n][0] for n in here],
                    "y": [self.place[n][1] for n in here], "name": name, "textposition": "top center",
                    "text": [label(n, 20) if shown else "" for n, shown in zip(here, beside, strict=True)],
                    "textfont": {"size": 11, "color": INK}, "hovertext": [self._about(n) for n in here],
                    "hovertemplate": "%{hovertext}<extra></extra>",
                    "marker": {
                        "symbol": symbol, "color": colour, "size": size, "line": {"color": "#ffffff", "width": 1.5},
                    },
                })
        return found

    def _about(self, node: str) -> str:
        kind = NODES[self.kind(node)][0]
        rule = self.graph.nodes[node].get("rule")
        return f"<b>{label(node)}</b><br>{kind}" + (f", learns by {label(rule)}" if rule else "")

    def edges(self) -> list[dict[str, Any]]:
        """One trace for each kind of edge, with small arrows on the way."""
        found = []
        for name, kinds, colour, dash in EDGES:
            pairs = [
                (a, b) for a, b in self.graph.edges
                if self.graph.edges[a, b]["kind"] in kinds and a in self.place and b in self.place and a != b
            ]
            if pairs:
                found.append(self._lines(pairs, name, colour, dash))
        return found

    def _lines(self, pairs: Sequence[tuple[str, str]], name: str, colour: str, dash: str) -> dict[str, Any]:
        x: list[float | None] = []
        y: list[float | None] = []
        for a, b in pairs:
            (xa, ya), (xb, yb) = self.place[a], self.place[b]
            x += [xa, round((xa + 2 * xb) / 3, 3), xb, None]
            y += [ya, round((ya + 2 * yb) / 3, 3), yb, None]
        return {
            "type": "scatter", "mode": "lines+markers", "x": x, "y": y, "name": name, "hoverinfo": "skip",
            "line": {"color": colour, "width": 1, "dash": dash}, "opacity": 0.45 if len(self.graph) > LABELLED else 1.0,
            "marker": {
                "symbol": "arrow", "angleref": "previous", "color": colour, "size": [0, 9, 0, 0] * len(pairs),
                "line": {"width": 0}, "opacity": 1,
            },
        }

    def labels(self) -> list[dict[str, Any]]:
        """The agents' names outside the ring; along its radius if there are many."""
        radial = len(self.agents) > CROWDED
        return [
            _label(name, *self.place[node], radial=radial) for name, node in self.agents.items() if node in self.named
        ]


def _label(name: str, x: float, y: float, radial: bool) -> dict[str, Any]:
    """A name beside (x, y), on the outer side."""
    text = f"<b>{label(name, 24)}</b>"
    common: dict[str, Any] = {"x": x, "y": y, "text": text, "showarrow": False, "font": {"size": 11 if radial else 13}}
    if radial:
        angle = float(np.degrees(np.arctan2(y, x)))
        reach = 16 + 3.1 * min(len(name), 24)  # to the middle of the text
        return common | {
            "textangle": -angle if abs(angle) <= 90 else float(np.copysign(180, angle)) - angle,
            "xanchor": "center", "yanchor": "middle",
            "xshift": reach * np.cos(np.radians(angle)), "yshift": reach * np.sin(np.radians(angle)),
        }
    if abs(y) > 0.9:
        return common | {"xanchor": "center", "yanchor": "bottom" if y > 0 else "top", "yshift": 12 * np.sign(y)}
    side = 1 if x >= 0 else -1
    return common | {"xanchor": "left" if side > 0 else "right", "yanchor": "middle", "xshift": 14 * side}
