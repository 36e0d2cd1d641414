"""Whether expressions are linear in some symbols. Minima over bounded sets are then at corners, and exact."""

from __future__ import annotations

from collections.abc import Sequence

from ...algebra.differentiate import gradient, jvp
from ...algebra.graph import Expr
from ...algebra.substitute import depends_on


def linear(outputs: Sequence[Expr], symbols: Sequence[Expr]) -> bool:
    """Whether every output is linear in the symbols jointly, up to a constant term."""
    slopes = [slope for output in outputs for slope in gradient([output], symbols)]
    return affine(slopes, symbols, 0)


def affine(values: Sequence[Expr], symbols: Sequence[Expr], degree: int = 1) -> bool:
    """Whether the values are polynomials of at most this degree, 0 or 1, in the symbols.

    The test asks whether their derivatives simplify to 0. It may answer False where products cancel only in sum.
    """
    if not depends_on(values, symbols):
        return True
    changes = [change for symbol in symbols for change in jvp(values, [symbol], [1.0])]
    if degree == 0:
        return all(change.constant == 0.0 for change in changes)
    return affine(changes, symbols, 0)
