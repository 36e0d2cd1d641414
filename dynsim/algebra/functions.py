"""The functions of expressions, as a script writes them: they take expressions, vectors and plain numbers.

On vectors, elementwise functions and the `*_neighbors` act component by component. There are three kinds of reduction:
a short vector is reduced over its components, a population over its nodes, and the `*_neighbors` functions reduce one
value per edge over the incoming edges of every node. All raise DomainError, in a user's words, for anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

import numpy as np

from ..errors import DomainError
from . import leaves, structural
from .graph import Expr
from .numpy_calls import IMPLEMENTED
from .operations import OPERATIONS
from .vector import Vector, as_vector, elementwise

Function = TypeVar("Function", bound=Callable[..., Any])


def _unary(op: str) -> Callable[[Any], Any]:
    def function(x: Any) -> Any:
        return elementwise(op, x)

    function.__name__ = function.__qualname__ = op
    function.__doc__ = f"{op}(x), elementwise; derivative as in dynsim.algebra.derivatives."
    return function


def _componentwise(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @wraps(function)
    def apply(x: Any) -> Any:
        return Vector(apply(c) for c in x) if isinstance(x, Vector) else function(x)

    return apply


def _as_numpy(function: Any) -> Callable[[Function], Function]:
    """A decorator: the decorated function takes the place of NumPy's `function` for expressions and vectors."""

    def register(own: Function) -> Function:
        IMPLEMENTED[function] = lambda *args: own(*map(as_vector, args))
        return own

    return register


exp = _unary("exp")
log = _unary("log")
sqrt = _unary("sqrt")
sin = _unary("sin")
cos = _unary("cos")
tanh = _unary("tanh")
sigmoid = _unary("sigmoid")
softplus = _unary("softplus")
erf = _unary("erf")
probit = _unary("probit")
absolute = _unary("abs")
sign = _unary("sign")
floor = _unary("floor")


def minimum(*args: Any) -> Any:
    """The smallest of several values, elementwise. The smallest element of a single vector or population."""
    if len(args) == 1:  # the graph has no minimum over nodes
        return -maximum(-args[0])
    result = args[0]
    for x in args[1:]:
        result = elementwise("min", result, x)
    return result


def maximum(*args: Any) -> Any:
    """The largest of several values, elementwise. The largest element of a single vector or population."""
    if len(args) > 1:
        result = args[0]
        for x in args[1:]:
            result = elementwise("max", result, x)
        return result
    (x,) = args
    if isinstance(x, Vector):
        return maximum(*x) if len(x) > 1 else x[0]
    return structural.peak(_population(x, "max"))


@_as_numpy(np.argmax)
def argmax(x: Any) -> Any:
    """The index (from 0) of the first largest component of a vector, or node of a population. Its derivative is 0."""
    return _first_largest(x if isinstance(x, Vector) else _population(x, "argmax"))


@_as_numpy(np.argmin)
def argmin(x: Any) -> Any:
    """The index (from 0) of the first smallest component of a vector, or node of a population. Its derivative is 0."""
    return _first_largest(-(x if isinstance(x, Vector) else _population(x, "argmin")))


def _first_largest(x: Any) -> Any:
    if not isinstance(x, Vector):
        # The graph has no minimum over nodes: the smallest index is minus the maximum of minus the indices, in which
        # nodes that are not largest count as −n and never win.
        population = x.domain.population
        largest = equal(x, structural.peak(x))
        return -structural.peak(where(largest, -leaves.index(x.graph, population), -leaves.size(x.graph, population)))
    best, place = x[0], x[0].graph.constant(0.0)
    for k, component in enumerate(x[1:], 1):
        place = where(component > best, float(k), place)
        best = elementwise("max", best, component)
    return place


@_as_numpy(np.clip)
def clip(x: Any, low: Any, high: Any) -> Any:
    """min(max(x, low), high), elementwise."""
    return minimum(maximum(x, low), high)


def mod(x: Any, m: Any) -> Any:
    """x − m·floor(x/m): the remainder with the sign of m, as Python's %."""
    return x - m * floor(x / m)


@_as_numpy(np.where)
def where(condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds, otherwise b, elementwise. Both are computed everywhere."""
    return elementwise("where", condition, a, b)


def equal(a: Any, b: Any) -> Any:
    """The condition that a and b have the same value (== between expressions compares nodes, not values)."""
    return elementwise("eq", a, b)


@_as_numpy(np.dot)
def dot(a: Any, b: Any) -> Expr:
    """Σ_k a_k b_k of two vectors of the same length."""
    if not isinstance(a, Vector) or not isinstance(b, Vector):
        raise DomainError("dot: expected two vectors")
    return a @ b


@_as_numpy(np.sum)
def sum_(x: Any) -> Any:
    """The sum of a vector's components, or of a population's values."""
    if isinstance(x, Vector):
        result = x[0]
        for component in x[1:]:
            result = result + component
        return result
    return structural.total(_population(x, "sum"))


@_as_numpy(np.mean)
def mean(x: Any) -> Any:
    """The mean of a vector's components, or of a population's values."""
    if isinstance(x, Vector):
        return sum_(x) / float(len(x))
    return sum_(x) / leaves.size(x.graph, x.domain.population)


@_componentwise
def neighbor(x: Any) -> Any:
    """The neighbour's value of a population variable, inside sum_neighbors, mean_neighbors or max_neighbors."""
    if not isinstance(x, Expr):
        raise DomainError(f"neighbor: expected a value of a population, got {x!r}")
    return structural.gather_source(x)


@_componentwise
def sum_neighbors(x: Any) -> Any:
    """Σ over the incoming edges of every node. Variables inside, without `neighbor`, are the node's own values."""
    return structural.sum_target(_edges(x, "sum_neighbors"))


@_componentwise
def mean_neighbors(x: Any) -> Any:
    """The mean over the incoming edges of every node; 0 for a node that has none."""
    # a node without edges has the sum 0 and divides it by 1
    return sum_neighbors(x) / maximum(degree(x), 1.0)


@_componentwise
def max_neighbors(x: Any) -> Any:
    """The maximum over the incoming edges of every node; 0 for a node that has none."""
    return structural.max_target(_edges(x, "max_neighbors"))


@_componentwise
def sum_outgoing(x: Any) -> Any:
    """Σ over the outgoing edges of every node: the adjoint of `neighbor`."""
    return structural.sum_source(_edges(x, "sum_outgoing"))


def degree(x: Expr) -> Expr:
    """The number of incoming edges of every node of x's population."""
    return structural.degree(x.graph, _elements(x, "degree").domain.population)


def _edges(x: Any, what: str) -> Expr:
    """x as one value per edge: a node's value enters the edges that have it as target."""
    x = _elements(x, what)
    return structural.gather_target(x) if x.domain.kind == "node" else x


def _elements(x: Any, what: str) -> Expr:
    if not isinstance(x, Expr) or x.domain.kind == "scalar":
        found = "a vector" if isinstance(x, Vector) else "a scalar"
        raise DomainError(f"{what}: expected values of a population, with neighbor(x) or weight in them, got {found}")
    return x


def _population(x: Any, what: str) -> Expr:
    if not isinstance(x, Expr) or x.domain.kind == "scalar":
        found = x.text(60) if isinstance(x, Expr) else repr(x)
        raise DomainError(f"{what}: expected a vector or a population, got a scalar: {found}")
    if x.domain.kind == "edge":
        raise DomainError(f"{what}: one value per edge is reduced by {what}_neighbors(...) first")
    return x


IMPLEMENTED |= {
    row.numpy: partial(elementwise, name) for name, row in OPERATIONS.items() if isinstance(row.numpy, np.ufunc)
}
IMPLEMENTED |= {
    np.minimum: partial(elementwise, "min"),
    np.maximum: partial(elementwise, "max"),
    np.greater: lambda a, b: elementwise("lt", b, a),
    np.greater_equal: lambda a, b: elementwise("le", b, a),
    np.matmul: lambda a, b: as_vector(a) @ as_vector(b),
}
