"""An axis of the experiment as an axis of a figure."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...answers.wording.words import number
from ...arrays import Floats
from ...plots.drawing.style import GREY, axis, label, squeezed
from .axes import Drawn
from .tables import Tables

LONGEST_TICK = 24
DECADES = 7  # the most ticks of a logarithmic axis


def scale(drawn: Drawn, tables: Tables, fields: bool = False) -> dict[str, Any]:
    """What a script needs to draw along an axis: where it finds each cell's value, and Plotly's layout.

    fields: whether every value has a field, from one of `edges` to the next, as in a heat map.
    """
    found: dict[str, Any] = {"column": f"axis:{tables.axes.index(drawn)}", "name": label(drawn.name)}
    edges = drawn.edges()
    if drawn.numeric:
        layout = axis(label(drawn.name), type="log" if drawn.log else "linear", showgrid=not fields, nticks=7)
        if drawn.log:
            layout |= _decades(edges if fields else drawn.values)
        if fields:
            found |= {"edges": edges.tolist(), "texts": drawn.texts}
    else:
        ticks = [squeezed(text, LONGEST_TICK) for text in drawn.texts]
        layout = category(label(drawn.name), ticks) | {"showgrid": not fields}
        found |= {"edges": edges.tolist(), "texts": list(map(label, drawn.texts)), "category": True}
    return found | {"layout": {key: value for key, value in layout.items() if value is not None}}


def _decades(values: Floats) -> dict[str, Any]:
    """Ticks at powers of ten, or at 1, 2 and 5 times these where there are fewer than three."""
    low, high = np.log10(values[0]), np.log10(values[-1])
    powers = 10.0 ** np.arange(np.floor(low), np.ceil(high) + 1)
    inside = [power for power in powers if values[0] <= power <= values[-1]]
    ticks = inside if len(inside) > 2 else [digit * power for power in powers for digit in (1, 2, 5)]
    step = -(-len(ticks) // DECADES)
    return {
        "tickvals": ticks[::step], "ticktext": [number(tick) for tick in ticks[::step]], "nticks": None,
        "minor": {"ticks": "outside", "ticklen": 3, "tickcolor": GREY, "dtick": "D1"},
    }


def category(title: str, ticks: list[str]) -> dict[str, Any]:
    """Plotly's layout of an axis along which categories stand at 0, 1, …"""
    places = list(range(len(ticks)))
    return axis(title, type="linear", tickvals=places, ticktext=ticks, range=[-0.5, len(ticks) - 0.5])
