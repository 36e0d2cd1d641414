"""Values as scenarios state them: an expression, or a vector of expressions."""

from __future__ import annotations

from collections.abc import Sequence

from .graph import Expr
from .vector import Vector

Value = Expr | Vector


def components(x: Value) -> list[Expr]:
    """The scalar (or population) expressions of a value, in order; a matrix row by row."""
    if not isinstance(x, Vector):
        return [x]
    return [c for part in x for c in components(part)]


def like(shape: Sequence[int], flat: Sequence[Expr]) -> Value:
    """The inverse of `components`: flat expressions in the given shape."""
    if not shape:
        return flat[0]
    step = len(flat) // shape[0]
    return Vector(like(shape[1:], flat[k * step : (k + 1) * step]) for k in range(shape[0]))
