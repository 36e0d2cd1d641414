"""What an experiment found, in sentences. Each is a claim that the tables support; without its table there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...answers.base import Told
from .finding.basins import what_starts_reach
from .finding.best import best
from .finding.boundary import where_the_boundary_lies
from .finding.branches import where_branches_change
from .finding.effects import what_variants_change
from .finding.failures import what_failed
from .finding.outcome import how_it_ended
from .finding.precision import how_precise
from .finding.sensitivity import what_matters
from .tables import Tables

QUESTIONS: Sequence[tuple[str, str, Callable[[Tables], list[str]]]] = (
    ("boundary", "Where is the boundary?", where_the_boundary_lies),
    ("branches", "Where do the branches change?", where_branches_change),
    ("basins", "Which attractors do random starts reach?", what_starts_reach),
    ("matters", "What matters most?", what_matters),
    ("effects", "What do the variants change?", what_variants_change),
    ("best", "Where is it best?", best),
    ("outcome", "How did it end?", how_it_ended),
    ("precision", "Are the cells precise enough?", how_precise),
    ("failed", "Did all cells finish?", what_failed),
)

OF_CELLS = ("best", "outcome")
"""What says nothing where cells are stretches on the way of a branch."""


def sentences(tables: Tables) -> tuple[Told, ...]:
    """The questions that the tables answer, in the order in which a reader asks them."""
    found = [
        Told(name, heading, tuple(tell(tables))) for name, heading, tell in QUESTIONS
        if tables.found is None or name not in OF_CELLS
    ]
    return tuple(one for one in found if one.sentences)
