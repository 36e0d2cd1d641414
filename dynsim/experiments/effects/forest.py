"""The effects of variants as a forest plot: one panel per quantity, one row per variant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from ...plots.drawing.grid import Grid, suffix
from ...plots.drawing.ranges import padded
from ...plots.drawing.style import BLUE, GREY, label, squeezed, styled

MOST = 12  # panels
LINE = 20  # pixels of a panel for each of its rows


def forest(effects: pd.DataFrame, of: str = "variant") -> Figure | str:
    """Differences from the reference over all cells, with their 95 % intervals; a sentence where there is none.

    effects: as in differences.py; rows of single cells are left out. of: the column that names the rows. Quantities
    have units of their own, so every panel has its own axis; a vertical line marks no difference. Panels begin with the
    smallest p, and quantities that no variant changes have none.
    """
    rows = effects[effects["cell"].isna()] if "cell" in effects else effects
    changed = rows[(rows["changed"] > 0) & rows["difference"].notna()]
    quantities = list(changed.groupby("quantity", sort=False)["p"].min().sort_values(kind="stable").index[:MOST])
    if not quantities:
        return "No quantity differs from the reference."
    names = list(dict.fromkeys(rows[of]))
    grid = Grid(len(quantities), LINE * len(names))
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    limits: list[tuple[float, float]] = []
    for place, quantity in enumerate(quantities):
        own = rows[(rows["quantity"] == quantity) & rows["difference"].notna()]
        traces.append(_trace(own, of, suffix(place)))
        ends = own[["low", "high", "difference"]].to_numpy(float)
        limits.append(padded(float(np.nanmin(ends, initial=0.0)), float(np.nanmax(ends, initial=0.0))))
        shapes.append({
            "type": "line", "x0": 0, "x1": 0, "xref": f"x{suffix(place)}", "y0": 0, "y1": 1,
            "yref": f"y{suffix(place)} domain", "line": {"color": GREY, "width": 1, "dash": "dot"},
        })
    layout = grid.layout("", [squeezed(quantity) for quantity in quantities], [[0, 1]] * len(quantities))
    return styled(traces, grid.height, **_axes(layout, names, limits, grid.columns), shapes=shapes, showlegend=False)


def _trace(rows: pd.DataFrame, of: str, axes: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "xaxis": f"x{axes}", "yaxis": f"y{axes}",
        "x": rows["difference"].to_numpy(float), "y": [label(name) for name in rows[of]],
        "marker": {"color": BLUE, "size": 8},
        "error_x": {
            "type": "data", "symmetric": False, "array": (rows["high"] - rows["difference"]).to_numpy(float),
            "arrayminus": (rows["difference"] - rows["low"]).to_numpy(float), "color": BLUE, "thickness": 1.5,
        },
        "hovertemplate": "%{y}: %{x:.4g}<extra></extra>",
    }


def _axes(
    layout: dict[str, Any], names: Sequence[str], limits: Sequence[tuple[float, float]], columns: int
) -> dict[str, Any]:
    """The layout with the names of the rows, the first on top, beside the first panel of each line, and a range of its
    own per x axis."""
    rows = [label(name) for name in reversed(names)]
    for place, (low, high) in enumerate(limits):
        layout[f"xaxis{suffix(place)}"] |= {"matches": None, "range": [low, high]}
        layout[f"yaxis{suffix(place)}"] |= {
            "type": "category", "categoryorder": "array", "categoryarray": rows, "range": [-0.5, len(rows) - 0.5],
            "automargin": True, "tickmode": "linear", "dtick": 1, "showticklabels": place % columns == 0,
        }
    return layout
