"""The timeline of episodes: which conflicts there were, when, and in how many replicas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from .data import Floats, ReportData
from .ledger import distinct
from .registry import figure
from .series import times
from .style import BLACK, SEQUENTIAL, axis, colours, label, single, styled
from .words import count

ROWS = 24
BINS = 240
SINGLES = 5


@dataclass(frozen=True)
class Group:
    """All episodes of one kind between the same agents. importance: the share of replicas it happens in, times how
    strong it is, times the share of the record that it fills there (never less than a tenth of it counts)."""

    kind: str
    agents: str
    rows: pd.DataFrame
    replicas: int
    importance: float


def groups(data: ReportData) -> list[Group]:
    """The episodes by kind and agents, the most important first."""
    episodes = data.tables.episodes
    if not len(episodes):
        return []
    t = times(data.tables.objectives) if len(data.tables.objectives) else episodes[["onset", "end"]].to_numpy(float).ravel()
    span = float(t.max() - t.min()) or 1.0
    found = []
    for (kind, agents), rows in episodes.groupby(["kind", "agents"], observed=True, sort=True):
        replicas = rows["replica"].nunique()
        filled = float((rows["end"] - rows["onset"]).sum()) / span / replicas
        strength = float(rows["intensity"].mean()) * (0.1 + 0.9 * min(max(filled, 0.0), 1.0))
        weight = 1.0 if kind == "divergence" else strength
        found.append(Group(str(kind), str(agents), rows, replicas, replicas / data.replicas * weight))
    return sorted(found, key=lambda group: -group.importance)


@figure(
    "episodes", order=35, heading="When did it happen?",
    caption="Shade: the share of replicas that are in the episode at that time. Black bars: the episodes of one replica; "
    "click in the legend for others.",
)
def episodes(data: ReportData) -> Figure | str:
    """A row per kind of episode and agents, most important first: the share of replicas in it over time, and bars for
    the episodes of single replicas."""
    every = groups(data)
    if not every:
        return _nothing(data)
    shown = every[:ROWS]
    low, high = _span(data, shown)
    edges = np.linspace(low, high, BINS + 1)
    shares = np.stack([_share(group.rows, edges, data.replicas) for group in shown])
    names = distinct([f"{label(group.kind)}: {label(group.agents, 44)}" for group in shown])
    rows = np.arange(len(shown))
    traces = [{
        "type": "heatmap", "z": single(shares), "x": single((edges[:-1] + edges[1:]) / 2), "y": rows, "zmin": 0, "zmax": 1,
        "colorscale": colours(SEQUENTIAL), "ygap": 6, "showscale": data.replicas > 1,
        "colorbar": {
            "title": {"text": "share of replicas", "side": "right"}, "tickformat": ".0%", "thickness": 12, "outlinewidth": 0,
            "tickvals": [0, 0.5, 1],
        },
        "hovertemplate": "%{z:.0%} of replicas at %{x:.5g}<extra></extra>",
    }]
    traces += _bars(shown, _examples(shown, data.replicas))
    left_out = len(every) - len(shown)
    subtitle = f"The {len(shown)} most important of {len(every)} kinds of episode and agents." if left_out else ""
    subtitle = " ".join(filter(None, [f"{count(len(data.tables.episodes), 'episode')} in {count(data.replicas, 'replica')}.", subtitle]))
    return styled(
        traces, 130 + 28 * len(shown), subtitle,
        xaxis=axis(data.clock, range=[low, high], showgrid=False),
        yaxis=axis(tickvals=rows, ticktext=names, range=[len(shown) - 0.5, -0.5], showgrid=False, ticks="", showline=False),
    )


def _nothing(data: ReportData) -> str:
    if len(data.agents) < 2:
        return "Nothing happened that makes an episode: with one agent there is no conflict, and no replica diverged."
    return "No episode was found: no two agents fought, exploited each other or blocked each other for longer than one recorded tick."


def _span(data: ReportData, shown: list[Group]) -> tuple[float, float]:
    """The times that the axis covers: the record, and what reaches beyond its last tick."""
    ends = np.concatenate([group.rows[["onset", "end"]].to_numpy(float).ravel() for group in shown])
    t = times(data.tables.objectives) if len(data.tables.objectives) else ends
    low, high = min(ends.min(), t.min()), max(ends.max(), t.max())
    return float(low), float(high if high > low else low + 1.0)


def _share(rows: pd.DataFrame, edges: Floats, replicas: int) -> Floats:
    """The share of replicas with an episode in every bin, (len(edges) − 1,)."""
    bins = len(edges) - 1
    width = edges[1] - edges[0]
    first = np.clip((rows["onset"].to_numpy(float) - edges[0]) / width, 0, bins - 1).astype(int)
    last = np.clip((rows["end"].to_numpy(float) - edges[0]) / width, 0, bins - 1).astype(int)
    steps = np.zeros(bins + 1)
    np.add.at(steps, first, 1.0)
    np.add.at(steps, last + 1, -1.0)
    return np.minimum(np.cumsum(steps)[:-1] / replicas, 1.0)


def _examples(shown: list[Group], replicas: int) -> list[int]:
    """Replicas evenly spread over those that have an episode."""
    there = np.unique(np.concatenate([group.rows["replica"].to_numpy(int) for group in shown]))
    return [int(r) for r in there[np.unique(np.linspace(0, len(there) - 1, SINGLES).astype(int))]]


def _bars(shown: list[Group], examples: list[int]) -> list[dict[str, object]]:
    """One trace per replica; the first one visible."""
    traces: list[dict[str, object]] = []
    for number, replica in enumerate(examples):
        x: list[float | None] = []
        y: list[float | None] = []
        text: list[str] = []
        for row, group in enumerate(shown):
            for one in group.rows[group.rows["replica"] == replica].itertuples():
                x += [float(one.onset), float(one.end), None]
                y += [row, row, None]
                text += [f"{label(one.variables)}: {label(one.outcome)}"] * 3
        traces.append({
            "type": "scatter", "mode": "lines+markers", "x": x, "y": y, "text": text, "name": f"replica {replica}",
            "line": {"color": BLACK, "width": 2.5}, "marker": {"color": BLACK, "size": 7, "symbol": "line-ns-open"},
            "visible": True if number == 0 else "legendonly", "showlegend": True, "connectgaps": False,
            "hovertemplate": "%{text}<br>%{x:.5g}<extra></extra>",
        })
    return traces
