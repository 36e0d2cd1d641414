"""Metrics on request in the report: a section each, drawn from the table by the shape that the metric states."""

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
from ..base import Plot
from .cells import FEW, caption, over, ticks_of
from .data import QUANTILES, Bands, ReportData
from .measured_dots import dots, joined
from .measured_matrix import matrix
from .panels import MOST, Panel, small_multiples
from .style import label


def measured_plots(data: ReportData) -> list[Plot]:
    """A section for every metric on request, in the order of their names, after the figures of the conflict log."""
    return [_plot(name, found) for name, found in sorted(data.measured.items())]


def _plot(name: str, found: pd.DataFrame | str) -> Plot:
    if name not in REQUESTED_METRICS.names():
        return Plot(f"metric-{name}", 0, f"{name}?", "", lambda data: str(found))
    measure = REQUESTED_METRICS.get(name)
    return Plot(f"metric-{name}", 0, measure.heading, measure.caption, partial(draw, measure, found))


def draw(measure: type[RequestedMetric], found: pd.DataFrame | str, data: ReportData) -> Figure | str:
    """The figure of a table; a sentence where there is none, or nothing in it."""
    if isinstance(found, str):
        return found
    if not len(found):
        return "This run has nothing that this metric measures."
    if not np.isfinite(found["median"].to_numpy(float)).any():
        return "This metric is not defined in any replica of this run."
    cells, member = cells_in(found)
    data = replace(data, cells=cells)
    if measure.shape in ("lines", "curve"):
        return lines(measure, found, member, data)
    if cells.count > FEW and len(cells.axes) == 1:
        return along(measure, found, data)
    if cells.count > FEW:
        names, across = ticks_of(cells)
        return matrix(measure, _crossed(measure, found, [names[c] for c in member]), data, across)
    if cells.count > 1:
        found = found.assign(cell=[told_cell(cells, c) for c in member])
    return (dots if measure.shape == "dots" else matrix)(measure, found, data)


def lines(measure: type[RequestedMetric], table: pd.DataFrame, member: NDArray[np.int64], data: ReportData) -> Figure:
    """Median and bands over t, or over x, a panel for every item; of too many the largest."""
    x = "x" if measure.shape == "curve" else "t"
    of = over(data) if data.cells.count == 1 else ""
    return _panels(measure, _items(measure, table, x, member), data, measure.over or data.clock, of)


def along(measure: type[RequestedMetric], table: pd.DataFrame, data: ReportData) -> Figure:
    """Median and bands over the values of the one axis along which cells differ, a panel for every item."""
    name = data.cells.axes[0][0]
    items = _items(measure, table, COLUMN + name, np.zeros(len(table), np.int64))
    return _panels(measure, items, replace(data, cells=data.cells.pooled), label(name), over(data))


def _panels(measure: type[RequestedMetric], items: list[list[Bands]], data: ReportData, x: str, of: str) -> Figure:
    largest = sorted(range(len(items)), key=lambda k: -max(map(_reach, items[k])))[:MOST]
    which = f"the largest {MOST} of {len(items):,} curves" if len(items) > MOST else count(len(items), "curve")
    subtitle = f"{label(measure.value)}: {which}{of and f'; over {of}'}.{caption(data.cells)}"
    return small_multiples([Panel(items[k]) for k in sorted(largest)], x, subtitle, data)


def _items(
    measure: type[RequestedMetric], table: pd.DataFrame, x: str, member: NDArray[np.int64]
) -> list[list[Bands]]:
    """The quantiles of every item over the column x, in the order of the table, for each cell."""
    keys = [*keys_of(table), *(key for key in ("t", "x") if key in table and key != x)]
    groups = table.groupby(keys, sort=False, observed=True) if keys else [((measure.value,), table)]
    found = []
    for name, rows in groups:
        parts = name if isinstance(name, tuple) else (name,)
        own = member[table.index.get_indexer(rows.index)]
        found.append([_bands(joined(parts), rows[own == c], x) for c in range(int(member.max()) + 1)])
    return found


def _bands(name: str, rows: pd.DataFrame, x: str) -> Bands:
    rows = rows.sort_values(x, kind="stable")
    return Bands(name, rows[x].to_numpy(float), rows[list(QUANTILES)].to_numpy(float).T)


def _crossed(measure: type[RequestedMetric], table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """The table as a matrix: rows what its keys name, columns the cells, named row by row."""
    keys = [key for key in keys_of(table) if key != "quantity"]
    names = list(map(joined, table[keys].itertuples(index=False))) if keys else [measure.value] * len(table)
    kept = table[[name for name in ("quantity", "t", *STATISTICS) if name in table]]
    return kept.assign(a=names, b=columns)


def _reach(bands: Bands) -> float:
    """How far the median reaches from 0."""
    finite = bands.median[np.isfinite(bands.median)]
    return float(np.abs(finite).max()) if finite.size else 0.0
