"""How the numbers in the other answers are to be read."""

from __future__ import annotations

from math import sqrt

from .findings import Findings
from .registry import answer
from .typical import LEAST
from .words import number


@answer("reading", order=1000, heading="How to read the numbers")
def reading(found: Findings) -> list[str]:
    """What numbers and brackets stand for, and how well shares of replicas are known.

    Their standard error, √(p(1 − p)/R), is at most 1/(2√R).
    """
    if found.replicas == 1 or found.swept:
        return []
    if not found.sampled or found.replicas < LEAST:
        return ["Numbers are medians over the replicas."]
    return [
        "Numbers are medians over the replicas; brackets hold the middle half. A share of replicas has a standard "
        f"error of at most {number(50 / sqrt(found.replicas))} percentage points."
    ]
