"""Short vectors: tuples of expressions. A matrix is a vector of vectors.

The graph knows no vectors: a vector operation is written out component by component, so that derivatives and code
generation need nothing for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import DomainError
from .graph import Expr, refused
from .operations import OPERATIONS


class NoComponent(DomainError, IndexError):
    """A vector is asked for a component that it has not."""


class Vector(tuple[Any, ...]):
    """Components (expressions, or rows of a matrix) with elementwise arithmetic and `@` for products."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        from .numpy_calls import called

        return called(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        from .numpy_calls import asked

        return asked(function, args, options)

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
        """Dot product, or matrix times vector."""
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

    def __add__(self, other: Any) -> Vector:  # type: ignore[override]
        return elementwise("add", self, other)

    def __radd__(self, other: Any) -> Vector:
        return elementwise("add", other, self)

    def __sub__(self, other: Any) -> Vector:
        return elementwise("sub", self, other)

    def __rsub__(self, other: Any) -> Vector:
        return elementwise("sub", other, self)

    def __mul__(self, other: Any) -> Vector:  # type: ignore[override]
        return elementwise("mul", self, other)

    def __rmul__(self, other: Any) -> Vector:  # type: ignore[override]
        return elementwise("mul", other, self)

    def __truediv__(self, other: Any) -> Vector:
        return elementwise("div", self, other)

    def __rtruediv__(self, other: Any) -> Vector:
        return elementwise("div", other, self)

    def __pow__(self, other: Any) -> Vector:
        return elementwise("pow", self, other)

    def __rpow__(self, other: Any) -> Vector:
        return elementwise("pow", other, self)

    def __neg__(self) -> Vector:
        return elementwise("neg", self)

    def __pos__(self) -> Vector:
        return self

    def __abs__(self) -> Vector:
        return elementwise("abs", self)

    def __lt__(self, other: Any) -> Vector:  # type: ignore[override]
        return elementwise("lt", self, other)

    def __le__(self, other: Any) -> Vector:  # type: ignore[override]
        return elementwise("le", self, other)

    def __gt__(self, other: Any) -> Vector:  # type: ignore[override]
        return elementwise("lt", other, self)

    def __ge__(self, other: Any) -> Vector:  # type: ignore[override]
        return elementwise("le", other, self)


def elementwise(op: str, *args: Any) -> Any:
    """The operation on scalars, or component by component where an argument is a vector."""
    args = tuple(map(as_vector, args))
    lengths = {len(a) for a in args if isinstance(a, Vector)}
    if not lengths:
        graph = next((a.graph for a in args if isinstance(a, Expr)), None)
        if graph is None and any(hasattr(a, "expression") for a in args):  # of distributions and numbers alone
            return next(type(a) for a in args if hasattr(a, "expression"))(op, *args)
        if graph is None:
            raise DomainError(f"{OPERATIONS[op].sign}: expected an expression, got only numbers: {args}")
        return graph.apply(op, *args)
    if any(hasattr(a, "expression") for a in args):  # a distribution of a script: one random number for all components
        graph = next((c.graph for a in args if isinstance(a, Vector) for c in a if isinstance(c, Expr)), None)
        if graph is not None:
            args = tuple(graph.expr(a) if hasattr(a, "expression") else a for a in args)
    if len(lengths) > 1:
        sizes = " and ".join(map(str, sorted(lengths)))
        raise DomainError(f"{OPERATIONS[op].sign}: vectors of different lengths: {sizes}")
    (n,) = lengths
    return Vector(elementwise(op, *[a[k] if isinstance(a, Vector) else a for a in args]) for k in range(n))


def as_vector(x: Any) -> Any:
    """Lists, tuples and arrays as vectors; everything else as it is."""
    if isinstance(x, Expr | Vector):
        return x
    if isinstance(x, np.ndarray) and x.ndim == 0:
        return x.item()
    if not isinstance(x, list | tuple | np.ndarray):
        return x
    if not len(x):
        raise DomainError("a vector needs at least one component")
    return Vector(map(as_vector, x))


def components(x: Expr | Vector) -> list[Expr]:
    """The scalar (or population) expressions of a value, in order; a matrix row by row."""
    if not isinstance(x, Vector):
        return [x]
    return [c for part in x for c in components(part)]


def like(shape: Sequence[int], flat: Sequence[Expr]) -> Expr | Vector:
    """The inverse of `components`: flat expressions in the given shape."""
    if not shape:
        return flat[0]
    step = len(flat) // shape[0]
    return Vector(like(shape[1:], flat[k * step : (k + 1) * step]) for k in range(shape[0]))
