"""The timeline of episodes: which conflicts occurred, when, and in how many replicas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from ..analysis.reading.cells import Cells
from ..analysis.reading.moves import NORMALISED
from ..answers.wording.groups import Group, groups, span
from ..answers.wording.words import count, share, told_cell
from ..arrays import Floats
from .base import CONFLICT, figure
from .drawing.cells import FEW, heat_map
from .drawing.data import ReportData
from .drawing.style import BLACK, SEQUENTIAL, axis, colours, distinct, label, single, styled

ROWS = 24
BINS = 240  # of the time axis
SINGLES = 5  # replicas whose episodes are shown as bars


@figure(
    "episodes", section=CONFLICT, order=20, needs=NORMALISED, heading="When did it happen?",
    caption="Shading: share of replicas in the episode at that time. The % after each name: share that ever enter it. "
    "Black bars: the episodes of one replica; pick others in the legend. Where a parameter has many values, each has a "
    "column, shaded by the share of its replicas that ever enter the episode.",
)
def episodes(data: ReportData) -> Figure | str:
    """The share of replicas in each episode over time, and bars for the episodes of single replicas. There is a row for
    each kind of episode, subject and cell, the most important first. With more than a few cells, each cell is a column
    with the share of replicas that ever enter the episode."""
    every = groups(data.tables, data.agents, data.replicas)
    if not every:
        return _nothing(data)
    cells = data.cells
    shown = every[: ROWS if cells.count > FEW else max(ROWS // cells.count, 1)]
    subtitle = f"{count(len(data.tables.episodes), 'episode')} in {count(data.replicas, 'replica')}."
    if len(shown) < len(every):
        subtitle += f" The {len(shown)} most important of {len(every)} kinds of episode and who they are about."
    if cells.count > FEW:
        ever = np.stack([[_part(group, cells, c) for c in range(cells.count)] for group in shown])
        names = [f"{label(group.kind)}: {label(group.subject, 44)}" for group in shown]
        return heat_map(names, ever, cells, subtitle, "share of replicas", zmin=0, zmax=1, signed=False)
    return _timeline(shown, data, subtitle)


def _timeline(every: list[Group], data: ReportData, subtitle: str) -> Figure:
    """A row for each group and cell over time."""
    cells = data.cells
    shown = [replace(group, rows=group.rows[cells.member[group.rows["replica"]] == c]) for group in every
             for c in range(cells.count)]
    low, high = span(data.tables)
    edges = np.linspace(low, high, BINS + 1)
    sizes = np.tile(np.bincount(cells.member), len(shown) // cells.count)
    shares = np.stack([_shares(group.rows, edges, size) for group, size in zip(shown, sizes, strict=True)])
    names = distinct([_name(group, data, k % cells.count) for k, group in enumerate(shown)])
    rows = np.arange(len(shown))
    traces: list[dict[str, Any]] = [{
        "type": "heatmap", "z": single(shares), "x": single((edges[:-1] + edges[1:]) / 2), "y": rows,
        "zmin": 0, "zmax": 1, "colorscale": colours(SEQUENTIAL), "ygap": 6, "showscale": data.banded,
        "colorbar": {
            "title": {"text": "share of replicas", "side": "right"}, "tickformat": ".0%", "tickvals": [0, 0.5, 1],
            "thickness": 12, "outlinewidth": 0,
        },
        "hovertemplate": "%{z:.0%} of replicas at %{x:.5g}<extra></extra>",
    }]
    return styled(
        [*traces, *_bars(shown, _examples(shown))], max(130 + 28 * len(shown), 240), subtitle,
        xaxis=axis(data.clock, range=[low, high], showgrid=False),
        yaxis=axis(
            tickvals=rows, ticktext=names, range=[len(shown) - 0.5, -0.5], showgrid=False, ticks="", showline=False
        ),
    )


def _part(group: Group, cells: Cells, cell: int) -> float:
    """The share of a cell's replicas that ever enter an episode of the group."""
    there = group.rows["replica"].unique()
    return float((cells.member[there] == cell).sum() / (cells.member == cell).sum())


def _name(group: Group, data: ReportData, cell: int) -> str:
    cells = data.cells
    part = f" · {share(_part(group, cells, cell))}" if data.banded else ""
    value = f" · {label(told_cell(cells, cell))}" if cells.count > 1 else ""
    return f"{label(group.kind)}: {label(group.subject, 44)}{value}{part}"


def _nothing(data: ReportData) -> str:
    if len(data.agents) < 2:
        return "No episode was found: one agent alone has no conflict, and no replica diverged."
    return (
        "No episode was found: no two agents fought, exploited or blocked each other for longer than one recorded tick."
    )


def _shares(rows: pd.DataFrame, edges: Floats, replicas: int) -> Floats:
    """For every bin, the share of replicas that are in an episode, (len(edges) − 1,)."""
    bins = len(edges) - 1
    width = edges[1] - edges[0]
    first = np.clip((rows["onset"].to_numpy(float) - edges[0]) / width, 0, bins - 1).astype(int)
    last = np.clip((rows["end"].to_numpy(float) - edges[0]) / width, 0, bins - 1).astype(int)
    steps = np.zeros(bins + 1)
    np.add.at(steps, first, 1.0)
    np.add.at(steps, last + 1, -1.0)
    return np.minimum(np.cumsum(steps)[:-1] / replicas, 1.0)


def _examples(shown: list[Group]) -> list[int]:
    """Replicas evenly spread over those that have an episode."""
    there = np.unique(np.concatenate([group.rows["replica"].to_numpy(int) for group in shown]))
    return [int(r) for r in there[np.unique(np.linspace(0, len(there) - 1, SINGLES).astype(int))]]


def _bars(shown: list[Group], examples: list[int]) -> list[dict[str, object]]:
    """One trace per replica; only the first is visible at the start."""
    traces: list[dict[str, object]] = []
    for number, replica in enumerate(examples):
        x: list[float | None] = []
        y: list[float | None] = []
        text: list[str] = []
        for row, group in enumerate(shown):
            its = group.rows[group.rows["replica"] == replica]
            about = [f"{label(v)}: {label(o)}" for v, o in zip(its["variables"], its["outcome"], strict=True)]
            for (onset, end), words in zip(its[["onset", "end"]].to_numpy(float), about, strict=True):
                x += [onset, end, None]
                y += [row, row, None]
                text += [words] * 3
        traces.append({
            "type": "scatter", "mode": "lines+markers", "x": x, "y": y, "text": text, "name": f"replica {replica}",
            "line": {"color": BLACK, "width": 2.5}, "marker": {"color": BLACK, "size": 7, "symbol": "line-ns-open"},
            "visible": True if number == 0 else "legendonly", "showlegend": True, "connectgaps": False,
            "hovertemplate": "%{text}<br>%{x:.5g}<extra></extra>",
        })
    return traces
