"""The moving parts of the state graph: the agents' effects on each other, as arrows, and contests, as rings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...analysis.reading.cells import Cells
from ...answers.wording.words import moment, told_cell
from ...arrays import Floats
from .cells import FEW
from .data import ReportData
from .graph_layout import curve
from .pair_effects import pair_effects
from .series import averaged, items, starts, values
from .style import DIVERGING, LIGHT, ORANGE, label

FRAMES = 40
EFFECTS = 60  # ordered pairs of agents
LONGEST = 90  # letters of a cell's name above the slider
FAINTEST = 0.02  # the smallest effects and contests that are drawn

# Classes of the normalised ledger, from the strongest harm to the strongest help: least size, colour, width, words.
CLASSES = (
    (0.5, DIVERGING[6], 5.0, "harm over 0.5"),
    (0.2, DIVERGING[5], 3.0, "harm 0.2–0.5"),
    (FAINTEST, DIVERGING[5], 1.4, "harm under 0.2"),
    (FAINTEST, DIVERGING[1], 1.4, "help under 0.2"),
    (0.2, DIVERGING[1], 3.0, "help 0.2–0.5"),
    (0.5, DIVERGING[0], 5.0, "help over 0.5"),
)
HIDDEN = -1

Place = tuple[float, float]
Curve = tuple[list[float | None], list[float | None]]


@dataclass(frozen=True)
class Effects:
    """The normalised ledger of the strongest pairs, with a curve for each.

    at: the time and the cell of each frame, in words; with more than a few cells, each has one frame, its mean over
    time. strength: (pairs, frames). classes: indices into CLASSES, HIDDEN where nothing is drawn, (pairs, frames).
    total: the number of pairs with any effect.
    """

    at: list[str]
    strength: Floats
    classes: NDArray[np.int64]
    curves: list[Curve]
    names: list[str]
    total: int

    @staticmethod
    def of(data: ReportData, place: Mapping[str, Place]) -> Effects:
        """The effects in a run. place: of every agent, by its name."""
        pairs, t, strength = pair_effects(data)
        if not len(t):
            return Effects([], np.empty((0, 0)), np.empty((0, 0), int), [], [], 0)
        height = np.abs(np.nan_to_num(strength)).mean(axis=(0, 2))
        order = [k for k in np.argsort(-height, kind="stable") if height[k] > 0][:EFFECTS]
        bend = 0.22 if len(place) <= 3 else 0.12
        ways = [(pairs[k][1], pairs[k][0]) for k in order]
        found = _framed(strength[:, order], data.cells)
        return Effects(
            _moments(t, data.cells), found, classes(found), [curve(place[a], place[b], bend) for a, b in ways],
            [f"{label(a)} → {label(b)}" for a, b in ways], int((height > 0).sum()),
        )

    def traces(self, frame: int) -> list[dict[str, Any]]:
        """One trace of curves per class, and one of arrow heads."""
        if not self.curves:
            return []
        return [*(self._lines(frame, k) for k in range(len(CLASSES))), self._arrows(frame)]

    def _lines(self, frame: int, which: int) -> dict[str, Any]:
        _, colour, width, name = CLASSES[which]
        shown = [self.curves[k] for k in np.flatnonzero(self.classes[:, frame] == which)]
        return {
            "type": "scatter", "mode": "lines", "name": name, "hoverinfo": "skip", "opacity": 0.85,
            "x": [v for x, _ in shown for v in x], "y": [v for _, y in shown for v in y],
            "line": {"color": colour, "width": width, "shape": "spline"},
        }

    def _arrows(self, frame: int) -> dict[str, Any]:
        """An arrow head two thirds along every curve; its hover text has the value."""
        seen = [CLASSES[k] if k != HIDDEN else None for k in self.classes[:, frame]]
        return {
            "type": "scatter", "mode": "markers",
            "x": [x[4] for x, _ in self.curves], "y": [y[4] for _, y in self.curves],
            "text": [f"{name}: {v:+.3f}" for name, v in zip(self.names, self.strength[:, frame], strict=True)],
            "hovertemplate": "%{text}<extra></extra>", "showlegend": False,
            "marker": {
                "symbol": "arrow", "angle": [_angle(c) for c in self.curves],
                "color": [one[1] if one else LIGHT for one in seen],
                "size": [12 + 2 * one[2] if one else 0 for one in seen],
                "line": {"width": 0}, "opacity": 1,
            },
        }


def _framed(values: Floats, cells: Cells) -> Floats:
    """Values (C, items, T) at the frames, cell after cell, (items, frames)."""
    kept, start = _frames(values.shape[-1], cells)
    return averaged(values[kept], start).swapaxes(0, 1).reshape(values.shape[1], len(kept) * len(start))


def _moments(t: Floats, cells: Cells) -> list[str]:
    """The time and the cell of each frame, in words."""
    kept, start = _frames(len(t), cells)
    at = [moment(float(time)) for time in averaged(t, start)]
    if cells.count == 1:
        return at
    if cells.count > FEW:
        return [label(told_cell(cells, c), LONGEST) for c in kept]
    return [f"{time}, {label(told_cell(cells, c), LONGEST)}" for c in kept for time in at]


def _frames(ticks: int, cells: Cells) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """The cells that are shown, and the first ticks of the stretches of time over which frames are averaged."""
    kept = np.unique(np.linspace(0, cells.count - 1, min(cells.count, FRAMES)).round().astype(np.int64))
    return kept, starts(ticks, FRAMES // cells.count if cells.count <= FEW else 1)


def classes(strength: Floats) -> NDArray[np.int64]:
    """The class of every value: an index into CLASSES, or HIDDEN."""
    size = np.abs(np.nan_to_num(strength))
    grade = sum((size >= start).astype(int) for start, *_ in CLASSES[:3])
    harm = np.where(np.nan_to_num(strength) > 0, 3 - grade, 2 + grade)
    return np.where(size >= FAINTEST, harm, HIDDEN)


def _angle(way: Curve) -> float:
    """The direction of a curve at its arrow head, in degrees clockwise from the top."""
    x, y = ([v for v in axis if v is not None] for axis in way)
    return round(float(np.degrees(np.arctan2(x[5] - x[3], y[5] - y[3]))), 1)


@dataclass(frozen=True)
class Rings:
    """The contest of every state variable that is ever contested. height: (variables, frames); of a vector, the contest
    of its most contested component."""

    names: list[str]
    place: list[Place]
    height: Floats

    @staticmethod
    def of(data: ReportData, place: Mapping[str, Place]) -> Rings:
        """The contests in a run. place: of the state variables, by name."""
        table = data.tables.contest
        if not len(table):
            return Rings([], [], np.empty((0, 0)))
        of_cells = [data.cells.rows(table, c) for c in range(data.cells.count)]
        components: dict[str, list[int]] = {}
        for k, (slot,) in enumerate(items(of_cells[0], ["variable"])):
            components.setdefault(slot.split("[")[0], []).append(k)
        every = _framed(np.nan_to_num(np.stack([values(part, "mean") for part in of_cells])), data.cells)
        height = {name: every[components[name]].max(axis=0) for name in place if name in components}
        names = [name for name, contest in height.items() if contest.max() > FAINTEST]
        return Rings(names, [place[name] for name in names], np.array([height[name] for name in names]))

    def traces(self, frame: int) -> list[dict[str, Any]]:
        """Rings whose width beyond the node is proportional to the contest."""
        if not self.names:
            return []
        contest = self.height[:, frame]
        return [{
            "type": "scatter", "mode": "markers", "x": [x for x, _ in self.place], "y": [y for _, y in self.place],
            "name": "contested", "hovertemplate": "%{text}<extra></extra>",
            "text": [f"<b>{label(n)}</b><br>contest {c:.2f}" for n, c in zip(self.names, contest, strict=True)],
            "marker": {
                "symbol": "circle", "color": ORANGE, "line": {"width": 0},
                "size": [round(20 + 22 * float(c), 1) if c > FAINTEST else 0 for c in contest],
            },
        }]


def steps(frames: Sequence[Sequence[dict[str, Any]]], labels: Sequence[str], first: int) -> list[dict[str, Any]]:
    """The steps of the slider: each changes the traces from number `first` on to those of its frame."""
    keys = ("x", "y", "text", "marker.color", "marker.size")
    found = []
    for name, traces in zip(labels, frames, strict=True):
        flat = [trace | {f"marker.{key}": v for key, v in trace.get("marker", {}).items()} for trace in traces]
        change = {key: [trace.get(key) for trace in flat] for key in keys}
        found.append({"label": name, "method": "restyle", "args": [change, list(range(first, first + len(flat)))]})
    return found
