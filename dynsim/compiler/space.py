"""Projection back to where a variable lives, written out component by component."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..algebra import functions as f
from ..algebra.graph import Expr
from ..system.model import Space

ROUNDING = 1e-12


def project(space: Space, x: Sequence[Expr]) -> list[Expr]:
    """The nearest point of the space (a circle's own angle in [−π, π)); x are all components of one variable."""
    match space.kind:
        case "box":
            return [_clip(e, space) for e in x]
        case "circle":
            return [e - 2 * math.pi * f.floor((e + math.pi) / (2 * math.pi)) for e in x]
        case "simplex":
            return _project_on_simplex(x)
        case _:
            return list(x)


def _clip(x: Expr, space: Space) -> Expr:
    if space.low is not None:
        x = f.maximum(space.low, x)  # in this order a value that is not a number stays one, and is reported
    return f.minimum(space.high, x) if space.high is not None else x


def _project_on_simplex(x: Sequence[Expr]) -> list[Expr]:
    """Euclidean projection (Held, Wolfe, Crowder 1974): max(x_k − τ, 0), τ = max_k (Σ_{j≤k} x_(j) − 1)/k.

    A point that is off the simplex only by rounding is divided by its sum instead, which keeps shares as small as
    1e-300 that a shift by τ would wipe out.
    """
    ordered = _descending(x)
    total = ordered[0]
    threshold = total - 1.0
    for k, e in enumerate(ordered[1:], start=2):
        total = total + e
        threshold = f.maximum((total - 1.0) / float(k), threshold)
    inside = (ordered[-1] >= 0.0) & (abs(total - 1.0) <= ROUNDING)
    return [f.where(inside, e / total, f.maximum(0.0, e - threshold)) for e in x]


def _descending(x: Sequence[Expr]) -> list[Expr]:
    """A sorting network (odd–even transposition): the same comparisons whatever the values."""
    result = list(x)
    for turn in range(len(result)):
        for k in range(turn % 2, len(result) - 1, 2):
            a, b = result[k], result[k + 1]
            result[k], result[k + 1] = f.maximum(a, b), f.minimum(a, b)
    return result
