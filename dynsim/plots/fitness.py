"""Selection: what was fit, and what became of what is inherited."""

from __future__ import annotations

from plotly.graph_objects import Figure

from ..answers.wording.words import count
from .base import figure
from .drawing.cells import caption
from .drawing.data import ReportData
from .drawing.panels import Panel, paged, small_multiples
from .drawing.series import table_bands
from .drawing.style import GREEN, PURPLE


@figure(
    "fitness", order=15, heading="What was selected?",
    caption="Fitness of the lifetimes that ended, and every heritable value at the start of a generation. Higher is "
    "fitter. Line: median over all systems; bands: the middle 50 % and 90 %.",
)
def fitness(data: ReportData) -> Figure | None:
    """Fitness and heritable values by generation: median and bands over systems. Nothing without selection."""
    table = data.tables.more.get("fitness")
    found = [] if table is None or not len(table) else table_bands(table, "quantity", data.cells)
    if not found:
        return None
    panels = [Panel(bands, PURPLE if bands[0].name == "fitness" else GREEN) for bands in found]
    panels.sort(key=lambda panel: panel.name != "fitness")
    more = paged(len(found), "quantity", "quantities")
    subtitle = f"Over {count(data.replicas, 'system')}.{caption(data.cells)}{more}"
    return small_multiples(panels, data.clock, subtitle, data)
