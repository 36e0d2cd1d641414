"""Simplifications, made when a node is built: constants fold, neutral elements vanish.

A product keeps one number in front, c·(x·y), so that the factors 2 and ½ that derivatives bring meet and cancel; like
terms are collected, c·x + d·x = (c + d)·x; small powers become products, x³ = x·x·x. These may change the last bit.
What is multiplied by zero or cancels is dropped, also where x is not finite: in a derivative such a term is absent, it
is not an unknown.
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
MOST_TERMS = 12  # of a sum that is looked through


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
    (c, x), (d, y) = _parted(a), _parted(b)
    return (c + d) * x if x == y and math.isfinite(c + d) else None


def _sub(graph: Graph, p: float | None, q: float | None, a: Expr, b: Expr) -> Expr | None:
    if q == 0:
        return a
    if p == 0:
        return -b
    if b.op == "neg":
        return a + b.args[0]
    (c, x), (d, y) = _parted(a), _parted(b)
    if x == y and math.isfinite(c - d):
        return (c - d) * x
    return _cancelled(graph, a, b)


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
    (c, x), (d, y) = _parted(a), _parted(b)
    if p is None and q is None and (c, d) != (1.0, 1.0) and math.isfinite(c * d):
        return (c * d) * (x * y)
    if p is not None and d != 1.0 and math.isfinite(p * d):
        return (p * d) * y
    if q is not None and c != 1.0 and math.isfinite(q * c):
        return (q * c) * x
    return None


def _div(graph: Graph, p: float | None, q: float | None, a: Expr, b: Expr) -> Expr | None:
    if q == 1:
        return a
    if q == -1:
        return -a
    if p == 0:
        return graph.constant(0.0)
    if q is not None and math.frexp(q)[0] in (0.5, -0.5) and math.isfinite(1.0 / q):
        return (1.0 / q) * a  # a power of two: exact
    if a.op == "neg":
        return -(a.args[0] / b)
    return -(a / b.args[0]) if b.op == "neg" else None


def _neg(graph: Graph, p: float | None, a: Expr) -> Expr | None:
    c, x = _parted(a)
    return -c * x if c != 1.0 else None


def _cancelled(graph: Graph, a: Expr, b: Expr) -> Expr | None:
    """a − b as a sum of its terms, where half of b's cancel: what a symmetric Jacobian leaves of Jᵀv − Jv."""
    if a.op not in ("add", "sub") or b.op not in ("add", "sub"):
        return None
    ours, theirs = _terms(a), _terms(b)
    if 2 * sum(ours.get(x) == c for x, c in theirs.items()) < len(theirs):
        return None
    left = {x: ours.get(x, 0.0) - theirs.get(x, 0.0) for x in [*ours, *(x for x in theirs if x not in ours)]}
    result = graph.constant(0.0)
    for x, c in left.items():
        result = result + c * x
    return result


def _terms(e: Expr) -> dict[Expr, float]:
    """A sum as {term: its number}; parts of it that are deeper than MOST_TERMS stay whole."""
    terms: dict[Expr, float] = {}
    waiting = [(1.0, e)]
    while waiting:
        number, x = waiting.pop()
        c, x = _parted(x)
        number *= c
        if x.op in ("add", "sub") and len(terms) + len(waiting) < MOST_TERMS:
            left, right = x.args
            waiting += [(number if x.op == "add" else -number, right), (number, left)]
        else:
            terms[x] = terms.get(x, 0.0) + number
    return terms


def _parted(e: Expr) -> tuple[float, Expr]:
    """The number in front of a product, and the rest: c·x is (c, x), −x is (−1, x), all else (1, x)."""
    node = e.node
    if node.op == "neg":
        return -1.0, e.args[0]
    if node.op == "mul":
        nodes = e.graph.nodes
        for k in (0, 1):
            if nodes[node.args[k]].op == "constant":
                number, rest = e.args[k].constant, e.args[1 - k]
                assert number is not None
                return number, rest
    return 1.0, e


def _pow(graph: Graph, p: float | None, q: float | None, a: Expr, b: Expr) -> Expr | None:
    """Small whole exponents become products (exact squares, and no call); 1/2 becomes a square root."""
    if q is None or a.graph.distributions:
        return None  # a script's random number stands in its text once
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
