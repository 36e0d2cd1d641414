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


class NoValue(DomainError, TypeError):
    """An expression stands where Python needs a value."""


class ScalarOperators(Operators[T]):
    """The operators of a single value: also & | ~ of conditions, and errors for what no value can do before it runs."""

    __slots__ = ()

    def _operate_on_conditions(self, op: str, *args: Any) -> T:
        try:
            return self._operate(op, *args)
        except DomainError as error:  # & binds more tightly than <: a < b & c < d means a < (b & c) < d
            raise DomainError(f"{error} (comparisons need brackets: (a < b) & (c < d))") from None

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> T:
        return self._operate("abs", self)

    def __and__(self, other: Any) -> T:
        return self._operate_on_conditions("and", self, other)

    def __rand__(self, other: Any) -> T:
        return self._operate_on_conditions("and", other, self)

    def __or__(self, other: Any) -> T:
        return self._operate_on_conditions("or", self, other)

    def __ror__(self, other: Any) -> T:
        return self._operate_on_conditions("or", other, self)

    def __invert__(self) -> T:
        return self._operate("not", self)

    def __matmul__(self, other: Any) -> T:
        raise DomainError("@: expected a vector on both sides")

    __rmatmul__ = __matmul__
    __xor__ = __rxor__ = refused("^")
    __floordiv__ = __rfloordiv__ = refused("//")
    __mod__ = __rmod__ = refused("%")
    __lshift__ = __rlshift__ = refused("<<")
    __rshift__ = __rrshift__ = refused(">>")

    def __bool__(self) -> bool:
        raise NoValue(
            "an expression has no truth value before it runs: combine conditions with & | ~ in brackets, or write the "
            "whole as text, 'a if x > 0 else b'"
        )

    def _no_value(self, *digits: Any) -> Any:
        raise NoValue("an expression has no value before it runs: take NumPy's function, np.exp(x), or text, 'exp(x)'")

    __float__ = __int__ = __complex__ = __round__ = _no_value


def is_expression(x: Any) -> bool:
    """Whether x is one value of a graph (an Expr), on which the graph can operate."""
    return isinstance(x, Operators) and hasattr(x, "graph")


def is_distribution(x: Any) -> bool:
    """Whether x is a script's distribution, which becomes an expression once it meets a graph."""
    return isinstance(x, Operators) and hasattr(x, "expression")
