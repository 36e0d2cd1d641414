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
from .curves import cell_curves, pooled_curves, single_curves
from .data import Bands, ReportData
from .grid import Grid, suffix
from .ranges import bulk
from .series import extremes, thin
from .style import BLUE, squeezed, styled

PER_PAGE = 12  # panels that are visible at once
MOST = 120  # panels of a figure
POINTS = 5_000  # of a figure, shared by all its panels
BANDED = 4  # the most cells whose bands can be told apart


@dataclass(frozen=True)
class Panel:
    """One small axes. bands: one for each cell. colour: of the curve if nothing varies. singles: curves at the times of
    the bands, (S, K); hidden until a reader clicks their entry in the legend."""

    bands: Sequence[Bands]
    colour: str = BLUE
    singles: Floats | None = None

    @property
    def name(self) -> str:
        return self.bands[0].name

    @cached_property
    def quantiles(self) -> Floats:
        """The quantiles of all cells, sorted by time, for the range of the y axis."""
        every = np.concatenate([bands.quantiles for bands in self.bands], axis=1)
        return every[:, np.argsort(np.concatenate([bands.times for bands in self.bands]), kind="stable")]


def small_multiples(
    panels: Sequence[Panel], x_title: str, subtitle: str, data: ReportData, limits: tuple[float, float] | None = None,
    singles_name: str = "single replicas", banded: bool | None = None,
) -> Figure:
    """Panels over a common x axis, each with a curve for every cell. Up to PER_PAGE are visible; a menu shows the
    others. limits: of all y axes; without them, each shows the bulk of its values. banded: whether cells have several
    replicas, so that there are bands around the median.
    """
    banded = data.banded if banded is None else banded
    of_cells = looks(data.cells)
    panels = [_with_cells_shown(panel, data.cells) for panel in panels[:MOST]]
    points = int(np.clip(POINTS // max(len(panels) * max(len(of_cells), 1), 1), 40, 400))
    grid = Grid(min(len(panels), PER_PAGE))
    traces: list[dict[str, Any]] = []
    owner: list[int] = []
    ranges, cut = [], []
    for k, panel in enumerate(panels):
        panel = _thinned(panel, points)
        low, high, clipped = (*limits, False) if limits else bulk(panel.quantiles)
        ranges.append([low, high])
        cut.append(clipped)
        axes, first = suffix(k % PER_PAGE), k % PER_PAGE == 0
        made = _curves(panel, of_cells, banded, axes, first, singles_name)
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
    """A sentence for the subtitle that says where the panels beyond the first page are; empty if there are none."""
    if amount <= PER_PAGE:
        return ""
    left_out = "" if amount <= MOST else f" ({amount - MOST:,} are not shown)"
    shown = min(amount, MOST)
    return f" {PER_PAGE} of {count(amount, noun, plural)}{left_out}; use the menu for the other {shown - PER_PAGE}."


def _with_cells_shown(panel: Panel, cells: Cells) -> Panel:
    """The panel with only the cells that figures show as lines."""
    return panel if len(panel.bands) == 1 else replace(panel, bands=[panel.bands[c] for c in shown(cells)])


def _thinned(panel: Panel, points: int) -> Panel:
    bands = [thin(one, points) for one in panel.bands]
    singles = None if panel.singles is None else extremes(panel.singles, points)
    return replace(panel, bands=bands, singles=singles)


def _curves(
    panel: Panel, of_cells: Sequence[Look], banded: bool, axes: str, first: bool, singles_name: str
) -> list[dict[str, Any]]:
    """The traces of a panel. of_cells: the looks of the cells, if something varies."""
    if of_cells:
        banded = banded and len(of_cells) <= BANDED
        pairs = zip(panel.bands, of_cells, strict=True)
        return [trace for bands, look in pairs for trace in cell_curves(bands, look, banded, axes, first)]
    (bands,) = panel.bands
    found = pooled_curves(bands, panel.colour, banded, axes, first)
    if panel.singles is not None:
        found.append(single_curves(bands.times, panel.singles, singles_name, axes, first))
    return found


def _title(panel: Panel, clipped: bool) -> str:
    finite = panel.quantiles[np.isfinite(panel.quantiles)]
    if not finite.size:
        return f"{squeezed(panel.name)} (no finite value)"
    if not clipped:
        return squeezed(panel.name)
    return f"{squeezed(panel.name)} <i>(cut off; reaches {max(finite, key=abs):.1e})</i>"


def _pages(
    titles: Sequence[str], ranges: Sequence[Sequence[float]], traces: Sequence[dict[str, Any]], owner: Sequence[int]
) -> list[dict[str, Any]]:
    """The buttons of the menu: each shows a page of panels on the same axes. owner: the panel of every trace, −1 for
    traces that belong to all pages."""
    buttons = []
    for start in range(0, len(titles), PER_PAGE):
        stop = min(start + PER_PAGE, len(titles))
        visible = [
            (("legendonly" if trace.get("legendgroup") == "singles" else True) if k < 0 or start <= k < stop else False)
            for trace, k in zip(traces, owner, strict=True)
        ]
        layout: dict[str, Any] = {}
        for place in range(PER_PAGE):
            there = start + place < stop
            layout[f"annotations[{place}].text"] = titles[start + place] if there else ""
            if there:
                layout[f"yaxis{suffix(place)}.range"] = list(ranges[start + place])
        name = f"{start + 1}–{stop} of {len(titles)}"
        buttons.append({"label": name, "method": "update", "args": [{"visible": visible}, layout]})
    return buttons
