"""The base objective over time: what became of what the designers want, and when it was best."""

from __future__ import annotations

import numpy as np
from plotly.graph_objects import Figure

from ..analysis.metrics.objectives import BASE
from ..answers.words import diverged, of_replicas
from .data import Bands, ReportData
from .panels import Panel, small_multiples
from .registry import figure
from .series import table_bands
from .style import BLACK, LIGHT, ORANGE, faint, label, single

MOST = 12  # phases that are shaded


@figure(
    "base_objective", order=12, heading="What became of the base objective?",
    caption="What the designers want of the whole; lower is better. Line: median over replicas; bands: the middle 50 % "
    "and 90 %. Dot: the lowest point of the line. Shading: phases.",
)
def base_objective(data: ReportData) -> Figure | None:
    """The base objective, where one is stated: median and bands over replicas, its best moment, and the phases."""
    found = [bands for bands in table_bands(data.tables.objectives, "agent") if bands.name == BASE]
    if not found:
        return None
    (bands,) = found
    subtitle = of_replicas(data.replicas, diverged(data.tables.summary["diverged_at"].to_numpy(float)))
    drawn = small_multiples([Panel(bands, ORANGE)], data.clock, subtitle, data.replicas > 1)
    _mark_best(drawn, bands)
    _shade_phases(drawn, data)
    return drawn


def _mark_best(drawn: Figure, bands: Bands) -> None:
    """A dot at the lowest median."""
    if not np.isfinite(bands.median).any():
        return
    best = int(np.nanargmin(bands.median))
    drawn.add_scatter(
        x=single(bands.times[best : best + 1]), y=single(bands.median[best : best + 1]), mode="markers", name="best",
        marker={"color": BLACK, "size": 9}, hovertemplate="best: %{y:.4g}<br>at %{x:.6g}<extra></extra>",
    )


def _shade_phases(drawn: Figure, data: ReportData) -> None:
    """Every second phase has a ground, and every phase its name."""
    for k, (name, (start, end)) in enumerate(list(data.phases.items())[:MOST]):
        drawn.add_vrect(
            x0=start, x1=end, layer="below", line_width=0, fillcolor=faint(LIGHT, 0.35 if k % 2 else 0.0),
            annotation={"text": label(name, 20), "yanchor": "top"}, annotation_position="top left",
        )
