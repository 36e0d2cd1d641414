"""The elementwise operations: one table that the graph, the interpreter and the compiler read.

Every row states its NumPy form (the oracle), the Python source it becomes in a generated kernel and the text a user
would write. Its partial derivatives are expressions, which need the graph: they are in derivatives.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Operation:
    """One elementwise operation.

    `source` and `text` are templates over the arguments. A `boolean` operation gives a condition (true or false),
    which only the arguments that another operation lists in `takes_boolean` accept. The arguments of a `commutative`
    one can be exchanged without changing a bit.
    """

    name: str
    arity: int
    source: str
    text: str
    numpy: Callable[..., Any]
    boolean: bool = False
    takes_boolean: tuple[int, ...] = ()
    commutative: bool = False

    @property
    def sign(self) -> str:
        """The sign or name that a user writes: +, <, exp, …"""
        return self.text.replace("{0}", "").replace("{1}", "").replace("{2}", "").strip("(), ")


def _sigmoid(x: Any) -> Any:
    small = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1.0 / (1.0 + small), small / (1.0 + small))


def _softplus(x: Any) -> Any:
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def _each(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """A function of one number, applied to every element of an array."""
    return np.vectorize(function, otypes=[float])


def _probit_of(p: float) -> float:
    if 0.0 < p < 1.0:
        return _NORMAL.inv_cdf(p)
    return -math.inf if p == 0.0 else math.inf if p == 1.0 else math.nan


_NORMAL = NormalDist()
_erf, _probit = _each(math.erf), _each(_probit_of)

_TABLE = (
    Operation("add", 2, "({0} + {1})", "({0} + {1})", np.add, commutative=True),
    Operation("sub", 2, "({0} - {1})", "({0} - {1})", np.subtract),
    Operation("mul", 2, "({0} * {1})", "({0}*{1})", np.multiply, commutative=True),
    # np.float64: where a kernel runs as plain Python, a float divided by 0 would raise an error
    Operation("div", 2, "(np.float64({0}) / {1})", "({0}/{1})", np.divide),
    Operation("neg", 1, "(-{0})", "(-{0})", np.negative),
    Operation("pow", 2, "power({0}, {1})", "({0}**{1})", np.power),
    Operation("exp", 1, "exp({0})", "exp({0})", np.exp),
    Operation("log", 1, "log({0})", "log({0})", np.log),
    Operation("sqrt", 1, "np.sqrt({0})", "sqrt({0})", np.sqrt),
    Operation("sin", 1, "sin({0})", "sin({0})", np.sin),
    Operation("cos", 1, "cos({0})", "cos({0})", np.cos),
    Operation("tanh", 1, "tanh({0})", "tanh({0})", np.tanh),
    Operation("sigmoid", 1, "sigmoid({0})", "sigmoid({0})", _sigmoid),
    Operation("softplus", 1, "softplus({0})", "softplus({0})", _softplus),
    Operation("erf", 1, "erf({0})", "erf({0})", _erf),
    Operation("probit", 1, "probit({0})", "probit({0})", _probit),
    Operation("abs", 1, "abs({0})", "abs({0})", np.abs),
    # 0·x and not 0: the sign of NaN is NaN, as NumPy has it
    Operation("sign", 1, "select({0} > 0.0, 1.0, select({0} < 0.0, -1.0, 0.0 * {0}))", "sign({0})", np.sign),
    Operation("floor", 1, "np.floor({0})", "floor({0})", np.floor),
    # not np.minimum: in a kernel these are one comparison each, and at NaN both forms give the second argument
    Operation("min", 2, "select({0} < {1}, {0}, {1})", "min({0}, {1})", lambda a, b: np.where(np.less(a, b), a, b)),
    Operation("max", 2, "select({0} > {1}, {0}, {1})", "max({0}, {1})", lambda a, b: np.where(np.greater(a, b), a, b)),
    Operation("where", 3, "select({0}, {1}, {2})", "where({0}, {1}, {2})", np.where, takes_boolean=(0,)),
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
