"""Python's operators, for the classes that stand for values: expressions, vectors and a script's distributions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np

from ..errors import DomainError
from .numpy_calls import ufunc_of

T = TypeVar("T")

REFUSED_OPERATORS = {
    "//": "'//' is not allowed: write floor(a / b)",
    "<<": "'<<' is not allowed: write a * 2**b",
    ">>": "'>>' is not allowed: write floor(a / 2**b)",
    "%": "'%' is not allowed: write mod(a, b)",
    "^": "'^' is not allowed: a power is **",
}
"""Operators that Python has and expressions do not: what to write instead."""


def refused(sign: str) -> Callable[[Any, Any], Any]:
    """The method of an operator that expressions do not have: DomainError with what to write instead."""

    def operator(self: Any, other: Any) -> Any:
        raise DomainError(REFUSED_OPERATORS[sign])

    return operator


class Operators(Generic[T]):
    """Arithmetic and comparisons that call `self._operate(op, *operands)` with a name of operations.py.

    > and >= become < and <= with the operands exchanged, so that a comparison has one form in the graph.
    """

    __slots__ = ()

    def _operate(self, op: str, *args: Any) -> T:
        raise NotImplementedError

    # NumPy asks this when an array meets one of these classes. Without it, an array would take them for objects and
    # combine its elements with them one by one.
    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        return ufunc_of(ufunc, method, inputs, options)

    def __add__(self, other: Any) -> T:
        return self._operate("add", self, other)

    def __radd__(self, other: Any) -> T:
        return self._operate("add", other, self)

    def __sub__(self, other: Any) -> T:
        return self._operate("sub", self, other)

    def __rsub__(self, other: Any) -> T:
        return self._operate("sub", other, self)

    def __mul__(self, other: Any) -> T:
        return self._operate("mul", self, other)

    def __rmul__(self, other: Any) -> T:
        return self._operate("mul", other, self)

    def __truediv__(self, other: Any) -> T:
        return self._operate("div", self, other)

    def __rtruediv__(self, other: Any) -> T:
        return self._operate("div", other, self)

    def __pow__(self, other: Any) -> T:
        return self._operate("pow", self, other)

    def __rpow__(self, other: Any) -> T:
        return self._operate("pow", other, self)

    def __neg__(self) -> T:
        return self._operate("neg", self)

    def __lt__(self, other: Any) -> T:
        return self._operate("lt", self, other)

    def __le__(self, other: Any) -> T:
        return self._operate("le", self, other)

    def __gt__(self, other: Any) -> T:
        return self._operate("lt", other, self)

    def __ge__(self, other: Any) -> T:
        return self._operate("le", other, self)


def is_expression(x: Any) -> bool:
    """Whether x is one value of a graph (an Expr), on which the graph can operate."""
    return isinstance(x, Operators) and hasattr(x, "graph")


def is_distribution(x: Any) -> bool:
    """Whether x is a script's distribution, which becomes an expression once it meets a graph."""
    return isinstance(x, Operators) and hasattr(x, "expression")
