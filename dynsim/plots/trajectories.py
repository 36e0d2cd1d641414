"""Trajectories of the recorded variables: median and bands over replicas."""

from __future__ import annotations

from plotly.graph_objects import Figure

from ..answers.words import count, diverged, of_replicas
from .cells import caption
from .data import ReportData
from .panels import MOST, PER_PAGE, Panel, small_multiples
from .registry import figure
from .style import BLUE, GREEN, PURPLE

COLOURS = {"state": BLUE, "derived": GREEN, "parameter": GREEN, "population": PURPLE}


@figure(
    "trajectories", order=50, heading="How did the variables move?",
    caption="Line: median over replicas. Bands: the middle 50 % and 90 %. Blue: state variables; green: derived values "
    "and parameters that events change; purple: populations, over all nodes. Click “single …” in the legend to see "
    "individual curves. Where a parameter varies, each of its values has a colour, and a band, if any, is the middle "
    "50 % of its replicas.",
)
def trajectories(data: ReportData) -> Figure | str:
    """Median, 50 % and 90 % band of every recorded variable over replicas (of a population's over nodes and replicas),
    and five single curves on request. Rule memories are left out."""
    if not data.trajectories:
        return "The record holds no state variable."
    many = data.banded or any(one.kind == "population" for one in data.trajectories)
    panels = [Panel(one.bands, COLOURS[one.kind], one.singles if many else None) for one in data.trajectories]
    lost = diverged(data.tables.summary["diverged_at"].to_numpy(float))
    subtitle = f"{of_replicas(data.replicas, lost)}{caption(data.cells)} {_shown(len(panels))}".strip()
    only = all(one.kind == "population" for one in data.trajectories)
    singles_name = "single nodes" if only else "single replicas"
    return small_multiples(panels, data.clock, subtitle, data, singles_name=singles_name, banded=many)


def _shown(variables: int) -> str:
    if variables <= PER_PAGE:
        return ""
    rest = f", of which the first {MOST} can be shown" if variables > MOST else ""
    return f"{count(variables, 'variable')}{rest}: the menu turns the page."
