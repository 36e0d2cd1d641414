"""The contract of a figure of the report. A figure is a function in a file of its own:

    @figure("contest", section=COURSE, order=20, heading="Which variables are fought over?", caption="How to read it.")
    def contest(data: ReportData) -> Figure | str:
        \"\"\"The contest of every variable over time.\"\"\"

It returns a Plotly figure, or a sentence that says why there is nothing to show. A figure about something that most
runs lack sets `optional`, and may return None, which leaves it out of the page.

SECTIONS is the table of contents. Within a section, figures are sorted by `order`; figures without an order come last,
by name. A new figure names its section, and no other file changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from ..analysis.reading.moves import Need
from ..registry import Registry
from .drawing.data import ReportData

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Draw = Callable[[ReportData], "Figure | str | None"]

OUTCOME = "How the run ended, and what that depends on"
CONFLICT = "Who harms whom, and when"
COURSE = "How variables, contests and objectives develop"
AGENTS = "What each agent wants, and whether it does what its label says"
REQUESTED = "The metrics that were requested"  # drawing/requested_metrics.py gives a figure for each
SECTIONS = (OUTCOME, CONFLICT, COURSE, AGENTS, REQUESTED)


@dataclass(frozen=True)
class ReportFigure:
    """A figure of the report. section: one of SECTIONS. order: its position within the section, ascending. heading: the
    question that it answers. caption: how to read it. optional: whether `draw` may return None. needs: what the source
    must offer, by the names in analysis/reading/moves.py. example: a scenario for which it shows something; the
    contract tests need one if it shows nothing for all their own runs (tests/plots/cases.py)."""

    name: str
    section: str
    heading: str
    caption: str
    draw: Draw
    order: float = inf
    optional: bool = False
    needs: tuple[Need, ...] = ()
    example: str = ""


FIGURES: Registry[Any] = Registry("figure", "dynsim.plots")


def figure(
    name: str, section: str, heading: str, caption: str, order: float = inf, optional: bool = False,
    needs: tuple[Need, ...] = (), example: str = "",
) -> Callable[[Draw], Draw]:
    """Decorator: register the figure under its name. ValueError for an unknown section."""
    if section not in SECTIONS:
        raise ValueError(f"the figure {name!r} names the section {section!r}: expected one of {', '.join(SECTIONS)}")

    def register(draw: Draw) -> Draw:
        one = ReportFigure(name, section, heading, caption, draw, order, optional, needs, example)
        FIGURES.register(one, draw.__module__)
        return draw

    return register


def figures() -> list[ReportFigure]:
    """All figures, as SECTIONS and their order place them; requested metrics add theirs to the page."""
    found: list[ReportFigure] = [FIGURES.get(name) for name in FIGURES.names()]
    return sorted(found, key=lambda one: (SECTIONS.index(one.section), one.order, one.name))
