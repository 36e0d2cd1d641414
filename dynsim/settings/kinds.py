"""The kinds of settings: each reads what a user wrote, or raises InputError with what it expected.

The caller's `Parsers.number(key, raw)` reads numbers and `Parsers.expression(key, raw)` reads expressions. `key` is the
place below the plug-in, such as "rate", "payoffs[0][1]" or, in a nested rule, "rule.rate".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from ..algebra.graph import Expr
from ..errors import DynsimError, InputError, Problem, suggest

Number = Expr | float
Parse = Callable[[str, Any], Any]


@dataclass(frozen=True)
class Parsers:
    """The functions that turn numbers and expressions into expressions of a system."""

    number: Parse
    expression: Parse


def wrong(key: str, expected: str, found: Any) -> InputError:
    """The error for a setting that is not what was expected."""
    return InputError(Problem(f"expected {expected}, got {found!r}", key))


@dataclass(frozen=True)
class NumberSetting:
    """A number within bounds, or an expression of parameters, whose value is checked only if it is constant."""

    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    doc: str = ""
    whole: bool = False

    @property
    def expected(self) -> str:
        kind = "whole number" if self.whole else "number"
        if (self.above, self.at_least, self.below, self.at_most) == (0, None, None, None):
            return f"a positive {kind}"
        limits = [
            f"{word} {bound:g}"
            for word, bound in (
                ("above", self.above),
                ("at least", self.at_least),
                ("below", self.below),
                ("at most", self.at_most),
            )
            if bound is not None
        ]
        return " ".join([f"a {kind}", " and ".join(limits)]).strip()

    def allows(self, value: float) -> bool:
        """Whether a number lies within the bounds."""
        return (
            math.isfinite(value)
            and (self.above is None or value > self.above)
            and (self.at_least is None or value >= self.at_least)
            and (self.below is None or value < self.below)
            and (self.at_most is None or value <= self.at_most)
            and (not self.whole or value.is_integer())
        )

    @property
    def example(self) -> float:
        """A number within the bounds, for tests and for what is read off a plug-in."""
        low = next((bound for bound in (self.above, self.at_least) if bound is not None), 0.0)
        high = next((bound for bound in (self.below, self.at_most) if bound is not None), low)
        tried = (0.05, 0.0, 10.0, (low + high) / 2, low, high, math.floor(low) + 1.0, math.ceil(high) - 1.0)
        return next(x for x in tried if self.allows(x))

    def read(self, key: str, raw: Any, parsers: Parsers) -> Number:
        if isinstance(raw, bool) or not isinstance(raw, (Real, str, Expr)):
            raise wrong(key, self.expected, raw)
        if isinstance(raw, Real) and not self.allows(float(raw)):
            raise wrong(key, self.expected, raw)
        try:
            value: Number = parsers.number(key, raw)
        except DynsimError as error:
            raise InputError(Problem(f"expected {self.expected}, got {raw!r}: {error}", key)) from error
        known = value.constant if isinstance(value, Expr) else None
        if known is not None and not self.allows(known):
            raise wrong(key, self.expected, raw)
        return value


@dataclass(frozen=True)
class CountSetting:
    """A whole number on which the form of the program depends, such as a number of repetitions; not an expression."""

    at_least: int = 1
    at_most: int | None = None
    doc: str = ""

    @property
    def expected(self) -> str:
        end = "or more" if self.at_most is None else f"to {self.at_most}"
        return f"a whole number, {self.at_least} {end}"

    @property
    def example(self) -> int:
        """The smallest number, for tests and for what is read off a plug-in."""
        return self.at_least

    def read(self, key: str, raw: Any, parsers: Parsers) -> int:
        whole = not isinstance(raw, bool) and isinstance(raw, Real) and float(raw).is_integer()
        if not whole or raw < self.at_least or (self.at_most is not None and raw > self.at_most):
            raise wrong(key, self.expected, raw)
        return int(raw)


@dataclass(frozen=True)
class ChoiceSetting:
    """One of several words."""

    options: tuple[str, ...]
    doc: str = ""

    def read(self, key: str, raw: Any, parsers: Parsers) -> str:
        if not isinstance(raw, str) or raw not in self.options:
            near = suggest(str(raw), self.options)
            raise InputError(Problem(f"expected one of {', '.join(self.options)}, got {raw!r}{near}", key))
        return raw


@dataclass(frozen=True)
class ExpressionSetting:
    """An expression, or a mapping of names to expressions."""

    doc: str = ""

    def read(self, key: str, raw: Any, parsers: Parsers) -> Any:
        if isinstance(raw, Mapping):
            return {name: parsers.expression(f"{key}.{name}", part) for name, part in raw.items()}
        return parsers.expression(key, raw)
