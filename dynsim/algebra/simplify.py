"""Simplifications, made when a node is built: constants fold, neutral elements vanish.

A product keeps one number in front, c·(x·y), so that the factors 2 and ½ that derivatives bring meet and cancel; like
terms are collected, c·x + d·x = (c + d)·x; small powers become products, x³ = x·x·x. These may change the last bit.
Nothing else is reassociated: a + (b + c) stays as it is written, because rounding depends on the order of a sum, and
results must not depend on what else the graph contains.

A term that is multiplied by zero or cancels is dropped, even if it may not be finite: in a derivative, such a term
means that there is no such path, not that its value is unknown.

The rules read nodes and build none. They return a `Form`, what the graph is to build instead, so that this module
rests on plain data alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .nodes import Node
from .operations import Operation

LARGEST_UNROLLED_POWER = 16  # six products at most; beyond, a call of pow is as good
MOST_TERMS = 12  # of a sum that is looked through: building must stay linear in the size of a sum

Form = int | float | tuple[Any, ...]
"""What to build: the index of a node that exists, a number, or (operation, *forms of its arguments).

A number becomes a node when all arguments next to it are nodes, ("constant", number) before that. Their order decides
the order of commutative arguments later, and so the last bit of sums.
"""

Nodes = Sequence[Node]


def simplify(nodes: Nodes, operation: Operation, args: Sequence[int], *, keep_powers: bool = False) -> Form | None:
    """A simpler form with the same value, or None. It may be a scalar where the arguments are not.

    args: the arguments' indices. keep_powers: leave powers as they are written.
    """
    numbers = [_number(nodes[a]) for a in args]
    if not operation.boolean and None not in numbers:
        return _fold(operation, numbers)
    if operation.name == "pow" and keep_powers:
        return None
    rule = _RULES.get(operation.name)
    return rule(nodes, *numbers, *args) if rule else None


def _number(node: Node) -> float | None:
    return node.data if node.op == "constant" else None  # type: ignore[return-value]


def _fold(operation: Operation, numbers: list[float | None]) -> Form | None:
    with np.errstate(all="ignore"):
        value = float(operation.numpy(*[np.float64(x) for x in numbers]))  # type: ignore[arg-type]
    # A result that is not finite stays an operation: reading/tree.py then reports its column.
    return value if math.isfinite(value) else None


def _add(nodes: Nodes, p: float | None, q: float | None, a: int, b: int) -> Form | None:
    if p == 0:
        return b
    if q == 0:
        return a
    if nodes[b].op == "neg":  # exact: floating-point a + (−b) is a − b
        return "sub", a, nodes[b].args[0]
    if nodes[a].op == "neg":
        return "sub", b, nodes[a].args[0]
    # not where c + d overflows, which c·x + d·x need not do
    (c, x), (d, y) = _parted(nodes, a), _parted(nodes, b)
    return ("mul", c + d, x) if x == y and math.isfinite(c + d) else None


def _sub(nodes: Nodes, p: float | None, q: float | None, a: int, b: int) -> Form | None:
    if q == 0:
        return a
    if p == 0:
        return "neg", b
    if nodes[b].op == "neg":
        return "add", a, nodes[b].args[0]
    (c, x), (d, y) = _parted(nodes, a), _parted(nodes, b)
    if x == y and math.isfinite(c - d):
        return "mul", c - d, x
    return _cancelled(nodes, a, b)


def _mul(nodes: Nodes, p: float | None, q: float | None, a: int, b: int) -> Form | None:
    if p == 0 or q == 0:
        return 0.0
    if p == 1:
        return b
    if q == 1:
        return a
    if p == -1:
        return "neg", b
    if q == -1:
        return "neg", a
    (c, x), (d, y) = _parted(nodes, a), _parted(nodes, b)
    if p is None and q is None and (c, d) != (1.0, 1.0) and math.isfinite(c * d):
        return "mul", c * d, ("mul", x, y)
    if p is not None and d != 1.0 and math.isfinite(p * d):
        return "mul", p * d, y
    if q is not None and c != 1.0 and math.isfinite(q * c):
        return "mul", q * c, x
    return None


def _div(nodes: Nodes, p: float | None, q: float | None, a: int, b: int) -> Form | None:
    if q == 1:
        return a
    if q == -1:
        return "neg", a
    if p == 0:
        return 0.0
    if q is not None and math.frexp(q)[0] in (0.5, -0.5) and math.isfinite(1.0 / q):
        return "mul", 1.0 / q, a  # a power of two: exact
    # a sign moves outwards, where it meets other signs and vanishes
    if nodes[a].op == "neg":
        return "neg", ("div", nodes[a].args[0], b)
    return ("neg", ("div", a, nodes[b].args[0])) if nodes[b].op == "neg" else None


def _neg(nodes: Nodes, p: float | None, a: int) -> Form | None:
    c, x = _parted(nodes, a)
    return ("mul", -c, x) if c != 1.0 else None


def _cancelled(nodes: Nodes, a: int, b: int) -> Form | None:
    """a − b as a sum of its terms, where at least half of b's cancel.

    A symmetric Jacobian leaves such a difference in Jᵀv − Jv, where the terms must cancel exactly, not up to rounding.
    """
    if nodes[a].op not in ("add", "sub") or nodes[b].op not in ("add", "sub"):
        return None
    ours, theirs = _terms(nodes, a), _terms(nodes, b)
    if 2 * sum(ours.get(x) == c for x, c in theirs.items()) < len(theirs):
        return None
    left = {x: ours.get(x, 0.0) - theirs.get(x, 0.0) for x in [*ours, *(x for x in theirs if x not in ours)]}
    result: Form = ("constant", 0.0)
    for x, c in left.items():
        result = "add", result, ("mul", c, x)
    return result


def _terms(nodes: Nodes, e: int) -> dict[int, float]:
    """A sum as {term: its number}; parts of it that are deeper than MOST_TERMS stay whole."""
    terms: dict[int, float] = {}
    waiting = [(1.0, e)]
    while waiting:
        number, x = waiting.pop()
        c, x = _parted(nodes, x)
        number *= c
        node = nodes[x]
        if node.op in ("add", "sub") and len(terms) + len(waiting) < MOST_TERMS:
            left, right = node.args
            waiting += [(number if node.op == "add" else -number, right), (number, left)]
        else:
            terms[x] = terms.get(x, 0.0) + number
    return terms


def _parted(nodes: Nodes, e: int) -> tuple[float, int]:
    """The number in front of a product, and the rest: c·x is (c, x), −x is (−1, x), all else (1, x)."""
    node = nodes[e]
    if node.op == "neg":
        return -1.0, node.args[0]
    if node.op == "mul":
        for k in (0, 1):
            number = _number(nodes[node.args[k]])
            if number is not None:
                return number, node.args[1 - k]
    return 1.0, e


def _pow(nodes: Nodes, p: float | None, q: float | None, a: int, b: int) -> Form | None:
    """Small whole exponents become products (exact squares, and no call); 1/2 becomes a square root."""
    if q == 0.5:
        return "sqrt", a
    if q is None or not abs(q) <= LARGEST_UNROLLED_POWER or q != int(q):
        return None
    if q < 0:
        return "div", 1.0, ("pow", a, -q)  # as one division of a product
    result: Form = ("constant", 1.0)
    square: Form = a
    n = int(q)
    while n:  # square and multiply, from the lowest binary digit of the exponent
        if n & 1:
            result = "mul", result, square
        n >>= 1
        if n:
            square = "mul", square, square
    return result


def _where(
    nodes: Nodes, c: float | None, p: float | None, q: float | None, condition: int, a: int, b: int
) -> Form | None:
    return a if a == b else None


_RULES: dict[str, Callable[..., Form | None]] = {
    "add": _add, "sub": _sub, "mul": _mul, "div": _div, "neg": _neg, "pow": _pow, "where": _where,
}
