"""The derivative of every operation: a table of partial derivatives, and a case for each structural operation.

Conventions at kinks, where the derivative is not unique: abs'(0) = 0; min and max give the derivative to the argument
whose value they return (the second one at a tie); the maximum over elements shares it evenly among those that attain
it, because elements have no order that could decide; floor and sign have derivative 0. All but the last two are
subgradients, so that gradient descent on a convex function may use them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import DomainError
from .graph import Expr, fill
from .operations import OPERATIONS
from .structural import STRUCTURAL, gather_source, gather_target, sum_source, sum_target, total

Factors = Mapping[str, Any]
"""Path factors: derived variable → the number or expression that its derivative is multiplied by."""


def _power(y: Expr, x: Expr, p: Expr) -> tuple[Expr | float, ...]:
    by_base = p * x ** (p - 1.0)
    if p.constant is not None:
        return by_base, 0.0
    # ∂/∂p = x^p·log x is needed where x > 0 alone: elsewhere log 1 = 0 stands for it, or log x would be NaN
    return by_base, y * _apply("log", _where(x > 0.0, x, 1.0))


def _apply(op: str, *args: Any) -> Expr:
    return args[0].graph.apply(op, *args)  # type: ignore[no-any-return]


def _where(condition: Expr, a: Expr | float, b: Expr | float) -> Expr:
    return _apply("where", condition, a, b)


PARTIALS: dict[str, Callable[..., tuple[Expr | float, ...]]] = {
    "add": lambda y, a, b: (1.0, 1.0),
    "sub": lambda y, a, b: (1.0, -1.0),
    "mul": lambda y, a, b: (b, a),
    "div": lambda y, a, b: (1.0 / b, -y * (1.0 / b)),
    "neg": lambda y, a: (-1.0,),
    "pow": _power,
    "exp": lambda y, a: (y,),
    "log": lambda y, a: (1.0 / a,),
    "sqrt": lambda y, a: (0.5 / y,),
    "sin": lambda y, a: (_apply("cos", a),),
    "cos": lambda y, a: (-_apply("sin", a),),
    "tanh": lambda y, a: (1.0 - y * y,),
    "sigmoid": lambda y, a: (y * (1.0 - y),),
    "softplus": lambda y, a: (_apply("sigmoid", a),),
    "erf": lambda y, a: (2.0 / math.sqrt(math.pi) * _apply("exp", -(a * a)),),
    "probit": lambda y, a: (math.sqrt(2.0 * math.pi) * _apply("exp", 0.5 * (y * y)),),
    "abs": lambda y, a: (_apply("sign", a),),
    "sign": lambda y, a: (0.0,),
    "floor": lambda y, a: (0.0,),
    "min": lambda y, a, b: (_where(a < b, 1.0, 0.0), _where(a < b, 0.0, 1.0)),
    "max": lambda y, a, b: (_where(a > b, 1.0, 0.0), _where(a > b, 0.0, 1.0)),
    "where": lambda y, c, a, b: (0.0, _where(c, 1.0, 0.0), _where(c, 0.0, 1.0)),
}
"""Operation → ∂y/∂x_k for every argument, from (y, *x). y is the operation's own value, so that exp' = y costs nothing.

Conditions are piecewise constant and have no row.
"""


def pull_back(y: Expr, adjoint: Expr, factors: Factors, active: set[int]) -> list[tuple[int, Expr]]:
    """Reverse mode at one node: (argument number, adjoint that reaches it) for every active argument of y."""
    args = y.args
    operation = OPERATIONS.get(y.op)
    if operation is not None:
        if operation.boolean:
            return []
        partials = PARTIALS[y.op](y, *args)
        return [(k, _scaled(adjoint, partials[k])) for k, a in enumerate(args) if a.index in active]
    if y.op == "sample":
        raise DomainError("a random initial value has no derivative")
    (x,) = args
    match y.op:
        case "gather_source":
            back = sum_source(adjoint)
        case "gather_target":
            back = sum_target(adjoint)
        case "sum_target":
            back = gather_target(adjoint)
        case "sum_source":
            back = gather_source(adjoint)
        case "total" | "fill":
            back = adjoint
        case "peak":
            back = adjoint * _share_of_maximum(y, x)
        case "max_target":
            back = gather_target(adjoint) * _share_of_maximum(y, x)
        case "named":
            back = adjoint * factors.get(str(y.node.data), 1.0)
        case _:
            raise AssertionError(y.op)
    return [(0, fill(back, x.domain) if x.domain.kind != "scalar" else back)]


def push_forward(y: Expr, tangents: Mapping[int, Expr], factors: Factors) -> Expr:
    """Forward mode at one node: the tangent of y from those of its arguments (by index; absent where they are 0)."""
    graph, args = y.graph, y.args
    operation = OPERATIONS.get(y.op)
    if operation is not None:
        result = graph.constant(0.0)
        if not operation.boolean:
            partials = PARTIALS[y.op](y, *args)
            for a, partial in zip(args, partials, strict=True):
                if a.index in tangents:
                    tangent = tangents[a.index]
                    if y.domain.kind == "edge" and tangent.domain.kind == "node":
                        tangent = gather_target(tangent)
                    result = result + _scaled(tangent, partial)
        return fill(result, y.domain)
    (x,) = args
    tangent = tangents[x.index]
    match y.op:
        case "peak":
            return total(tangent * _share_of_maximum(y, x))
        case "max_target":
            return sum_target(tangent * _share_of_maximum(y, x))
        case "named":
            return tangent * factors.get(str(y.node.data), 1.0)
        case "fill":
            return fill(tangent, y.domain)
        case _:  # linear: the operation itself
            return STRUCTURAL[y.op](tangent)


def is_zero(e: Expr) -> bool:
    """Whether e is the constant 0, or filled with it."""
    return (e.args[0] if e.op == "fill" else e).constant == 0.0


def _scaled(derivative: Expr, partial: Expr | float) -> Expr:
    """derivative·partial. A branch of `where` that is zero stays zero even if the other factor is not finite there.

    Without this, the derivative of where(x > 0, log(x), 0) at x = 0 would be 0·(1/0), which is NaN: every guard that a
    user writes around a singularity would protect the value and not the gradient. So the other factor moves into the
    branch that is taken.
    """
    graph = derivative.graph
    for guard, other in ((derivative, graph.expr(partial)), (graph.expr(partial), derivative)):
        if guard.op == "where":
            condition, a, b = guard.args
            if is_zero(b):
                return graph.apply("where", condition, a * other, 0.0)
            if is_zero(a):
                return graph.apply("where", condition, 0.0, b * other)
    return derivative * partial


def _share_of_maximum(y: Expr, x: Expr) -> Expr:
    """∂y/∂x of a maximum: 1 where x attains it, shared evenly in a tie."""
    graph = y.graph
    # An even share, and not all to one: elements are symmetric, and a gradient that is not would break the symmetry of
    # a population. The shares add up to 1.
    at = gather_target(y) if y.op == "max_target" else y
    attains = graph.apply("where", graph.apply("eq", x, at), 1.0, 0.0)
    if y.op == "max_target":
        return attains / gather_target(sum_target(attains))
    return attains / total(attains)
