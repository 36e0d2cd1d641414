"""The elementwise operations: one table that the graph, the derivatives, the interpreter and the compiler read.

Every row states its NumPy form (the oracle), the Python source it becomes in a generated kernel, the text a user
would write, and its partial derivatives. Conventions at kinks: abs' (0) = 0; min and max give the derivative to the
argument whose value they return (the second one at a tie); floor and sign have derivative 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .graph import Expr


@dataclass(frozen=True, slots=True)
class Operation:
    """One elementwise operation.

    `source` and `text` are templates over the arguments. `partials(y, *x)` gives ∂y/∂x_k for every argument; y is
    the operation's own value, so that exp' = y costs nothing. A `boolean` operation gives a truth value, which only
    the arguments named in another operation's `takes_boolean` accept.
    """

    name: str
    arity: int
    source: str
    text: str
    numpy: Callable[..., Any]
    partials: Callable[..., tuple[Any, ...]] | None = None
    boolean: bool = False
    takes_boolean: tuple[int, ...] = ()
    commutative: bool = False

    @property
    def sign(self) -> str:
        """What a user writes for it: +, <, exp, …"""
        return self.text.replace("{0}", "").replace("{1}", "").replace("{2}", "").strip("(), ")


def _apply(name: str, *args: Expr | float) -> Expr:
    graph = next(a.graph for a in args if not isinstance(a, (int, float)))
    return graph.apply(name, *args)


def _where(condition: Expr, a: Expr | float, b: Expr | float) -> Expr:
    return _apply("where", condition, a, b)


def _power_partials(y: Expr, x: Expr, p: Expr) -> tuple[Expr | float, ...]:
    by_base = p * x ** (p - 1.0)
    if p.constant is not None:
        return by_base, 0.0
    return by_base, y * _apply("log", _where(x > 0.0, x, 1.0))


def _sigmoid(x: Any) -> Any:
    small = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1.0 / (1.0 + small), small / (1.0 + small))


def _softplus(x: Any) -> Any:
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def _each(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """A function of one number over arrays."""
    return np.vectorize(function, otypes=[float])


def _probit_of(p: float) -> float:
    if 0.0 < p < 1.0:
        return _NORMAL.inv_cdf(p)
    return -math.inf if p == 0.0 else math.inf if p == 1.0 else math.nan


_NORMAL = NormalDist()
_erf, _probit = _each(math.erf), _each(_probit_of)

_TABLE = (
    Operation("add", 2, "({0} + {1})", "({0} + {1})", np.add, lambda y, a, b: (1.0, 1.0), commutative=True),
    Operation("sub", 2, "({0} - {1})", "({0} - {1})", np.subtract, lambda y, a, b: (1.0, -1.0)),
    Operation("mul", 2, "({0} * {1})", "({0}*{1})", np.multiply, lambda y, a, b: (b, a), commutative=True),
    # np.float64: where a kernel runs as plain Python, a float divided by 0 would raise an error
    Operation("div", 2, "(np.float64({0}) / {1})", "({0}/{1})", np.divide, lambda y, a, b: (1.0 / b, -y * (1.0 / b))),
    Operation("neg", 1, "(-{0})", "(-{0})", np.negative, lambda y, a: (-1.0,)),
    Operation("pow", 2, "power({0}, {1})", "({0}**{1})", np.power, _power_partials),
    Operation("exp", 1, "exp({0})", "exp({0})", np.exp, lambda y, a: (y,)),
    Operation("log", 1, "log({0})", "log({0})", np.log, lambda y, a: (1.0 / a,)),
    Operation("sqrt", 1, "np.sqrt({0})", "sqrt({0})", np.sqrt, lambda y, a: (0.5 / y,)),
    Operation("sin", 1, "sin({0})", "sin({0})", np.sin, lambda y, a: (_apply("cos", a),)),
    Operation("cos", 1, "cos({0})", "cos({0})", np.cos, lambda y, a: (-_apply("sin", a),)),
    Operation("tanh", 1, "tanh({0})", "tanh({0})", np.tanh, lambda y, a: (1.0 - y * y,)),
    Operation("sigmoid", 1, "sigmoid({0})", "sigmoid({0})", _sigmoid, lambda y, a: (y * (1.0 - y),)),
    Operation(
        "softplus", 1, "softplus({0})", "softplus({0})", _softplus, lambda y, a: (_apply("sigmoid", a),)
    ),
    Operation(
        "erf", 1, "erf({0})", "erf({0})", _erf,
        lambda y, a: (2.0 / math.sqrt(math.pi) * _apply("exp", -(a * a)),),
    ),
    Operation(
        "probit", 1, "probit({0})", "probit({0})", _probit,
        lambda y, a: (math.sqrt(2.0 * math.pi) * _apply("exp", 0.5 * (y * y)),),
    ),
    Operation("abs", 1, "abs({0})", "abs({0})", np.abs, lambda y, a: (_apply("sign", a),)),
    Operation(
        "sign", 1, "select({0} > 0.0, 1.0, select({0} < 0.0, -1.0, 0.0 * {0}))", "sign({0})", np.sign,
        lambda y, a: (0.0,),
    ),
    Operation("floor", 1, "np.floor({0})", "floor({0})", np.floor, lambda y, a: (0.0,)),
    Operation(
        "min", 2, "select({0} < {1}, {0}, {1})", "min({0}, {1})", lambda a, b: np.where(np.less(a, b), a, b),
        lambda y, a, b: (_where(a < b, 1.0, 0.0), _where(a < b, 0.0, 1.0)),
    ),
    Operation(
        "max", 2, "select({0} > {1}, {0}, {1})", "max({0}, {1})", lambda a, b: np.where(np.greater(a, b), a, b),
        lambda y, a, b: (_where(a > b, 1.0, 0.0), _where(a > b, 0.0, 1.0)),
    ),
    Operation(
        "where", 3, "select({0}, {1}, {2})", "where({0}, {1}, {2})", np.where,
        lambda y, c, a, b: (0.0, _where(c, 1.0, 0.0), _where(c, 0.0, 1.0)), takes_boolean=(0,),
    ),
    Operation("lt", 2, "({0} < {1})", "({0} < {1})", np.less, boolean=True),
    Operation("le", 2, "({0} <= {1})", "({0} <= {1})", np.less_equal, boolean=True),
    Operation("eq", 2, "({0} == {1})", "({0} == {1})", np.equal, boolean=True, commutative=True),
    Operation("ne", 2, "({0} != {1})", "({0} != {1})", np.not_equal, boolean=True, commutative=True),
    Operation("and", 2, "({0} & {1})", "({0} and {1})", np.logical_and, boolean=True, takes_boolean=(0, 1)),
    Operation("or", 2, "({0} | {1})", "({0} or {1})", np.logical_or, boolean=True, takes_boolean=(0, 1)),
    Operation("not", 1, "(not {0})", "(not {0})", np.logical_not, boolean=True, takes_boolean=(0,)),
)

OPERATIONS: dict[str, Operation] = {row.name: row for row in _TABLE}
BOOLEAN = frozenset(row.name for row in _TABLE if row.boolean)
