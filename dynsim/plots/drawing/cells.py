"""How figures show the cells of a run: a colour for each set of parameter values, never one for several together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...analysis.reading.cells import Cells
from ...answers.wording.words import between, count, listing, number, told_cell
from ...arrays import Floats
from .data import ReportData
from .style import DIVERGING, INK, SEQUENTIAL, axis, colours, distinct, label, single, styled

FEW = 6  # the most cells with a colour, a dash and an entry in the legend each; more share a scale of colours
LINES = 12  # the most cells that are drawn as lines; of more, this many are chosen evenly
WRITTEN = 12  # the most columns of a heat map with which the numbers stand in it
LONGEST_TICK = 60  # letters of a cell's name along an axis
PER_LETTER = 6  # pixels of an upright name

# Plasma (Smith & van der Walt 2015) without its light end. Larger values are lighter, in print without colours, too.
SCALE = ("#0d0887", "#5302a3", "#8b0aa5", "#b83289", "#db5c68", "#f48849")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


@dataclass(frozen=True)
class Look:
    """How the line of a cell looks. name: the varying parameters with their values. listed: whether the legend has the
    name, or only the hover text."""

    name: str
    colour: str
    dash: str
    listed: bool


def shown(cells: Cells) -> list[int]:
    """The indices of the cells that are shown as lines."""
    return np.unique(np.linspace(0, cells.count - 1, min(cells.count, LINES)).round().astype(int)).tolist()


def looks(cells: Cells) -> list[Look]:
    """The looks of the cells that are shown; empty if nothing varies. With many cells, the first axis determines the
    colour, and the second the dash if it has few values."""
    if cells.count == 1:
        return []
    names = [label(told_cell(cells, c), 60) for c in shown(cells)]
    if cells.count <= FEW:
        places = np.linspace(0, 1, cells.count)
        return [Look(name, _colour(at), dash, True) for name, at, dash in zip(names, places, DASHES, strict=False)]
    first, second = places_of(cells, 0), _second(cells)
    numbered = zip(names, shown(cells), strict=True)
    return [Look(name, _colour(first[c]), DASHES[second[c]], False) for name, c in numbered]


def legend(cells: Cells) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The legend of many cells, as traces and layout: a bar of colours for the first axis, dashes for the second."""
    if cells.count <= FEW:
        return [], {}
    low, high, logarithmic = _range(cells, 0)
    bar: dict[str, Any] = {
        "title": {"text": label(cells.axes[0][0], 24), "side": "right"}, "thickness": 12, "outlinewidth": 0,
    }
    if logarithmic:
        powers = np.linspace(low, high, 5)
        bar |= {"tickvals": powers.tolist(), "ticktext": [number(float(10**p)) for p in powers]}
    layout = {"coloraxis": {"colorscale": colours(SCALE), "cmin": low, "cmax": high, "colorbar": bar}}
    nowhere = {"type": "scatter", "x": [None], "y": [None], "hoverinfo": "skip"}
    traces: list[dict[str, Any]] = [{
        **nowhere, "mode": "markers", "marker": {"color": [low], "coloraxis": "coloraxis"}, "showlegend": False,
    }]
    if max(_second(cells)):
        levels = np.unique(cells.middle[cells.names.index(cells.axes[1][0])])
        traces += [{
            **nowhere, "mode": "lines", "line": {"color": INK, "dash": dash}, "showlegend": True,
            "name": label(f"{cells.axes[1][0]} = {number(float(level))}"),
        } for level, dash in zip(levels, DASHES, strict=False)]
    return traces, layout


def places_of(cells: Cells, number_of_axis: int) -> Floats:
    """The place of every cell along an axis, from 0 to 1, (C,)."""
    low, high, logarithmic = _range(cells, number_of_axis)
    middle = cells.middle[cells.names.index(cells.axes[number_of_axis][0])]
    at = np.log10(middle) if logarithmic else middle
    found: Floats = (at - low) / (high - low) if high > low else np.zeros(cells.count)
    return found


def ticks_of(cells: Cells) -> tuple[list[str], str]:
    """The names of the cells along an axis, all distinct, and the title of the axis: the values of the varying
    parameters, and the parameters in the same order."""
    axes = [group[0] for group in cells.axes]
    names = [", ".join(_value(cells, name, c) for name in axes) for c in range(cells.count)]
    return distinct([label(name, LONGEST_TICK) for name in names]), ", ".join(map(label, axes))


def _value(cells: Cells, name: str, cell: int) -> str:
    row = cells.names.index(name)
    return between(number(float(cells.low[row, cell])), number(float(cells.high[row, cell])))


def caption(cells: Cells) -> str:
    """A sentence for the subtitle, after another one, that says which cells the colours stand for."""
    if cells.count == 1:
        return ""
    names = listing([label(group[0], 24) for group in cells.axes], 2)
    kind = "combinations" if len(cells.axes) > 1 else "values" if cells.exact else "ranges"
    several = f"{cells.count} {kind} of {names}"
    some = "" if cells.count <= LINES else f", {len(shown(cells))} of them drawn"
    return f" A colour for each of {several}{some}."


def over(data: ReportData) -> str:
    """A phrase for the replicas that the statistics are taken over."""
    if data.cells.count == 1:
        return count(data.replicas, "replica")
    return f"the replicas of each {'value' if data.cells.exact else 'range'}"


def heat_map(rows: Sequence[str], values: Floats, cells: Cells, subtitle: str, title: str, **scale: Any) -> Any:
    """A row for each name and a column for each cell; values: (rows, C). scale: zmin, zmax and the like, and whether
    the values are `signed`."""
    columns, name = ticks_of(cells)
    signed = scale.pop("signed", True)
    few = cells.count <= WRITTEN
    written: dict[str, Any] = {"texttemplate": "%{z:.2f}"} if few else {}
    if few and not signed:
        written["textfont"] = {"color": INK}
    trace = {
        "type": "heatmap", "z": single(values[::-1]), "x": columns, "y": distinct(list(rows))[::-1],
        "colorscale": colours(DIVERGING if signed else SEQUENTIAL), "xgap": 2, "ygap": 2, "hoverongaps": False,
        "hovertemplate": f"%{{y}}<br>{name}{' = ' if name else ''}%{{x}}: %{{z:.3f}}<extra></extra>",
        "colorbar": {"title": {"text": title, "side": "right"}, "thickness": 12, "outlinewidth": 0, "nticks": 5},
        **written, **scale,
    }
    upright = len(cells.axes) > 1 and not few
    room = 56 + (PER_LETTER * max(map(len, columns)) if upright else 0)
    return styled(
        [trace], max(90 + room + 26 * len(rows), 240), subtitle, margin={"l": 56, "r": 16, "t": 64, "b": room},
        xaxis=axis(name, type="category", showgrid=False, ticks="", showline=False, tickangle=90 if upright else None),
        yaxis=axis(type="category", showgrid=False, ticks="", showline=False, dtick=1),
    )


def _colour(place: float) -> str:
    """The scale's colour at a place from 0 to 1."""
    at = place * (len(SCALE) - 1)
    low = min(int(at), len(SCALE) - 2)
    pair = [[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in SCALE[low : low + 2]]
    mixed = [round(a + (b - a) * (at - low)) for a, b in zip(*pair, strict=True)]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _range(cells: Cells, number_of_axis: int) -> tuple[float, float, bool]:
    """The least and the largest value along an axis, and whether these are exponents of ten."""
    middle = cells.middle[cells.names.index(cells.axes[number_of_axis][0])]
    low, high = float(middle.min()), float(middle.max())
    if low > 0 and high > 100 * low:
        return float(np.log10(low)), float(np.log10(high)), True
    return low, high, False


def _second(cells: Cells) -> list[int]:
    """For every cell, the index of its dash."""
    if len(cells.axes) < 2:
        return [0] * cells.count
    levels = np.unique(cells.middle[cells.names.index(cells.axes[1][0])], return_inverse=True)[1]
    return levels.tolist() if levels.max() < len(DASHES) else [0] * cells.count
