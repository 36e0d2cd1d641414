"""The expressions in a rule's settings, those of rules inside it included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from ..algebra.graph import Expr
from ..algebra.vector import Vector
from ..rules.base import Rule


def expressions_in(rule: Rule) -> list[Expr]:
    """All expressions in the settings of a rule and of the rules inside it."""
    collected: list[Expr] = []

    def collect(expr: Expr) -> Expr:
        collected.append(expr)
        return expr

    with_expressions(rule, collect)
    return collected


def with_expressions(value: Any, change: Callable[[Expr], Expr]) -> Any:
    """A copy of a rule, or of the value of a setting, with `change` applied to every expression."""
    match value:
        case Expr():
            return change(value)
        case Vector():
            return Vector(with_expressions(part, change) for part in value)
        case list() | tuple():
            return type(value)(with_expressions(part, change) for part in value)
        case Mapping():
            return {key: with_expressions(part, change) for key, part in value.items()}
        case Rule():
            return replace(value, **{f.name: with_expressions(getattr(value, f.name), change) for f in fields(value)})
    return value
