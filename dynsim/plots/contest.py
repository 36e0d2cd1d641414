"""Contest: how far the agents' pushes on a variable cancel."""

from __future__ import annotations

import numpy as np
from plotly.graph_objects import Figure

from ..answers.wording.words import count
from .base import COURSE, figure
from .drawing.cells import caption
from .drawing.data import Bands, ReportData
from .drawing.panels import Panel, paged, small_multiples
from .drawing.series import table_bands
from .drawing.style import ORANGE

LEAST = 1e-9  # a smaller contest is rounding error


@figure(
    "contest", section=COURSE, order=20, needs=("contest",), heading="Which variables are fought over?",
    caption="0: all agents that care about the variable push it the same way. 1: their pushes cancel. An agent counts "
    "whether or not it may move the variable; objectives count in their own units.",
)
def contest(data: ReportData) -> Figure | str:
    """contest_v = 1 − |Σ_i p_iv|/Σ_i |p_iv| over time, p_iv = −∂E_i/∂x_v: median and bands over replicas, the most
    contested variables first."""
    if len(data.agents) < 2:
        return "With one agent, no variable is contested."
    found = table_bands(data.tables.contest, "variable", data.cells)
    height = [max(map(_height, of_cells)) for of_cells in found]
    order = [k for k in np.argsort(height)[::-1] if height[k] > LEAST]
    if not order:
        return "No variable is contested: all agents that care about a variable always push it the same way."
    panels = [Panel(found[k], ORANGE) for k in order]
    calm = len(found) - len(order)
    subtitle = f"{count(len(order), 'variable')}, most contested first"
    subtitle += f"; {calm} never contested." if calm else "."
    subtitle += caption(data.cells) + paged(len(order), "variable")
    return small_multiples(panels, data.clock, subtitle, data, limits=(-0.03, 1.03))


def _height(bands: Bands) -> float:
    return float(np.nanmean(bands.quantiles)) if np.isfinite(bands.quantiles).any() else -1.0
