"""Selection: the fitness of systems, and the course of their heritable values."""

from __future__ import annotations

from plotly.graph_objects import Figure

from ..answers.wording.words import count
from .base import OUTCOME, figure
from .drawing.cells import caption
from .drawing.data import ReportData
from .drawing.panels import Panel, paged, small_multiples
from .drawing.series import table_bands
from .drawing.style import GREEN, PURPLE

EXAMPLE = """
dynsim: 1
title: the rate that reaches 0 soonest
params: {rate: 0.1}
variables: {x: {init: 1}}
agents: {one: {controls: x, declared: x**2, rule: {gradient: {rate: rate}}}}
selection: {fitness: -x**2, every: 5, scheme: {truncation: {share: 0.5}}, heritable: {rate: "rate*choice(0.8, 1.25)"}}
clock: {steps: 20}
ensemble: {replicas: 8, seed: 1}
"""


@figure(
    "fitness", section=OUTCOME, order=30, heading="What was selected?",
    caption="Fitness of the lifetimes that ended, and every heritable value at the start of a generation. Higher is "
    "fitter. Line: median over all systems; bands: the middle 50 % and 90 %.", optional=True, example=EXAMPLE,
)
def fitness(data: ReportData) -> Figure | None:
    """Fitness and heritable values by generation: median and bands over systems. None without selection."""
    table = data.tables.get("fitness")
    found = [] if table is None or not len(table) else table_bands(table, "quantity", data.cells)
    if not found:
        return None
    panels = [Panel(bands, PURPLE if bands[0].name == "fitness" else GREEN) for bands in found]
    panels.sort(key=lambda panel: panel.name != "fitness")
    more = paged(len(found), "quantity", "quantities")
    subtitle = f"Over {count(data.replicas, 'system')}.{caption(data.cells)}{more}"
    return small_multiples(panels, data.clock, subtitle, data)
