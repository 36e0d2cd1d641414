"""The bifurcation diagram: the extremes of each state variable on both ways, and where branches change."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from ...answers.wording.words import between, count
from ...plots.drawing.grid import Grid, suffix
from ...plots.drawing.ranges import padded
from ...plots.drawing.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, VERMILLION, faint, label, styled
from .branches import Branches, Changes, branches_of, located
from .scale import scale
from .tables import Tables

PANELS, VARIABLES, REPLICAS = 6, 8, 12
LOOKS = {"up": (BLUE, "triangle-up", 10), "down": (VERMILLION, "triangle-down", 6)}  # one shows beside the other
LINES = {
    "jump": (INK, "solid"), "period doubling": (GREEN, "dash"), "oscillation": (PURPLE, "dot"),
    "period": (ORANGE, "dashdot"), "divergence": (GREY, "longdash"), "return": (GREY, "longdashdot"),
    "failure": (VERMILLION, "longdash"),
}


def bifurcation(tables: Tables) -> Figure | None:
    """A panel for each variant, and a menu of the variables; None where no branches were followed."""
    found = list(branches_of(tables))[:PANELS]
    names = list(dict.fromkeys(name for branches in found for name in branches.variables))[:VARIABLES]
    if not names:
        return None
    grid = Grid(len(found))
    shown, traces = [], list[dict[str, Any]]()
    ranges = [[_range(branches, name) for branches in found] for name in names]
    for k, name in enumerate(names):
        own = [trace for place, branches in enumerate(found)
               for trace in _panel(branches, name, ranges[k][place], suffix(place))]
        seen: set[str] = set()
        for trace in own:
            trace |= {"visible": k == 0, "showlegend": trace["legendgroup"] not in seen}
            seen.add(trace["legendgroup"])
        traces += own
        shown += [k] * len(own)
    titles = [label(branches.variant) for branches in found] if len(tables.variants) > 1 else [""]
    layout = grid.layout("", titles, ranges[0])
    along = scale(found[0].axis, tables)["layout"]
    for place in range(len(found)):
        layout[f"xaxis{suffix(place)}"] |= {key: value for key, value in along.items() if key != "title"}
    for axis in grid.bottom_axes():
        layout[axis] |= {"title": along["title"]}
    layout["yaxis"] |= {"title": {"text": label(names[0]), "standoff": 6}}
    if len(names) > 1:
        layout["updatemenus"] = [grid.menu([_button(k, names, shown, ranges[k]) for k in range(len(names))])]
    return styled(traces, grid.height, **layout)


def _range(branches: Branches, name: str) -> list[float]:
    ends = branches.branch[[f"{name}.low", f"{name}.high"]].to_numpy(float)
    there = ends[np.isfinite(ends)]
    return list(padded(float(there.min()), float(there.max()))) if len(there) else [0.0, 1.0]


def _button(k: int, names: list[str], shown: list[int], ranges: list[list[float]]) -> dict[str, Any]:
    changes: dict[str, Any] = {f"yaxis{suffix(place)}.range": own for place, own in enumerate(ranges)}
    return {"label": label(names[k]), "method": "update", "args": [
        {"visible": [which == k for which in shown]}, changes | {"yaxis.title.text": label(names[k])},
    ]}


def _panel(branches: Branches, name: str, limits: list[float], axes: str) -> list[dict[str, Any]]:
    """Hysteresis below, then where branches change, then the branches."""
    traces = _loop(branches, limits)
    for change in branches.changes:
        traces += _where(branches, change, limits)
    for way in LOOKS:
        for replica, rows in list(branches.branch[branches.branch["way"] == way].groupby("replica"))[:REPLICAS]:
            traces += [_followed(branches, rows, way, int(str(replica)), name, end) for end in ("low", "high")]
    return [trace | {"xaxis": f"x{axes}", "yaxis": f"y{axes}"} for trace in traces]


def _loop(branches: Branches, limits: list[float]) -> list[dict[str, Any]]:
    if not len(branches.loop):
        return []
    path = branches.axis.path
    low, high = float(branches.loop[f"{path}.low"].min()), float(branches.loop[f"{path}.high"].max())
    return [{
        "type": "scatter", "mode": "lines", "x": [low, low, high, high],
        "y": [limits[0], limits[1], limits[1], limits[0]],
        "fill": "toself", "fillcolor": faint(GREY, 0.12), "line": {"width": 0}, "hoverinfo": "skip",
        "name": "the way matters", "legendgroup": "the way matters",
    }]


def _where(branches: Branches, change: Changes, limits: list[float]) -> list[dict[str, Any]]:
    """A vertical line where a branch changes, in a band as wide as its interval."""
    colour, dash = LINES[change.kind]
    ends = between(*located(change)[1:])
    replicas = "" if branches.replicas == 1 else f", {count(change.replicas, 'replica')}"
    name = "another period" if change.kind == "period" else change.kind
    both = {"type": "scatter", "mode": "lines", "name": name, "legendgroup": name}
    told = {"text": f"{name}, going {change.way}: {ends}{replicas}", "hoverinfo": "text"}
    low, high = limits
    return [
        {**both, **told, "x": [change.value] * 3, "y": [low, (low + high) / 2, high],
         "line": {"color": colour, "width": 1.5, "dash": dash}},
        {**both, "x": [change.low, change.low, change.high, change.high], "y": [low, high, high, low],
         "fill": "toself", "fillcolor": faint(colour, 0.15), "line": {"width": 0}, "hoverinfo": "skip"},
    ]


def _followed(
    branches: Branches, rows: pd.DataFrame, way: str, replica: int, name: str, end: str
) -> dict[str, Any]:
    """One end of the extremes along one way, in pieces that no jump connects."""
    path, (colour, symbol, width) = branches.axis.path, LOOKS[way]
    values, heights = rows[path].to_numpy(float), rows[f"{name}.{end}"].to_numpy(float)
    periods = rows["period"].to_numpy(int)
    symbols = [symbol if period == 1 else f"{symbol}-open" if period else "x-thin-open" for period in periods]
    told = [
        f"{path.removeprefix('params.')} = {value:.6g}, going {way}: {_period(period)}"
        + (f", replica {replica}" if branches.replicas > 1 else "") + ("" if settled else ", not settled")
        for value, period, settled in zip(values, periods, rows["settled"], strict=True)
    ]
    jumps = branches.rows[(branches.rows["kind"] == "jump") & (branches.rows["way"] == way)
                          & (branches.rows["replica"] == replica)][path].to_numpy(float)
    breaks = [k + 1 for k, (a, b) in enumerate(pairwise(values))
              if ((min(a, b) <= jumps) & (jumps <= max(a, b))).any()]
    x, y = np.insert(values, breaks, np.nan), np.insert(heights, breaks, np.nan)
    marks, text = (np.insert(np.array(part, dtype=object), breaks, "") for part in (symbols, told))
    return {
        "type": "scatter", "mode": "lines+markers", "x": x, "y": y, "connectgaps": False,
        "line": {"color": colour, "width": 1}, "name": f"going {way}", "legendgroup": way,
        "marker": {"color": colour, "size": width, "symbol": marks.tolist(), "line": {"color": colour, "width": 1}},
        "text": [label(part, 120) for part in text],
        "hovertemplate": f"{label(name)}: %{{y:.4g}}<br>%{{text}}<extra></extra>",
    }


def _period(period: int) -> str:
    return "rest" if period == 1 else f"period of {count(period, 'record')}" if period else "no period"


CAPTION = (
    "Points: the least and the largest value of the last records, going up and going down; full at rest, open on a "
    "cycle, a cross without a period. Vertical lines: where a branch changes, in a band as wide as the interval of the "
    "change. Point at either for its numbers."
)
