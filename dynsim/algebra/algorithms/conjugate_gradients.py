"""Systems of linear equations whose matrix is given by its products with vectors of expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..functions import maximum, where
from ..graph import Expr
from ..structural import total

Vector = list[Expr]
Product = Callable[[Vector], Vector]
SMALLEST = 1e-300


def solve_by_products(
    times: Product, transposed: Product, right: Sequence[Expr], iterations: int, tolerance: Expr | float
) -> Vector:
    """x of A x = b, or of least |b − A x|, by conjugate gradients on AᵀA x = Aᵀb (CGNR: Hestenes & Stiefel 1952).

    times(v) = A v, transposed(v) = Aᵀ v; A need be neither symmetric nor square. The iterations start from x = 0. All
    of them are written out, because the graph has no loops; x no longer changes once |Aᵀ(b − A x)| ≤ tolerance·|Aᵀb|.
    In exact arithmetic, as many iterations as A has different singular values suffice. After m iterations |b − A x| is
    at most 2((κ−1)/(κ+1))^m of its start, where κ is the ratio of the largest singular value to the smallest. Inner
    products run over the nodes of populations.
    """
    residual = list(right)
    slope = transposed(residual)
    size = _inner(slope, slope)
    enough = tolerance * tolerance * size
    x: Vector = [e.graph.constant(0.0) for e in slope]
    direction = slope
    for left in range(iterations, 0, -1):
        active = where(size > enough, 1.0, 0.0)  # a number: truth values do not pass from one generated loop to another
        image = times(direction)
        step = _ratio(size, _inner(image, image), active)
        x = [a + step * p for a, p in zip(x, direction, strict=True)]
        if left == 1:
            break
        residual = [r - step * q for r, q in zip(residual, image, strict=True)]
        slope = transposed(residual)
        before, size = size, _inner(slope, slope)
        turn = _ratio(size, before, active)
        direction = [s + turn * p for s, p in zip(slope, direction, strict=True)]
    return x


def _ratio(above: Expr, below: Expr, active: Expr) -> Expr:
    """above/below while active, otherwise 0.

    At the solution both are 0: without the smallest divisor, 0/0 would turn the finished x into NaN.
    """
    return active * (above / maximum(below, SMALLEST))


def _inner(a: Sequence[Expr], b: Sequence[Expr]) -> Expr:
    result = total(a[0] * b[0])
    for u, v in zip(a[1:], b[1:], strict=True):
        result = result + total(u * v)
    return result
