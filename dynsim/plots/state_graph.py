"""The state graph over time: who touches what, who harms whom, and what is fought over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from plotly.graph_objects import Figure

from .data import Floats, ReportData
from .graph_layout import WIDE, curve, positions
from .ledger import pair_effects
from .registry import figure
from .series import averaged, items, starts, times, values
from .style import BLUE, DIVERGING, GREEN, GREY, INK, LIGHT, ORANGE, PURPLE, SKY, YELLOW, label, styled
from .words import number

FRAMES = 40
EFFECTS = 60  # ordered pairs of agents
LABELLED = 60  # nodes: in larger graphs only hubs have their names
HUBS = 24
FAINTEST = 0.02  # effects below are not drawn

# Of the normalised ledger: colour, width and words for each class, with the value it begins at.
CLASSES = (
    (0.5, DIVERGING[6], 5.0, "harm over 0.5"), (0.2, DIVERGING[5], 3.0, "harm 0.2–0.5"), (FAINTEST, DIVERGING[5], 1.2, "harm under 0.2"),
    (FAINTEST, DIVERGING[1], 1.2, "help under 0.2"), (0.2, DIVERGING[1], 3.0, "help 0.2–0.5"), (0.5, DIVERGING[0], 5.0, "help over 0.5"),
)
NODES = {
    "agent": ("agent", "circle", INK, 22),
    "state": ("state variable", "circle", SKY, 18),
    "population-state": ("population", "hexagon2", PURPLE, 20),
    "derived": ("derived value", "square", GREEN, 11),
    "parameter": ("parameter", "diamond", LIGHT, 10),
    "event": ("event", "triangle-up", YELLOW, 12),
}
CONTESTED = ("state", "population-state")


@figure(
    "state_graph", order=30, heading="Who touches what, and who harms whom?",
    caption="Thin grey lines: what is read and written. Coloured arrows between agents: each one's effect on the other's "
    "objective, normalised to [−1, 1], mean over replicas. Orange ring: how contested a variable is. Move the slider.",
)
def state_graph(data: ReportData) -> Figure | str:
    """The state graph with the normalised ledger on agent → agent edges and the contest as rings around state
    variables, at up to FRAMES times chosen by a slider."""
    if not data.graph:
        return "The system has no variables and no agents."
    drawing = _Drawing.of(data)
    effects = _Effects.of(data, drawing)
    rings = _Rings.of(data, drawing)
    frames = [[*effects.lines(k), effects.arrows(k), *rings.traces(k)] for k in range(len(effects.at))]
    fixed = [*drawing.edges(), *drawing.nodes()]
    sliders = [_slider(data.clock, effects.at, frames, len(fixed))] if len(frames) > 1 else []
    return styled(
        [*fixed, *(frames[0] if frames else [])], 690, effects.subtitle, sliders=sliders, annotations=drawing.labels(),
        xaxis={"visible": False, "range": [-WIDE - 0.55, WIDE + 0.55], "constrain": "domain"},
        yaxis={"visible": False, "range": [-1.3, 1.3], "scaleanchor": "x"},
        margin={"l": 8, "r": 8, "t": 84, "b": 20}, hovermode="closest",
    )


@dataclass(frozen=True)
class _Drawing:
    """What does not move: nodes with their places, and the edges between them."""

    graph: nx.DiGraph
    place: dict[str, tuple[float, float]]
    agents: dict[str, str]
    named: frozenset[str]

    @staticmethod
    def of(data: ReportData) -> _Drawing:
        graph = data.graph
        agents = {str(graph.nodes[n].get("name", n)): n for n in graph if graph.nodes[n]["kind"] == "agent"}
        large = len(graph) > LABELLED
        inner = [n for n in graph if graph.nodes[n]["kind"] != "agent" and not (large and graph.nodes[n]["kind"] == "parameter")]
        place = positions(graph, list(agents.values()), inner)
        by_degree = sorted(place, key=lambda n: (-graph.degree(n), n))
        return _Drawing(graph, place, agents, frozenset(by_degree[:HUBS] if large else by_degree))

    def kind(self, node: str) -> str:
        return str(self.graph.nodes[node]["kind"])

    def nodes(self) -> list[dict[str, Any]]:
        """One trace per kind of node."""
        found = []
        for kind, (name, symbol, colour, size) in NODES.items():
            here = [n for n in self.place if self.kind(n) == kind]
            if here:
                inside = [n in self.named and kind != "agent" for n in here]
                found.append({
                    "type": "scatter", "mode": "markers+text", "x": [self.place[n][0] for n in here],
                    "y": [self.place[n][1] for n in here], "name": name, "textposition": "top center",
                    "text": [label(n, 20) if shown else "" for n, shown in zip(here, inside, strict=True)],
                    "textfont": {"size": 11, "color": INK}, "hovertext": [self._about(n) for n in here],
                    "hovertemplate": "%{hovertext}<extra></extra>",
                    "marker": {"symbol": symbol, "color": colour, "size": size, "line": {"color": "#ffffff", "width": 1.5}},
                })
        return found

    def _about(self, node: str) -> str:
        kind = NODES.get(self.kind(node), (self.kind(node),))[0]
        rule = self.graph.nodes[node].get("rule")
        return f"<b>{label(node)}</b><br>{kind}" + (f", learns by {label(rule)}" if rule else "")

    def edges(self) -> list[dict[str, Any]]:
        """What is read and what is written, as one trace each, with small arrows in the middle."""
        faded = len(self.graph) > LABELLED
        found = []
        for name, kinds, colour, dash in (
            ("reads", ("reads", "flow"), LIGHT, "dot"), ("writes", ("writes", "silences"), GREY, "solid"),
            ("credit", ("credit",), PURPLE, "dash"),
        ):
            pairs = [
                (a, b) for a, b, kind in self.graph.edges(data="kind")
                if kind in kinds and a in self.place and b in self.place and a != b
            ]
            if pairs:
                found.append(self._lines(pairs, name, colour, dash, 0.35 if faded else 1.0))
        return found

    def _lines(self, pairs: Sequence[tuple[str, str]], name: str, colour: str, dash: str, opacity: float) -> dict[str, Any]:
        x: list[float | None] = []
        y: list[float | None] = []
        for a, b in pairs:
            (xa, ya), (xb, yb) = self.place[a], self.place[b]
            x += [xa, (xa + 2 * xb) / 3, xb, None]
            y += [ya, (ya + 2 * yb) / 3, yb, None]
        return {
            "type": "scatter", "mode": "lines+markers", "x": rounded(x), "y": rounded(y), "name": name, "hoverinfo": "skip",
            "line": {"color": colour, "width": 1, "dash": dash}, "opacity": opacity,
            "marker": {
                "symbol": "arrow", "angleref": "previous", "color": colour, "size": [0, 7, 0, 0] * len(pairs),
                "line": {"width": 0},
            },
        }

    def labels(self) -> list[dict[str, Any]]:
        """The agents' names outside the ring; along its radius where there are many."""
        radial = len(self.agents) > 14
        found = []
        for name, node in self.agents.items():
            if node not in self.named:
                continue
            x, y = self.place[node]
            angle = np.degrees(np.arctan2(y, x))
            turned = {"textangle": float(-angle if abs(angle) <= 90 else 180 - angle)} if radial else {}
            found.append({
                "x": x, "y": y, "text": f"<b>{label(name, 24)}</b>", "showarrow": False, "font": {"size": 13 if not radial else 11},
                "xanchor": "left" if x > 0.05 else "right" if x < -0.05 else "center", "xshift": 14 * np.sign(round(x, 2)),
                "yanchor": "middle" if abs(y) < 0.9 else "bottom" if y > 0 else "top",
                "yshift": 0 if abs(y) < 0.9 else 12 * np.sign(y), **turned,
            })
        return found


@dataclass(frozen=True)
class _Effects:
    """The normalised ledger of the strongest pairs, (pairs, frames), and the curves (2, points) they are drawn on."""

    at: Floats
    strength: Floats
    curves: list[Floats]
    names: list[str]
    subtitle: str

    @staticmethod
    def of(data: ReportData, drawing: _Drawing) -> _Effects:
        pairs, t, strength = pair_effects(data)
        if not len(t):
            return _Effects(np.empty(0), np.empty((0, 0)), [], [], "")
        start = starts(len(t), FRAMES)
        height = np.abs(np.nan_to_num(strength)).mean(axis=1)
        order = [k for k in np.argsort(-height, kind="stable") if height[k] > 0][:EFFECTS]
        bend = 0.22 if len(drawing.agents) <= 3 else 0.12
        curves, names = [], []
        for harmed, mover in (pairs[k] for k in order):
            curves.append(curve(drawing.place[drawing.agents[mover]], drawing.place[drawing.agents[harmed]], bend))
            names.append(f"{label(mover)} → {label(harmed)}")
        total = int((height > 0).sum())
        subtitle = f"The {EFFECTS} strongest of {total:,} effects between agents." if total > EFFECTS else ""
        return _Effects(averaged(t, start), averaged(strength, start)[order], curves, names, subtitle)

    def lines(self, frame: int) -> list[dict[str, Any]]:
        """One trace per class of strength."""
        found = []
        for k, (_, colour, width, name) in enumerate(CLASSES):
            x, y = self.points(frame, k)
            found.append({
                "type": "scatter", "mode": "lines", "x": x, "y": y, "line": {"color": colour, "width": width}, "name": name,
                "hoverinfo": "skip", "opacity": 0.85, "visible": bool(self.curves),
            })
        return found

    def points(self, frame: int, which: int) -> tuple[list[float | None], list[float | None]]:
        x: list[float | None] = []
        y: list[float | None] = []
        for curve_, value in zip(self.curves, self._column(frame), strict=True):
            if class_of(value) == which:
                x += [*rounded(curve_[0]), None]
                y += [*rounded(curve_[1]), None]
        return x, y

    def arrows(self, frame: int) -> dict[str, Any]:
        """An arrow on every curve, which also says its value."""
        at = [c[:, 8] for c in self.curves]
        way = [c[:, 9] - c[:, 7] for c in self.curves]
        return {
            "type": "scatter", "mode": "markers", "x": rounded([p[0] for p in at]), "y": rounded([p[1] for p in at]),
            "text": self.words(frame), "hovertemplate": "%{text}<extra></extra>", "showlegend": False,
            "marker": {
                "symbol": "arrow", "angle": [round(float(np.degrees(np.arctan2(w[0], w[1]))), 1) for w in way],
                "color": self.arrow_colours(frame), "size": self.arrow_sizes(frame), "line": {"width": 0}, "opacity": 1,
            },
        }

    def arrow_colours(self, frame: int) -> list[str]:
        return [CLASSES[k][1] if (k := class_of(v)) is not None else LIGHT for v in self._column(frame)]

    def arrow_sizes(self, frame: int) -> list[float]:
        return [9 + 1.6 * CLASSES[k][2] if (k := class_of(v)) is not None else 0 for v in self._column(frame)]

    def words(self, frame: int) -> list[str]:
        return [f"{name}: {value:+.3f}" for name, value in zip(self.names, self._column(frame), strict=True)]

    def _column(self, frame: int) -> Floats:
        return self.strength[:, frame] if self.strength.size else np.empty(0)


@dataclass(frozen=True)
class _Rings:
    """The contest of every state variable, (variables, frames): of a vector, that of its most contested component."""

    where: list[tuple[float, float]]
    names: list[str]
    height: Floats

    @staticmethod
    def of(data: ReportData, drawing: _Drawing) -> _Rings:
        table = data.tables.contest
        nodes = [n for n in drawing.place if drawing.kind(n) in CONTESTED]
        if not nodes or not len(table):
            return _Rings([], [], np.empty((0, 0)))
        t, every = times(table), np.nan_to_num(values(table, "mean"))
        start = starts(len(t), FRAMES)
        components: dict[str, list[int]] = {}
        for k, (slot,) in enumerate(items(table, ["variable"])):
            components.setdefault(slot.split("[")[0], []).append(k)
        nodes = [n for n in nodes if n in components]
        height = np.array([averaged(every[components[n]].max(axis=0), start) for n in nodes]).reshape(len(nodes), -1)
        return _Rings([drawing.place[n] for n in nodes], nodes, height)

    def traces(self, frame: int) -> list[dict[str, Any]]:
        if not self.names:
            return []
        return [{
            "type": "scatter", "mode": "markers", "x": [p[0] for p in self.where], "y": [p[1] for p in self.where],
            "name": "contested", "text": self.words(frame), "hovertemplate": "%{text}<extra></extra>",
            "marker": {"symbol": "circle-open", "color": ORANGE, "size": self.sizes(frame), "line": {"width": 3.5}},
        }]

    def sizes(self, frame: int) -> list[float]:
        """Proportional to the contest on top of the node's own size; none where there is no contest."""
        return [round(20 + 24 * float(c), 1) if c > FAINTEST else 0 for c in self.height[:, frame]]

    def words(self, frame: int) -> list[str]:
        return [f"{label(n)}: contest {c:.2f}" for n, c in zip(self.names, self.height[:, frame], strict=True)]


def class_of(value: float) -> int | None:
    """The number of the class in CLASSES; None for what is not drawn."""
    if not abs(value) >= FAINTEST:
        return None
    grade = sum(abs(value) >= start for start, *_ in CLASSES[:3]) - 1
    return 2 - grade if value > 0 else 3 + grade


def rounded(numbers: Any) -> list[Any]:
    """Three digits after the point: a tenth of a pixel."""
    return [None if v is None else round(float(v), 3) for v in numbers]


def _slider(clock: str, at: Floats, frames: Sequence[Sequence[dict[str, Any]]], first: int) -> dict[str, Any]:
    """A step per frame that changes what moves, in the traces from number `first` on."""
    keys = ("x", "y", "text", "marker.color", "marker.size")
    steps = []
    for time, traces in zip(at, frames, strict=True):
        flat = [{**t, **{f"marker.{key}": v for key, v in t.get("marker", {}).items()}} for t in traces]
        change = {key: [trace.get(key) for trace in flat] for key in keys}
        steps.append({
            "label": number(float(time)), "method": "restyle", "args": [change, list(range(first, first + len(traces)))],
        })
    return {
        "steps": steps, "active": 0, "currentvalue": {"prefix": f"{clock} ", "font": {"size": 13, "color": INK}}, "len": 1.0,
        "x": 0, "pad": {"t": 8, "l": 8, "r": 8}, "bgcolor": LIGHT, "bordercolor": LIGHT, "activebgcolor": BLUE, "ticklen": 3,
        "font": {"size": 10, "color": GREY}, "minorticklen": 2,
    }
