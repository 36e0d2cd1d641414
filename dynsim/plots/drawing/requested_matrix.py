"""A requested metric as a matrix: a value for every pair of names a and b."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from ...analysis.reading.replica_values import keys_of
from ...analysis.requested_metrics.base import RequestedMetric
from ...answers.wording.words import moment
from ...arrays import Floats
from .cells import over
from .data import ReportData
from .grid import suffix
from .requested_dots import joined
from .style import DIVERGING, INK, SEQUENTIAL, axis, colours, distinct, label, single, squeezed, styled

NAMES = 40  # rows and columns
NAME = 28  # letters of a name
PER_LETTER = 7  # pixels of an upright name
WRITTEN = 10  # the most names with which the numbers stand in the cells
CELL, SMALL, LEAST = 34, 22, 34  # pixels: the height of a row, of one among many, and of a matrix
SCALED = 150  # pixels: the least height that has room for a scale of colours beside it
GAP, TOP, BOTTOM = 120, 70, 90  # pixels


def matrix(metric: type[RequestedMetric], table: pd.DataFrame, data: ReportData, across: str = "") -> Figure:
    """Medians over replicas as colours, with rows a and columns b, at the last tick. Other keys have matrices one below
    the other. across: the quantity whose values the columns are."""
    when = ""
    if "t" in table:
        last = table["t"].max()
        table, when = table[table["t"] == last], f" at {data.clock} {moment(float(last))}"
    others = [key for key in keys_of(table) if key not in ("a", "b")]
    parts = [(joined(_tuple(name)), rows) for name, rows in table.groupby(others, sort=False, observed=True)] if (
        others) else [(metric.value, table)]
    parts = [(name, part) for name, part in parts if np.isfinite(part["median"].to_numpy(float)).any()]
    sides = [(_names(part, "a"), _names(part, "b")) for _, part in parts]
    heights = [_height(*side) for side in sides]
    longest = max((len(squeezed(c, NAME)) for _, columns in sides for c in columns), default=0)
    upright = PER_LETTER * longest if max((len(columns) for _, columns in sides), default=0) > WRITTEN else 0
    gap, bottom = max(GAP, 48 + upright), max(BOTTOM, 24 + upright)
    inner = sum(heights) + (len(parts) - 1) * gap
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {}
    titles: list[dict[str, Any]] = []
    top = 0
    for k, ((name, part), (rows, columns), height) in enumerate(zip(parts, sides, heights, strict=True)):
        ends = [max(1 - (top + height) / inner, 0.0), 1 - top / inner]
        top += height + gap
        traces.append(_trace(_grid(part, rows, columns), rows, columns, k, ends) | {"showscale": height >= SCALED})
        layout |= _axes(k, ends, 90 if across and upright else None)
        titles.append({
            "text": label(name, 80), "x": 0, "y": ends[1], "xref": "paper", "yref": "paper", "xanchor": "left",
            "yanchor": "bottom", "yshift": 4, "showarrow": False,
        })
    subtitle = f"Median over {over(data)}{when}." if data.replicas > 1 else f"One replica{when}."
    total = max(table[key].nunique() for key in ("a", "b"))
    if total > NAMES:
        subtitle += f" The {NAMES} of {total:,} names with the largest values."
    subtitle += f" Columns: {across}." if across else ""
    margin = {"l": 56, "r": 16, "t": TOP, "b": bottom}
    return styled(
        traces, inner + TOP + bottom, subtitle, margin=margin, showlegend=False, annotations=titles, **layout
    )


def _height(rows: Sequence[str], columns: Sequence[str]) -> int:
    """The height of one matrix, in pixels."""
    return max((CELL if max(len(rows), len(columns)) <= WRITTEN else SMALL) * len(rows), LEAST)


def _tuple(name: object) -> tuple[object, ...]:
    return name if isinstance(name, tuple) else (name,)


def _names(table: pd.DataFrame, key: str) -> list[str]:
    """The names with the largest values, in the order of the table."""
    size = table["median"].abs().groupby(table[key].astype(str), sort=False).max()
    kept = set(size.sort_values(ascending=False, kind="stable").index[:NAMES])
    return [str(name) for name in size.index if name in kept]


def _grid(rows: pd.DataFrame, a: Sequence[str], b: Sequence[str]) -> Floats:
    """The medians as a matrix, (len(a), len(b)), NaN where the table has none."""
    found = np.full((len(a), len(b)), np.nan)
    row, column = {name: k for k, name in enumerate(a)}, {name: k for k, name in enumerate(b)}
    for first, second, value in zip(rows["a"].astype(str), rows["b"].astype(str), rows["median"], strict=True):
        if first in row and second in column:
            found[row[first], column[second]] = value
    return found


def _trace(
    values: Floats, rows: Sequence[str], columns: Sequence[str], k: int, ends: Sequence[float]
) -> dict[str, Any]:
    axes = suffix(k)
    finite = values[np.isfinite(values)]
    reach = float(np.abs(finite).max()) if finite.size else 1.0
    signed = bool((finite < 0).any())
    written: dict[str, Any] = {"texttemplate": "%{z:.3g}"} if max(values.shape) <= WRITTEN else {}
    if written and not signed:
        written["textfont"] = {"color": INK}  # legible on the darkest of the one-sided colours
    return {
        "type": "heatmap", "z": single(values[::-1]), "x": distinct([squeezed(c, NAME) for c in columns]),
        "y": distinct([squeezed(r, NAME) for r in rows])[::-1], "xaxis": f"x{axes}", "yaxis": f"y{axes}",
        "colorscale": colours(DIVERGING if signed else SEQUENTIAL), "zmin": -reach if signed else 0.0,
        "zmax": reach or 1.0, "xgap": 2, "ygap": 2, "hoverongaps": False,
        "hovertemplate": "%{y}, %{x}: %{z:.4g}<extra></extra>", **written,
        "colorbar": {
            "thickness": 12, "outlinewidth": 0, "nticks": 5, "exponentformat": "power", "lenmode": "fraction",
            "len": ends[1] - ends[0], "y": (ends[0] + ends[1]) / 2, "yanchor": "middle",
        },
    }


def _axes(k: int, ends: Sequence[float], angle: int | None) -> dict[str, dict[str, Any]]:
    axes = suffix(k)
    plain: dict[str, Any] = {"type": "category", "showgrid": False, "ticks": "", "showline": False}
    return {
        f"xaxis{axes}": axis(domain=[0, 1], anchor=f"y{axes}", tickangle=angle, **plain),
        f"yaxis{axes}": axis(domain=list(ends), anchor=f"x{axes}", **plain),
    }
