"""Small multiples: a grid of small axes, one quantity each, with a band over replicas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from ...analysis.reading.cells import Cells
from ...answers.wording.words import count
from ...arrays import Floats
from .cells import Look, legend, looks, shown
from .data import Bands, ReportData
from .series import extremes, thin
from .style import BLUE, GREY, VERMILLION, axis, faint, single, squeezed, styled

PER_PAGE = 12
NUMBERS = 5_000  # points of a figure: what all panels share
MOST = 120  # panels
BANDED = 4  # cells
RUNAWAY = 50
ROW = 190  # pixels
GAP = 46
TOP, BOTTOM = 84, 50


@dataclass(frozen=True)
class Panel:
    """One small axes. bands: one for each cell that is drawn. colour: where nothing varies. singles: curves (S, K) at
    the bands' times, to be shown on request."""

    bands: Sequence[Bands]
    colour: str = BLUE
    singles: Floats | None = None

    @property
    def name(self) -> str:
        return self.bands[0].name

    @cached_property
    def quantiles(self) -> Floats:
        """Of all cells together, tick after tick, for the range of the axes."""
        every = np.concatenate([bands.quantiles for bands in self.bands], axis=1)
        return every[:, np.argsort(np.concatenate([bands.times for bands in self.bands]), kind="stable")]


def small_multiples(
    panels: Sequence[Panel], x_title: str, subtitle: str, data: ReportData, limits: tuple[float, float] | None = None,
    singles_name: str = "single replicas", banded: bool | None = None,
) -> Figure:
    """All panels over one time axis, PER_PAGE at once and the others by a menu; in each a curve for every cell of the
    run. limits: of all y axes; without, each follows its bulk. banded: false where cells have one replica, so that the
    median is the curve."""
    banded = data.banded if banded is None else banded
    of_cells = looks(data.cells)
    panels = [_drawn(panel, data.cells) for panel in panels[:MOST]]
    points = int(np.clip(NUMBERS // max(len(panels) * max(len(of_cells), 1), 1), 40, 400))
    grid = Grid(min(len(panels), PER_PAGE))
    traces: list[dict[str, Any]] = []
    owner: list[int] = []
    ranges, cut = [], []
    for k, panel in enumerate(panels):
        panel = _thinned(panel, points)
        low, high, clipped = (*limits, False) if limits else bulk(panel.quantiles)
        ranges.append([low, high])
        cut.append(clipped)
        axes, first = grid.suffix(k % PER_PAGE), k % PER_PAGE == 0
        if of_cells:
            made = [trace for bands, look in zip(panel.bands, of_cells, strict=True)
                    for trace in _of_cell(bands, look, banded and len(of_cells) <= BANDED, axes, first)]
        else:
            made = _traces(panel, banded, axes, first, singles_name)
        for trace in made:
            if k >= PER_PAGE:
                trace["visible"] = False
        traces += made
        owner += [k] * len(made)
    titles = [_title(panel, clipped) for panel, clipped in zip(panels, cut, strict=True)]
    layout = grid.layout(x_title, titles[:PER_PAGE], ranges[:PER_PAGE])
    explained, scale = legend(data.cells)
    traces, owner, layout = traces + explained, owner + [-1] * len(explained), layout | scale
    if len(panels) > PER_PAGE:
        layout["updatemenus"] = [grid.menu(_pages(titles, ranges, traces, owner))]
    return styled(traces, grid.height, subtitle, **layout)


def paged(amount: int, noun: str, plural: str = "") -> str:
    """What of a figure's subtitle tells where the panels are that do not fit on its first page; empty if all do."""
    if amount <= PER_PAGE:
        return ""
    left_out = "" if amount <= MOST else f" ({amount - MOST:,} are not shown)"
    shown = min(amount, MOST)
    return f" {PER_PAGE} of {count(amount, noun, plural)}{left_out}; use the menu for the other {shown - PER_PAGE}."


def _drawn(panel: Panel, cells: Cells) -> Panel:
    """With the cells alone that are shown."""
    return panel if len(panel.bands) == 1 else replace(panel, bands=[panel.bands[c] for c in shown(cells)])


def _thinned(panel: Panel, points: int) -> Panel:
    bands = [thin(one, points) for one in panel.bands]
    singles = None if panel.singles is None else extremes(panel.singles, points)
    return replace(panel, bands=bands, singles=singles)


def bulk(quantiles: Floats) -> tuple[float, float, bool]:
    """A range for the y axis, and whether it leaves values out: a runaway must not flatten what came before it.

    It is cut where all values together reach RUNAWAY times further than the middle 80 % do, and than the first tenth
    of the ticks does (a transient is no runaway)."""
    finite = quantiles[np.isfinite(quantiles)]
    if not finite.size:
        return 0.0, 1.0, False
    low, high = float(finite.min()), float(finite.max())
    early = quantiles[:, : max(quantiles.shape[1] // 10, 1)]
    early = early[np.isfinite(early)]
    center = np.quantile(finite, [0.1, 0.9])
    usual = max(np.ptp(center), np.ptp(early) if early.size else 0.0)
    cut = 0.0 < usual < high / RUNAWAY - low / RUNAWAY
    if cut:
        low, high = max(low, float(center[0]) - usual), min(high, float(center[1]) + usual)
    return *padded(low, high), cut


def padded(low: float, high: float) -> tuple[float, float]:
    """A range with some air at both ends, also where it is a single value."""
    pad = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return low - pad, high + pad


def _title(panel: Panel, clipped: bool) -> str:
    finite = panel.quantiles[np.isfinite(panel.quantiles)]
    if not finite.size:
        return f"{squeezed(panel.name)} (no finite value)"
    if not clipped:
        return squeezed(panel.name)
    return f"{squeezed(panel.name)} <i>(cut off; reaches {max(finite, key=abs):.1e})</i>"


def _traces(panel: Panel, banded: bool, axes: str, first: bool, singles_name: str) -> list[dict[str, Any]]:
    """Two bands, the median, and the single curves joined to one trace."""
    (bands,) = panel.bands
    seen = np.isfinite(bands.quantiles).all(axis=0)
    t, (q05, q25, median, q75, q95) = bands.times[seen], bands.quantiles[:, seen]
    common = {"type": "scatter", "xaxis": f"x{axes}", "yaxis": f"y{axes}", "showlegend": first}
    mode = "lines+markers" if len(t) == 1 else "lines"
    outline = np.concatenate([t, t[::-1]])
    found: list[dict[str, Any]] = []
    if banded:
        for name, low, high, share in (("90 % band", q05, q95, 0.16), ("50 % band", q25, q75, 0.34)):
            found.append({
                **common, "x": single(outline), "y": single(np.concatenate([high, low[::-1]])), "fill": "toself",
                "mode": "lines", "line": {"width": 0}, "fillcolor": faint(panel.colour, share), "hoverinfo": "skip",
                "name": name, "legendgroup": name,
            })
    found.append({
        **common, "x": single(t), "y": single(median), "mode": mode, "line": {"color": panel.colour, "width": 1.6},
        "name": "median" if banded else "value", "legendgroup": "median",
        "customdata": single(np.stack([q05, q95], axis=1)) if banded else None,
        "hovertemplate": "%{y:.4g}" + (" (90 %: %{customdata[0]:.4g} … %{customdata[1]:.4g})" if banded else "")
        + "<br>at %{x:.6g}<extra></extra>",
    })
    if panel.singles is not None:
        found.append({**common, **_joined(bands.times, panel.singles), "name": singles_name})
    return found


def _of_cell(bands: Bands, look: Look, banded: bool, axes: str, first: bool) -> list[dict[str, Any]]:
    """The median of a cell, and its middle half where the cells are so few that their bands can be told apart."""
    seen = np.isfinite(bands.quantiles).all(axis=0)
    t, (_, q25, median, q75, _) = bands.times[seen], bands.quantiles[:, seen]
    common = {
        "type": "scatter", "xaxis": f"x{axes}", "yaxis": f"y{axes}", "legendgroup": look.name, "name": look.name,
    }
    found: list[dict[str, Any]] = []
    if banded:
        found.append({
            **common, "x": single(np.concatenate([t, t[::-1]])), "y": single(np.concatenate([q75, q25[::-1]])),
            "fill": "toself", "mode": "lines", "line": {"width": 0}, "fillcolor": faint(look.colour, 0.18),
            "hoverinfo": "skip", "showlegend": False,
        })
    found.append({
        **common, "x": single(t), "y": single(median), "mode": "lines+markers" if len(t) == 1 else "lines",
        "line": {"color": look.colour, "dash": look.dash, "width": 1.8}, "showlegend": first and look.listed,
        "hovertemplate": f"{look.name}: %{{y:.4g}}<br>at %{{x:.6g}}<extra></extra>",
    })
    return found


def _joined(times: Floats, rows: Floats) -> dict[str, Any]:
    """Curves (S, K) over the span of `times` as one trace with gaps, hidden until its legend entry is clicked."""
    times = np.interp(np.linspace(0, 1, rows.shape[1]), np.linspace(0, 1, len(times)), times)
    gap = np.full((len(rows), 1), np.nan)
    x = np.concatenate([np.broadcast_to(times, rows.shape), gap], axis=1).ravel()
    y = np.concatenate([rows, gap], axis=1).ravel()
    return {
        "x": single(x), "y": single(y), "mode": "lines", "line": {"color": VERMILLION, "width": 0.8}, "opacity": 0.8,
        "visible": "legendonly", "legendgroup": "singles", "hoverinfo": "skip",
    }


def _pages(
    titles: Sequence[str], ranges: Sequence[Sequence[float]], traces: Sequence[dict[str, Any]], owner: Sequence[int]
) -> list[dict[str, Any]]:
    """Pages of panels on the same axes, as a menu's buttons."""
    buttons = []
    for start in range(0, len(titles), PER_PAGE):
        stop = min(start + PER_PAGE, len(titles))
        visible = [
            (("legendonly" if trace.get("legendgroup") == "singles" else True) if k < 0 or start <= k < stop else False)
            for trace, k in zip(traces, owner, strict=True)
        ]
        layout: dict[str, Any] = {}
        for place in range(PER_PAGE):
            suffix, there = ("" if place == 0 else str(place + 1)), start + place < stop
            layout[f"annotations[{place}].text"] = titles[start + place] if there else ""
            if there:
                layout[f"yaxis{suffix}.range"] = list(ranges[start + place])
        name = f"{start + 1}–{stop} of {len(titles)}"
        buttons.append({"label": name, "method": "update", "args": [{"visible": visible}, layout]})
    return buttons


class Grid:
    """Where the axes stand: rows of equal height, in pixels, so that any number of panels looks alike."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.columns = 1 if count == 1 else 2 if count in (2, 4) else 3
        self.rows = -(-count // self.columns)
        row = 300 if count == 1 else 240 if self.rows == 1 else ROW
        self.inner = self.rows * row + (self.rows - 1) * GAP
        self.row, self.height = row, self.inner + TOP + BOTTOM

    def suffix(self, place: int) -> str:
        """Of Plotly's axes: x, x2, x3, …"""
        return "" if place == 0 else str(place + 1)

    def layout(self, x_title: str, titles: Sequence[str], ranges: Sequence[Sequence[float]]) -> dict[str, Any]:
        found: dict[str, Any] = {
            "annotations": [],
            "margin": {"l": 60, "r": 16, "t": TOP, "b": BOTTOM},
            "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1 + 22 / self.inner, "yanchor": "bottom"},
        }
        for place, (title, limits) in enumerate(zip(titles, ranges, strict=True)):
            row, column = divmod(place, self.columns)
            left, right = column / self.columns, (column + 1) / self.columns
            inset = 0.0 if self.columns == 1 else 0.05
            x = [left + (inset if column else 0.0), right - (0.0 if column == self.columns - 1 else 0.01)]
            top = 1 - row * (self.row + GAP) / self.inner
            y = [max(top - self.row / self.inner, 0.0), top]
            suffix, last = self.suffix(place), place + self.columns >= self.count
            found[f"xaxis{suffix}"] = axis(
                x_title if last else "", domain=x, anchor=f"y{suffix}", matches=None if place == 0 else "x", nticks=6
            )
            found[f"yaxis{suffix}"] = axis(
                domain=y, anchor=f"x{suffix}", range=list(limits), nticks=5, automargin=False, exponentformat="power"
            )
            found["annotations"].append({
                "text": title, "x": x[0], "y": top, "xref": "paper", "yref": "paper", "xanchor": "left",
                "yanchor": "bottom", "showarrow": False, "yshift": 3, "font": {"size": 12},
            })
        return found

    def menu(self, buttons: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """A menu at the top right."""
        return {
            "buttons": list(buttons), "direction": "down", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom",
            "pad": {"b": 26}, "showactive": True, "bordercolor": GREY, "bgcolor": "#ffffff",
        }

    def bottom_axes(self) -> list[str]:
        """The x axes that carry a title."""
        return [f"xaxis{self.suffix(k)}" for k in range(self.count) if k + self.columns >= self.count]
