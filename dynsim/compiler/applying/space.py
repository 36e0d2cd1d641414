"""Projection back to where a variable lives, written out component by component."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...algebra import functions as f
from ...algebra.algorithms.simplex import projected
from ...algebra.graph import Expr
from ...system.model import Space


def project(space: Space, x: Sequence[Expr]) -> list[Expr]:
    """The nearest point of the space; on a circle, the same angle in [−π, π). x: all components of one variable."""
    match space.kind:
        case "box":
            return [_clip(e, space) for e in x]
        case "circle":
            return [e - 2 * math.pi * f.floor((e + math.pi) / (2 * math.pi)) for e in x]
        case "simplex":
            return projected(x)
        case _:
            return list(x)


def _clip(x: Expr, space: Space) -> Expr:
    if space.low is not None:
        x = f.maximum(space.low, x)  # the second argument wins at NaN: a diverged value stays NaN and is reported
    return f.minimum(space.high, x) if space.high is not None else x
