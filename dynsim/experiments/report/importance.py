"""How much each parameter matters: bars of its indices, with their intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from ...plots.drawing.style import BLUE, INK, SKY, axis, label, squeezed, styled
from ..effects.sentences import quantity_in_words
from .choice import choice
from .tables import Tables

INDICES = {
    "first": "first order: alone", "total": "total: with its interactions",
    "mu_star": "μ*: mean size of the elementary effects",
}
AXIS = {"first": "share of the variance", "mu_star": "μ*"}
LOOKS = ((BLUE, ""), (SKY, "/"))  # the second is hatched, for prints without colours
ROW, ROOM = 40, 138  # pixels
QUANTITIES = 40  # in the menu


def importance(tables: Tables) -> Figure | None:
    """Bars for each parameter, the most important one first; the menu chooses the quantity. None without indices."""
    table = tables.sensitivity
    indices = [] if table is None else [name for name in INDICES if name in table]
    if table is None or not indices:
        return None
    known = table.dropna(subset=indices)
    groups = list(known.groupby(["quantity", "variant"], sort=False))[:QUANTITIES]
    if not groups:
        return None
    traces: list[dict[str, Any]] = []
    names: list[str] = []
    for (quantity, variant), rows in groups:
        ranked = rows.sort_values(indices[-1], ascending=False, kind="stable")
        traces += [_bars(ranked, index, LOOKS[place], not names) for place, index in enumerate(indices)]
        names.append(quantity_in_words(str(quantity)) + (f" with {variant}" if len(tables.variants) > 1 else ""))
    titles = [f"{AXIS[indices[0]]} of {label(name, 60)}" for name in names]
    layout: dict[str, Any] = {
        "xaxis": axis(titles[0], rangemode="tozero", zeroline=True, zerolinecolor=INK, nticks=7),
        "yaxis": axis(type="category", autorange="reversed", showline=False, ticks="", showgrid=False, dtick=1),
        "barmode": "group", "bargap": 0.3, "margin": {"l": 56, "r": 28, "t": 84, "b": 52},
        "showlegend": len(indices) > 1,
    }
    if len(names) > 1:
        layout["updatemenus"] = [choice(names, len(indices), titles)]
    return styled(traces, ROOM + ROW * max(len(rows) for _, rows in groups), **layout)


def _bars(rows: pd.DataFrame, index: str, look: tuple[str, str], visible: bool) -> dict[str, Any]:
    colour, pattern = look
    value, low, high = (rows[name].to_numpy(float) for name in (index, f"{index}.low", f"{index}.high"))
    return {
        "type": "bar", "orientation": "h", "x": value,
        "y": [squeezed(str(name).removeprefix("params."), 32) for name in rows["parameter"]],
        "name": INDICES[index], "visible": visible, "customdata": np.stack([low, high], axis=1),
        "marker": {
            "color": colour,
            "pattern": {"shape": pattern, "fillmode": "overlay", "fgcolor": INK, "size": 5, "solidity": 0.15},
        },
        "error_x": {
            "type": "data", "symmetric": False, "array": high - value, "arrayminus": value - low, "color": INK,
            "thickness": 1.2, "width": 4,
        },
        "hovertemplate": "%{y}: %{x:.3g} (95 %: %{customdata[0]:.3g} … %{customdata[1]:.3g})"
        f"<extra>{INDICES[index]}</extra>",
    }
