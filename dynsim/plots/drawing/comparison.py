"""Measured values against what theory says: points with their spread, lines for closed forms. Used by the pages of the
scenarios, and of use wherever a run is held against a formula."""

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
    """Values y at x under a name; low and high: the ends of an interval around each (a standard error, quantiles)."""

    name: str
    x: ArrayLike
    y: ArrayLike
    low: ArrayLike | None = None
    high: ArrayLike | None = None


def comparison(
    measured: Sequence[Series], theory: Sequence[Series], x: str, y: str, *, marks: Mapping[str, float] | None = None,
    height: int = 340, **layout: Any,
) -> Figure:
    """A figure with every measured series as points and every series of theory as a line; the k-th of both share a
    colour. x, y: the titles of the axes. marks: vertical lines with a name, for thresholds."""
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
