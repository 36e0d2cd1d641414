"""The figures of requested metrics: drawn from their tables, in the shape that each metric declares."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from plotly.graph_objects import Figure

from ...analysis.reading.cells import COLUMN, cells_in
from ...analysis.reading.replica_values import STATISTICS, keys_of
from ...analysis.requested_metrics.base import REQUESTED_METRICS, RequestedMetric
from ...answers.wording.words import count, told_cell
from ..base import REQUESTED, ReportFigure
from .cells import FEW, caption, over, ticks_of
from .data import QUANTILES, Bands, ReportData
from .panels import MOST, Panel, small_multiples
from .requested_dots import dots, joined
from .requested_matrix import matrix
from .style import label


def requested_figures(data: ReportData) -> list[ReportFigure]:
    """A figure for every requested metric, in the order of their names."""
    return [_figure(name, found) for name, found in sorted(data.requested.items())]


def _figure(name: str, found: pd.DataFrame | str) -> ReportFigure:
    if name not in REQUESTED_METRICS.names():
        return ReportFigure(f"metric-{name}", REQUESTED, f"{name}?", "", lambda data: str(found))
    metric = REQUESTED_METRICS.get(name)
    return ReportFigure(f"metric-{name}", REQUESTED, metric.heading, metric.caption, partial(draw, metric, found))


def draw(metric: type[RequestedMetric], found: pd.DataFrame | str, data: ReportData) -> Figure | str:
    """The figure of a table; a sentence if the table is missing or empty."""
    if isinstance(found, str):
        return found
    if not len(found):
        return "This run has nothing that this metric measures."
    if not np.isfinite(found["median"].to_numpy(float)).any():
        return "This metric is not defined in any replica of this run."
    cells, member = cells_in(found)
    data = replace(data, cells=cells)
    if metric.shape in ("lines", "curve"):
        return lines(metric, found, member, data)
    if cells.count > FEW and len(cells.axes) == 1:
        return along(metric, found, data)
    if cells.count > FEW:
        names, across = ticks_of(cells)
        return matrix(metric, _crossed(metric, found, [names[c] for c in member]), data, across)
    if cells.count > 1:
        found = found.assign(cell=[told_cell(cells, c) for c in member])
    return (dots if metric.shape == "dots" else matrix)(metric, found, data)


def lines(metric: type[RequestedMetric], table: pd.DataFrame, member: NDArray[np.int64], data: ReportData) -> Figure:
    """Median and bands over t or x, a panel for every item; the largest ones if there are too many."""
    x = "x" if metric.shape == "curve" else "t"
    of = over(data) if data.cells.count == 1 else ""
    return _panels(metric, _items(metric, table, x, member), data, metric.over or data.clock, of)


def along(metric: type[RequestedMetric], table: pd.DataFrame, data: ReportData) -> Figure:
    """Median and bands along the only axis of the cells, a panel for every item."""
    name = data.cells.axes[0][0]
    items = _items(metric, table, COLUMN + name, np.zeros(len(table), np.int64))
    return _panels(metric, items, replace(data, cells=data.cells.pooled), label(name), over(data))


def _panels(metric: type[RequestedMetric], items: list[list[Bands]], data: ReportData, x: str, of: str) -> Figure:
    largest = sorted(range(len(items)), key=lambda k: -max(map(_reach, items[k])))[:MOST]
    which = f"the largest {MOST} of {len(items):,} curves" if len(items) > MOST else count(len(items), "curve")
    subtitle = f"{label(metric.value)}: {which}{of and f'; over {of}'}.{caption(data.cells)}"
    return small_multiples([Panel(items[k]) for k in sorted(largest)], x, subtitle, data)


def _items(
    metric: type[RequestedMetric], table: pd.DataFrame, x: str, member: NDArray[np.int64]
) -> list[list[Bands]]:
    """The quantiles of every item over the column x, for each cell; items in the order of the table."""
    keys = [*keys_of(table), *(key for key in ("t", "x") if key in table and key != x)]
    groups = table.groupby(keys, sort=False, observed=True) if keys else [((metric.value,), table)]
    found = []
    for name, rows in groups:
        parts = name if isinstance(name, tuple) else (name,)
        own = member[table.index.get_indexer(rows.index)]
        found.append([_bands(joined(parts), rows[own == c], x) for c in range(int(member.max()) + 1)])
    return found


def _bands(name: str, rows: pd.DataFrame, x: str) -> Bands:
    rows = rows.sort_values(x, kind="stable")
    return Bands(name, rows[x].to_numpy(float), rows[list(QUANTILES)].to_numpy(float).T)


def _crossed(metric: type[RequestedMetric], table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """The table for a matrix with a row for each key and a column for each cell. columns: the cells' names, row by
    row."""
    keys = [key for key in keys_of(table) if key != "quantity"]
    names = list(map(joined, table[keys].itertuples(index=False))) if keys else [metric.value] * len(table)
    kept = table[[name for name in ("quantity", "t", *STATISTICS) if name in table]]
    return kept.assign(a=names, b=columns)


def _reach(bands: Bands) -> float:
    """The largest distance of the median from 0."""
    finite = bands.median[np.isfinite(bands.median)]
    return float(np.abs(finite).max()) if finite.size else 0.0
