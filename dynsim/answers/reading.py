"""How the numbers in the other answers are to be read."""

from __future__ import annotations

from math import sqrt

from .findings import Findings
from .registry import answer
from .words import number


@answer("reading", order=1000, heading="How to read the numbers", of="run")
def reading(found: Findings) -> list[str]:
    """What numbers and brackets stand for, and how well shares of replicas are known.

    Their standard error, √(p(1 − p)/R), is at most 1/(2√R).
    """
    if found.replicas == 1:
        return []
    text = "Medians; in brackets the middle half of the replicas"
    if not found.sampled:
        return [f"{text}."]
    return [f"{text}; shares of replicas: standard error at most {number(50 / sqrt(found.replicas))}\u00a0%."]
