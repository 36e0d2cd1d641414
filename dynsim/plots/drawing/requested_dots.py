"""A requested metric as rows of dots with their spread: one row for each agent, or for whatever its keys name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from ...analysis.reading.replica_values import keys_of
from ...analysis.requested_metrics.base import RequestedMetric
from .cells import over
from .data import ReportData
from .grid import suffix
from .ranges import padded
from .style import BLUE, GREY, axis, distinct, faint, label, single, squeezed, styled

ROWS = 60  # of one quantity
ROW, GAP, TOP = 24, 66, 70  # pixels
NAMED = 6  # of the rows without a value


def joined(parts: Iterable[object]) -> str:
    """Several keys as one name."""
    return " · ".join(map(str, parts))


def dots(metric: type[RequestedMetric], table: pd.DataFrame, data: ReportData) -> Figure:
    """A row for each key: a dot at the median over replicas, bars for the middle 50 % and 90 %. Quantities stand one
    below the other."""
    groups = _quantities(metric, table)
    names = [key for key in keys_of(table) if key != "quantity"]
    rows = [_largest(part) for _, part in groups]
    heights = [ROW * (len(part) + 1) for part in rows]
    inner = sum(heights) + GAP * (len(rows) - 1)
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {}
    top = 0
    for k, ((quantity, _), part, height) in enumerate(zip(groups, rows, heights, strict=True)):
        ends = [1 - (top + height) / inner, 1 - top / inner]
        traces += _traces(part, k, _names(part, names, metric))
        layout |= _axes(part, k, quantity, ends, _names(part, names, metric))
        top += height + GAP
    return styled(
        traces, inner + TOP + 56, _subtitle(table, rows, names, data), showlegend=False,
        margin={"l": 56, "r": 16, "t": TOP, "b": 56}, **layout,
    )


def _names(rows: pd.DataFrame, names: Sequence[str], metric: type[RequestedMetric]) -> list[str]:
    """The names of the rows, all distinct."""
    if not names:
        return distinct([label(metric.value)] * len(rows))
    return distinct([squeezed(joined(row)) for row in rows[list(names)].itertuples(index=False)])


def _quantities(metric: type[RequestedMetric], table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The name and the rows of every quantity that has values."""
    groups = table.groupby("quantity", sort=False, observed=True) if "quantity" in table else [(metric.value, table)]
    found = [(str(name), rows[np.isfinite(rows["median"].to_numpy(float))]) for name, rows in groups]
    return [(name, rows) for name, rows in found if len(rows)]


def _largest(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the largest medians, in the order of the table."""
    order = np.argsort(-rows["median"].abs().to_numpy(float), kind="stable")[:ROWS]
    return rows.iloc[np.sort(order)]


def _traces(rows: pd.DataFrame, number: int, names: Sequence[str]) -> list[dict[str, Any]]:
    axes = suffix(number)
    q05, q25, median, q75, q95 = (rows[q].to_numpy(float) for q in ("q05", "q25", "median", "q75", "q95"))
    common = {
        "type": "scatter", "mode": "markers", "x": single(median), "y": list(range(len(rows))), "xaxis": f"x{axes}",
        "yaxis": f"y{axes}",
    }
    bars = {"type": "data", "symmetric": False, "width": 0}
    wide = {**bars, "array": single(q95 - median), "arrayminus": single(median - q05), "thickness": 2, "color": BLUE}
    thick = {**bars, "array": single(q75 - median), "arrayminus": single(median - q25), "thickness": 7,
             "color": faint(BLUE, 0.35)}
    mean, se = rows["mean"].to_numpy(float), rows["se"].to_numpy(float)
    custom = np.stack([q05, q95, mean, se], axis=1)
    return [
        {**common, "marker": {"color": BLUE, "size": 1}, "error_x": thick, "hoverinfo": "skip"},
        {
            **common, "marker": {"color": BLUE, "size": 9}, "error_x": wide, "text": list(names),
            "customdata": single(custom),
            "hovertemplate": "%{text}: %{x:.4g}<br>90 %: %{customdata[0]:.4g} … %{customdata[1]:.4g}<br>"
            "mean %{customdata[2]:.4g} ± %{customdata[3]:.2g}<extra></extra>",
        },
    ]


def _axes(
    rows: pd.DataFrame, number: int, title: str, ends: Sequence[float], names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    axes = suffix(number)
    values = rows[["q05", "q95", "median"]].to_numpy(float)
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    if 0 < low < high or low == high > 0:  # lengths are compared from 0
        low = 0.0
    return {
        f"xaxis{axes}": axis(
            label(title, 60), domain=[0, 1], anchor=f"y{axes}", range=list(padded(low, high)), zeroline=True,
            zerolinecolor=GREY, zerolinewidth=1, exponentformat="power",
        ),
        f"yaxis{axes}": axis(
            domain=[max(ends[0], 0.0), ends[1]], anchor=f"x{axes}", tickvals=list(range(len(rows))), ticktext=names,
            range=[len(rows) - 0.5, -0.5], ticks="", showline=False, griddash="dot",
        ),
    }


def _subtitle(table: pd.DataFrame, rows: Sequence[pd.DataFrame], names: Sequence[str], data: ReportData) -> str:
    """A sentence on the replicas behind the statistics, the number of omitted rows, and the rows without a value."""
    text = f"Dot: median over {over(data)}; bars: the middle 50 % and 90 %." if (
        data.replicas > 1) else "One replica."
    defined = table[np.isfinite(table["median"].to_numpy(float))]
    shown = sum(map(len, rows))
    if shown < len(defined):
        text += f" The largest {shown} of {len(defined):,} values."
    silent = table[~np.isfinite(table["median"].to_numpy(float))]
    if len(silent) and names:
        missing = list(dict.fromkeys(label(joined(row), 24) for row in silent[list(names)].itertuples(index=False)))
        text += f"<br>Not defined for {', '.join(missing[:NAMED])}{' …' if len(missing) > NAMED else ''}."
    return text
