"""Metrics on request in the report: a section each, drawn from the table by the shape that the metric states."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from ..analysis.measure import MEASURES, Measure
from ..analysis.values import keys_of
from ..answers.words import count
from .data import QUANTILES, Bands, ReportData
from .measured_dots import dots, joined
from .measured_matrix import matrix
from .panels import MOST, Panel, small_multiples
from .registry import Plot
from .style import label

Draw = Callable[[type[Measure], pd.DataFrame, ReportData], "Figure | str"]


def measured_plots(data: ReportData) -> list[Plot]:
    """A section for every metric on request, in the order of their names, after the figures of the conflict log."""
    return [_plot(name, found) for name, found in sorted(data.measured.items())]


def _plot(name: str, found: pd.DataFrame | str) -> Plot:
    if name not in MEASURES.names():
        return Plot(f"metric-{name}", 0, f"{name}?", "", lambda data: str(found))
    measure = MEASURES.get(name)
    return Plot(f"metric-{name}", 0, measure.heading, measure.caption, partial(draw, measure, found))


def draw(measure: type[Measure], found: pd.DataFrame | str, data: ReportData) -> Figure | str:
    """The figure of a table; a sentence where there is none, or nothing in it."""
    if isinstance(found, str):
        return found
    if not len(found):
        return "There is nothing here that this metric could measure."
    if not np.isfinite(found["median"].to_numpy(float)).any():
        return "It is not defined in any replica of this run."
    shapes: dict[str, Draw] = {"lines": lines, "curve": lines, "dots": dots, "matrix": matrix}
    return shapes[measure.shape](measure, found, data)


def lines(measure: type[Measure], table: pd.DataFrame, data: ReportData) -> Figure:
    """Median and bands over t, or over x, a panel for every item; of too many the largest."""
    over = "x" if measure.shape == "curve" else "t"
    items = _items(measure, table, over)
    largest = sorted(range(len(items)), key=lambda k: -_reach(items[k]))[:MOST]
    panels = [Panel(items[k]) for k in sorted(largest)]
    which = f"the largest {MOST} of {len(items):,} curves" if len(items) > MOST else count(len(items), "curve")
    subtitle = f"{label(measure.value)}: {which}; over {count(data.replicas, 'replica')}."
    return small_multiples(panels, measure.over if over == "x" else data.clock, subtitle, banded=data.replicas > 1)


def _items(measure: type[Measure], table: pd.DataFrame, over: str) -> list[Bands]:
    """The quantiles of every item over t or x, in the order of the table."""
    keys = keys_of(table) + ([] if over == "t" else [key for key in ("t",) if key in table])
    groups = table.groupby(keys, sort=False, observed=True) if keys else [((measure.value,), table)]
    found = []
    for name, rows in groups:
        parts = name if isinstance(name, tuple) else (name,)
        rows = rows.sort_values(over, kind="stable")
        quantiles = rows[list(QUANTILES)].to_numpy(float).T
        found.append(Bands(joined(parts), rows[over].to_numpy(float), quantiles))
    return found


def _reach(bands: Bands) -> float:
    """How far the median reaches from 0."""
    finite = bands.median[np.isfinite(bands.median)]
    return float(np.abs(finite).max()) if finite.size else 0.0
