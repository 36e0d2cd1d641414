"""What varies over the cells of an experiment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Value = Any
"""Plain data as in a scenario: a number, true or false, a text, a list or a mapping."""

Spacing = Literal["linear", "log", "listed"]


@dataclass(frozen=True)
class Axis:
    """One number, or one part of the structure, that varies.

    path: place in the scenario, as `--set` writes it; a parameter may also be given by its name alone. values: what it
    takes, in the order of the file; for a design that samples, the two ends of its range. spacing: how numbers follow
    each other, which decides how they are sampled and drawn: `linear` and `log` are ranges, `listed` is everything
    else.
    """

    path: str
    values: tuple[Value, ...]
    spacing: Spacing
