"""What `collect` may name, and what each means. The numbers themselves are computed elsewhere."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

from .. import python_syntax

Kind = Literal["verdict", "episodes", "objectives", "base", "final", "mean", "metric", "expression"]

WORDS: dict[Kind, str] = {
    "verdict": "how the replica ended",
    "episodes": "of every kind of episode, how many there were and when the first began",
    "objectives": "of every agent, the first and the last value of its objective",
    "base": "the last value of the base objective",
    "final": "the last value of every state variable",
}
DEFAULT = ("verdict", "episodes", "objectives", "base")
"""What is collected if nothing is said; `base` only where the scenario has one."""

METRIC = "metric:"
MEAN = "mean "


@dataclass(frozen=True)
class Quantity:
    """One entry of `collect`. text: as written. kind: what it is. about: the name of the metric, the expression whose
    mean over the record is taken, or the expression of final states; "" for the other kinds."""

    text: str
    kind: Kind
    about: str = ""


def quantity(text: str) -> Quantity:
    """The quantity that a text means: one of `WORDS`, `metric:NAME`, `mean EXPRESSION`, else an expression of the last
    states."""
    word = text.strip()
    for kind in WORDS:
        if word == kind:
            return Quantity(text, kind)
    if word.startswith(METRIC):
        return Quantity(text, "metric", word.removeprefix(METRIC).strip())
    if word.startswith(MEAN):
        return Quantity(text, "mean", word.removeprefix(MEAN).strip())
    return Quantity(text, "expression", word)


def is_condition(text: str) -> bool:
    """Whether an expression is a condition by its form, so that its mean over replicas is a share."""
    form = _form(text)
    form = form.op if isinstance(form, ast.UnaryOp) else form
    return isinstance(form, ast.Compare | ast.BoolOp | ast.Not)


def is_choice(text: str) -> bool:
    """Whether an expression is the number of a component by its form, `argmax(x)` or `argmin(x)`: a category."""
    form = _form(text)
    return isinstance(form, ast.Call) and isinstance(form.func, ast.Name) and form.func.id in ("argmax", "argmin")


def _form(text: str) -> ast.AST | None:
    """The syntax of an expression, which is Python's; None of what is no expression."""
    try:
        return python_syntax.expression(text.strip())
    except SyntaxError:
        return None
