"""Measured values against theory: points with their spread, lines for closed forms. The atlas and the pages of the
scenarios use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from plotly.graph_objects import Figure

from .style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILLION, axis, label, styled

COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY)
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross")


@dataclass(frozen=True)
class Series:
    """Named values y at x. low, high: the ends of an interval around each, such as a standard error or quantiles."""

    name: str
    x: ArrayLike
    y: ArrayLike
    low: ArrayLike | None = None
    high: ArrayLike | None = None


def comparison(
    measured: Sequence[Series], theory: Sequence[Series], x: str, y: str, *, marks: Mapping[str, float] | None = None,
    height: int = 340, **layout: Any,
) -> Figure:
    """Measured series as points, theory as lines; the k-th series and the k-th line have the same colour. x, y: the
    titles of the axes. marks: vertical lines with a name, for thresholds. height: in pixels. layout: more of Plotly's
    layout."""
    traces = [_line(series, COLOURS[k % len(COLOURS)]) for k, series in enumerate(theory)]
    traces += [_points(series, k) for k, series in enumerate(measured)]
    shapes = [
        {"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1,
         "line": {"color": GREY, "width": 1, "dash": "dot"},
         "label": {"text": label(name), "textposition": "end", "textangle": 0, "font": {"size": 11, "color": INK},
                   "xanchor": "left", "yanchor": "top", "padding": 3}}
        for name, at in (marks or {}).items()
    ]
    return styled(traces, height, xaxis=axis(x), yaxis=axis(y), shapes=shapes, showlegend=True, **layout)


def _line(series: Series, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "name": label(series.name), "x": np.asarray(series.x, float),
        "y": np.asarray(series.y, float), "line": {"color": colour, "width": 2},
    }


def _points(series: Series, number: int) -> dict[str, Any]:
    colour = COLOURS[number % len(COLOURS)]
    y = np.asarray(series.y, float)
    trace: dict[str, Any] = {
        "type": "scatter", "mode": "markers", "name": label(series.name), "x": np.asarray(series.x, float), "y": y,
        "marker": {"color": colour, "size": 7, "symbol": SYMBOLS[number % len(SYMBOLS)],
                   "line": {"color": "#ffffff", "width": 1}},
    }
    if series.low is not None and series.high is not None:
        trace["error_y"] = {
            "type": "data", "symmetric": False, "array": np.asarray(series.high, float) - y,
            "arrayminus": y - np.asarray(series.low, float), "color": colour, "thickness": 1.5, "width": 0,
        }
    return trace
