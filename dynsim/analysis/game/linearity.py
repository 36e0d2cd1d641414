"""Whether expressions are linear in some symbols, for answers that are then exact."""

from __future__ import annotations

from collections.abc import Sequence

from ...algebra.differentiate import gradient, jvp
from ...algebra.graph import Expr
from ...algebra.substitute import depends_on


def linear(outputs: Sequence[Expr], symbols: Sequence[Expr]) -> bool:
    """Whether no first derivative by the symbols depends on any of the symbols (a constant term may be there)."""
    slopes = [slope for output in outputs for slope in gradient([output], symbols)]
    return affine(slopes, symbols, 0)


def affine(values: Sequence[Expr], symbols: Sequence[Expr], degree: int = 1) -> bool:
    """Whether the values are polynomials of at most this degree, 0 or 1, in the symbols: what is left of their
    derivatives vanishes identically. Products that cancel only in sum may be missed; the answer is then False."""
    if not depends_on(values, symbols):
        return True
    changes = [change for symbol in symbols for change in jvp(values, [symbol], [1.0])]
    if degree == 0:
        return all(change.constant == 0.0 for change in changes)
    return affine(changes, symbols, 0)
