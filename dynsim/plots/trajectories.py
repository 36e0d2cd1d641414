"""Trajectories of the recorded variables: median and bands over replicas."""

from __future__ import annotations

from plotly.graph_objects import Figure

from ..answers.wording.words import of_replicas
from .base import COURSE, figure
from .drawing.cells import caption
from .drawing.data import ReportData
from .drawing.panels import Panel, paged, small_multiples
from .drawing.style import BLUE, GREEN, PURPLE

COLOURS = {"state": BLUE, "derived": GREEN, "parameter": GREEN, "population": PURPLE}


@figure(
    "trajectories", section=COURSE, order=10, needs=("program",), heading="How did the variables move?",
    caption="Line: median over replicas. Bands: the middle 50 % and 90 %. Blue: state variables; green: derived values "
    "and parameters that events change; purple: populations, over all nodes. Click “single …” in the legend for "
    "individual curves. Where a parameter varies, each of its values has a colour, and the band is the middle 50 %.",
)
def trajectories(data: ReportData) -> Figure | str:
    """Median, 50 % and 90 % band of every recorded variable over replicas (for a population, over nodes and replicas),
    and single curves, hidden at first. The memories of rules are left out."""
    if not data.trajectories:
        return "The record holds no state variable."
    many = data.banded or any(one.kind == "population" for one in data.trajectories)
    panels = [Panel(one.bands, COLOURS[one.kind], one.singles if many else None) for one in data.trajectories]
    subtitle = f"{of_replicas(data.replicas, data.diverged)}{caption(data.cells)}{paged(len(panels), 'variable')}"
    only = all(one.kind == "population" for one in data.trajectories)
    singles_name = "single nodes" if only else "single replicas"
    return small_multiples(panels, data.clock, subtitle, data, singles_name=singles_name, banded=many)
