"""The objectives over time."""

from __future__ import annotations

from plotly.graph_objects import Figure

from ..analysis.conflict_log.metrics.objectives import BASE
from ..answers.wording.words import of_replicas
from .base import COURSE, figure
from .drawing.cells import caption
from .drawing.data import ReportData
from .drawing.panels import Panel, paged, small_multiples
from .drawing.series import table_bands
from .drawing.style import VERMILLION


@figure(
    "objectives", section=COURSE, order=30, heading="Who gets what it wants?",
    caption="What each agent minimises: what it pursues, plus credit from other agents. Lower is better. Populations: "
    "the sum over their nodes.",
)
def objectives(data: ReportData) -> Figure | str:
    """The effective objective E_i of every agent: median and bands over replicas."""
    every = table_bands(data.tables.objectives, "agent", data.cells)
    found = [bands for bands in every if bands[0].name != BASE]
    if not found:
        return "The system has no agent, so there is no objective."
    subtitle = of_replicas(data.replicas, data.diverged)
    subtitle += caption(data.cells)
    subtitle += paged(len(found), "agent")
    return small_multiples([Panel(b, VERMILLION) for b in found], data.clock, subtitle, data)
