"""Paths in the plane: a panel for each system on the same square axes, with the beginnings and ends of its paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from plotly.graph_objects import Figure
from plotly.subplots import make_subplots

from .style import BLUE, GREY, INK, VERMILLION, axis, label, single, styled

BETWEEN = 62  # pixels between rows of panels
AROUND = 120  # pixels above and below all panels together

Path = tuple[ArrayLike, ArrayLike]


@dataclass(frozen=True)
class Portrait:
    """The paths of one system, each (x, y): their beginnings, drawn thin, and their ends, drawn thick, or as a point if
    they come to rest."""

    name: str
    beginnings: Sequence[Path]
    ends: Sequence[Path]


def portraits(
    panels: Sequence[Portrait], x: str, y: str, limits: tuple[float, float], columns: int = 4, side: int = 230
) -> Figure:
    """A grid of panels. x, y: the titles of the axes. limits: of both axes. side: the height of a panel, in pixels."""
    rows = -(-len(panels) // columns)
    height = rows * side + (rows - 1) * BETWEEN + AROUND
    grid = make_subplots(
        rows, columns, subplot_titles=[label(panel.name) for panel in panels], horizontal_spacing=0.04,
        vertical_spacing=BETWEEN / (height - AROUND),
    )
    shown: set[str] = set()
    for k, panel in enumerate(panels):
        row, column = divmod(k, columns)
        for trace in _traces(panel, shown):
            grid.add_trace(trace, row + 1, column + 1)
        below = k + columns >= len(panels)
        square = {"range": list(limits), "constrain": "domain", "nticks": 5}
        grid.update_xaxes(axis(x if below else "", **square), row=row + 1, col=column + 1)
        grid.update_yaxes(axis("" if column else y, scaleanchor="x" if k == 0 else f"x{k + 1}",
                               **square), row=row + 1, col=column + 1)
    grid.update_annotations(font={"size": 13, "color": INK})
    style = styled([], height, margin={"l": 56, "r": 16, "t": 66, "b": 54}).layout.to_plotly_json()
    style["legend"] |= {"y": 1 + 26 / (height - AROUND)}
    return grid.update_layout(style)


def _traces(panel: Portrait, shown: set[str]) -> list[dict[str, Any]]:
    """The paths of a panel. shown: the kinds of path that are already in the legend; this panel's are added."""
    kinds = [("the beginning", path, {"line": {"color": GREY, "width": 0.8}}) for path in panel.beginnings]
    for path in panel.ends:
        rests = float(max(np.ptp(np.asarray(axis_, float)) for axis_ in path)) < 1e-6
        look = ({"marker": {"color": VERMILLION, "size": 9}} if rests else {"line": {"color": BLUE, "width": 3}})
        kinds.append(("a place of rest" if rests else "where it stays", path, look))
    found = []
    for kind, (xs, ys), look in kinds:
        found.append({
            "type": "scatter", "mode": "markers" if "marker" in look else "lines", "x": single(xs), "y": single(ys),
            "name": kind, "legendgroup": kind, "showlegend": kind not in shown, "hoverinfo": "skip", **look,
        })
        shown.add(kind)
    return found
