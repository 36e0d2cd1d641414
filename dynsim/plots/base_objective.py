"""The base objective over time, and when it was best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from plotly.graph_objects import Figure

from ..analysis.conflict_log.metrics.objectives import BASE
from ..answers.wording.words import of_replicas
from ..arrays import Floats
from .base import OUTCOME, figure
from .drawing.cells import caption, shown
from .drawing.data import Bands, ReportData
from .drawing.panels import Panel, small_multiples
from .drawing.series import table_bands
from .drawing.style import BLACK, LIGHT, ORANGE, faint, label, single

MOST = 12  # phases
FLAT = 1e-3  # a value is as low as the lowest if it is nearer than this, relative to the range of the curve

EXAMPLE = """
dynsim: 1
title: what the designers want and what the agent wants
variables: {x: {init: 1}}
agents: {one: {controls: x, declared: (x - 2)**2, rule: {gradient: {rate: 0.1}}}}
base: {objective: x**2}
clock: {steps: 20}
"""


@figure(
    "base_objective", section=OUTCOME, order=20, heading="What became of the base objective?",
    caption="What the designers want of the whole; lower is better. Line: median over replicas; bands: the middle 50 % "
    "and 90 %. Dot: where a line is lowest. Shading: phases.", optional=True, example=EXAMPLE,
)
def base_objective(data: ReportData) -> Figure | None:
    """The base objective, if stated: median and bands over replicas, its best moment, and the phases."""
    every = table_bands(data.tables.objectives, "agent", data.cells)
    found = [bands for bands in every if bands[0].name == BASE]
    if not found:
        return None
    (of_cells,) = found
    subtitle = of_replicas(data.replicas, data.diverged)
    drawn = small_multiples([Panel(of_cells, ORANGE)], data.clock, subtitle + caption(data.cells), data)
    _mark_best(drawn, [of_cells[c] for c in shown(data.cells)])
    _shade_phases(drawn, data)
    drawn.update_xaxes(range=[float(of_cells[0].times[0]), float(of_cells[0].times[-1])])
    return drawn


def _mark_best(drawn: Figure, curves: Sequence[Bands]) -> None:
    """A dot where each median is lowest."""
    known = [bands for bands in curves if np.isfinite(bands.median).any()]
    if not known:
        return
    points = [(bands.times[k], bands.median[k]) for bands, k in ((bands, _lowest(bands.median)) for bands in known)]
    drawn.add_scatter(
        x=single([t for t, _ in points]), y=single([value for _, value in points]), mode="markers", name="best",
        marker={"color": BLACK, "size": 9}, hovertemplate="best: %{y:.4g}<br>at %{x:.6g}<extra></extra>",
    )


def _lowest(median: Floats) -> int:
    """The last tick at which it is lowest up to FLAT: the end of a plateau."""
    low, high = np.nanmin(median), np.nanmax(median)
    return int(np.flatnonzero(median <= low + FLAT * (high - low))[-1])


def _shade_phases(drawn: Figure, data: ReportData) -> None:
    """A name for every phase, and a shade for every second one."""
    for k, (name, (start, end)) in enumerate(list(data.phases.items())[:MOST]):
        drawn.add_vrect(
            x0=start, x1=end, layer="below", line_width=0, fillcolor=faint(LIGHT, 0.35 if k % 2 else 0.0),
            annotation={"text": label(name, 20), "yanchor": "top"}, annotation_position="top left",
        )
