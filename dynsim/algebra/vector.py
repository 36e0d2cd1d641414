"""Short vectors: tuples of expressions. A matrix is a vector of vectors.

The graph has no vectors: a vector operation is written out component by component, so derivatives and generated code
need no rules for them. Vectors are short (a population is the long kind), so the graph stays small.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import DomainError
from .numpy_calls import function_of
from .operations import OPERATIONS
from .operators import Operators, is_distribution, is_expression, refused


class NoComponent(DomainError, IndexError):
    """An index beyond the last component of a vector."""


class Vector(Operators["Vector"], tuple[Any, ...]):  # type: ignore[misc]
    """Components (expressions, or rows of a matrix) with elementwise arithmetic and `@` for products."""

    __slots__ = ()

    def _operate(self, op: str, *args: Any) -> Vector:
        return elementwise(op, *args)

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        return function_of(function, args, options)

    def __getitem__(self, k: Any) -> Any:
        try:
            return super().__getitem__(k)
        except IndexError:
            last = len(self) - 1
            raise NoComponent(f"the vector has the components [0] to [{last}], got index {k}") from None

    @property
    def shape(self) -> tuple[int, ...]:
        first = self[0]
        return (len(self), *(first.shape if isinstance(first, Vector) else ()))

    def __matmul__(self, other: Any) -> Any:
        """The dot product, or a matrix times a vector, a vector times a matrix. DomainError for different lengths."""
        other = as_vector(other)
        if not isinstance(other, Vector):
            raise DomainError("@: expected a vector on both sides")
        if isinstance(self[0], Vector):
            return Vector(row @ other for row in self)
        if isinstance(other[0], Vector):
            return Vector(self @ Vector(column) for column in zip(*other, strict=True))
        if len(self) != len(other):
            raise DomainError(f"@: lengths differ: {len(self)} and {len(other)}")
        result = self[0] * other[0]
        for a, b in zip(self[1:], other[1:], strict=True):
            result = result + a * b
        return result

    def __rmatmul__(self, other: Any) -> Any:
        return as_vector(other) @ self

    __xor__ = __rxor__ = refused("^")
    __floordiv__ = __rfloordiv__ = refused("//")
    __mod__ = __rmod__ = refused("%")

    def __pos__(self) -> Vector:
        return self

    def __abs__(self) -> Vector:
        return elementwise("abs", self)


def elementwise(op: str, *args: Any) -> Any:
    """The operation on scalars, or component by component where an argument is a vector.

    A number combines with every component. DomainError for vectors of different lengths and
    if there are only numbers.
    """
    args = tuple(map(as_vector, args))
    lengths = {len(a) for a in args if isinstance(a, Vector)}
    if not lengths:
        return _of_scalars(op, args)
    if any(is_distribution(a) for a in args):
        # Every component has the same random number: made an expression in each of them, it would be several.
        graph = next((c.graph for a in args if isinstance(a, Vector) for c in a if is_expression(c)), None)
        if graph is not None:
            args = tuple(graph.expr(a) if is_distribution(a) else a for a in args)
    if len(lengths) > 1:
        sizes = " and ".join(map(str, sorted(lengths)))
        raise DomainError(f"{OPERATIONS[op].sign}: vectors of different lengths: {sizes}")
    (n,) = lengths
    return Vector(elementwise(op, *[a[k] if isinstance(a, Vector) else a for a in args]) for k in range(n))


def _of_scalars(op: str, args: tuple[Any, ...]) -> Any:
    graph = next((a.graph for a in args if is_expression(a)), None)
    if graph is not None:
        return graph.apply(op, *args)
    distribution = next((a for a in args if is_distribution(a)), None)
    if distribution is None:
        raise DomainError(f"{OPERATIONS[op].sign}: expected an expression, got only numbers: {args}")
    return type(distribution)(op, *args)


def as_vector(x: Any) -> Any:
    """Lists, tuples and arrays as vectors; everything else as it is."""
    if isinstance(x, Operators):
        return x
    if isinstance(x, np.ndarray) and x.ndim == 0:
        return x.item()
    if not isinstance(x, list | tuple | np.ndarray):
        return x
    if not len(x):
        raise DomainError("a vector needs at least one component")
    return Vector(map(as_vector, x))
