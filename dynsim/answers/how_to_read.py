"""How to read the numbers in the other answers."""

from __future__ import annotations

from math import sqrt

from .base import READING, answer
from .wording.findings import Findings
from .wording.typical import LEAST
from .wording.words import number


@answer("reading", section=READING, order=10, heading="How to read the numbers", of="run")
def how_to_read(found: Findings) -> list[str]:
    """What numbers and brackets mean, and how precise shares of replicas are.

    The standard error of a share, √(p(1 − p)/R), is at most 1/(2√R).
    """
    if found.varies:
        return _by_cell(found)
    if found.replicas == 1:
        return []
    if not found.sampled or found.replicas < LEAST:
        return ["Numbers are medians over the replicas."]
    return [
        "Numbers are medians over the replicas; brackets hold the middle half. A share of replicas has a standard "
        f"error of at most {number(50 / sqrt(found.replicas))} percentage points."
    ]


def _by_cell(found: Findings) -> list[str]:
    """In a sweep: the numbers are those of the replicas of one cell."""
    sizes = [len(found.cells.replicas(cell)) for cell in range(found.cells.count)]
    if max(sizes) == 1:
        return []
    half = "; brackets hold the middle half" if found.random and max(sizes) >= LEAST else ""
    which = "the same parameters" if found.cells.exact else "parameters in the same range"
    return [f"Numbers are medians over the replicas with {which}{half}."]
