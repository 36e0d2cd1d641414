"""Simplifications, made when a node is built: constants fold, neutral elements vanish.

They are exact, except that small powers become products (x³ = x·x·x), and that what is multiplied by zero is dropped
(0·x is 0 even where x is not finite: in a derivative the term is absent, it is not an unknown).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .graph import Expr, Graph
    from .operations import Operation

LARGEST_UNROLLED_POWER = 16


def simplify(graph: Graph, operation: Operation, args: list[Expr]) -> Expr | None:
    """A simpler expression with the same value, or None. It may be a scalar where the arguments are not."""
    numbers = [a.constant for a in args]
    if not operation.boolean and None not in numbers:
        return _fold(graph, operation, numbers)
    rule = _RULES.get(operation.name)
    return rule(graph, *numbers, *args) if rule else None


def _fold(graph: Graph, operation: Operation, numbers: list[float | None]) -> Expr | None:
    with np.errstate(all="ignore"):
        value = float(operation.numpy(*[np.float64(x) for x in numbers]))  # type: ignore[arg-type]
    return graph.constant(value) if math.isfinite(value) else None


def _add(graph: Graph, p: float | None, q: float | None, a: Expr, b: Expr) -> Expr | None:
    if p == 0:
        return b
    if q == 0:
        return a
    if b.op == "neg":
        return a - b.args[0]
    if a.op == "neg":
        return b - a.args[0]
    return None


def _sub(graph: Graph, p: float | None, q: float | None, a: Expr, b: Expr) -> Expr | None:
    if q == 0:
        return a
    if p == 0:
        return -b
    if b.op == "neg":
        return a + b.args[0]
    return None


def _mul(graph: Graph, p: float | None, q: float | None, a: Expr, b: Expr) -> Expr | None:
    if p == 0 or q == 0:
        return graph.constant(0.0)
    if p == 1:
        return b
    if q == 1:
        return a
    if p == -1:
        return -b
    if q == -1:
        return -a
    return None


def _div(graph: Graph, p: float | None, q: float | None, a: Expr, b: Expr) -> Expr | None:
    if q == 1:
        return a
    if q == -1:
        return -a
    return graph.constant(0.0) if p == 0 else None


def _neg(graph: Graph, p: float | None, a: Expr) -> Expr | None:
    return a.args[0] if a.op == "neg" else None


def _pow(graph: Graph, p: float | None, q: float | None, a: Expr, b: Expr) -> Expr | None:
    """Small whole exponents become products (exact squares, and no call); 1/2 becomes a square root."""
    if q is None:
        return None
    if q == 0.5:
        return graph.apply("sqrt", a)
    if not abs(q) <= LARGEST_UNROLLED_POWER or q != int(q):
        return None
    if q < 0:
        return 1.0 / a ** (-q)
    result, square, n = graph.constant(1.0), a, int(q)
    while n:
        if n & 1:
            result = result * square
        n >>= 1
        if n:
            square = square * square
    return result


def _where(
    graph: Graph, c: float | None, p: float | None, q: float | None, condition: Expr, a: Expr, b: Expr
) -> Expr | None:
    return a if a == b else None


_RULES: dict[str, Callable[..., Expr | None]] = {
    "add": _add, "sub": _sub, "mul": _mul, "div": _div, "neg": _neg, "pow": _pow, "where": _where,
}
