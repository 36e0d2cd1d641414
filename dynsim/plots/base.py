"""The figures by name. A figure is a function in a file of its own:

    @figure("contest", order=50, heading="Which variables are fought over?", caption="How to read it.")
    def contest(data: ReportData) -> Figure | str:

A string in place of a figure says, in a sentence, why there is nothing to draw; None leaves the section out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..registry import Registry
from .drawing.data import ReportData

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Draw = Callable[[ReportData], "Figure | str | None"]


@dataclass(frozen=True)
class Plot:
    """A figure of the report. order: its place on the page, ascending. heading: the question that it answers."""

    name: str
    order: float
    heading: str
    caption: str
    draw: Draw


FIGURES: Registry[Any] = Registry("figure", "dynsim.plots")


def figure(name: str, order: float, heading: str, caption: str) -> Callable[[Draw], Draw]:
    """Decorator: make the figure known by its name."""

    def register(draw: Draw) -> Draw:
        FIGURES.register(Plot(name, order, heading, caption, draw))
        return draw

    return register


def plots() -> list[Plot]:
    """All figures in the order of the page."""
    return sorted((FIGURES.get(name) for name in FIGURES.names()), key=lambda plot: plot.order)
