"""The checks of values in a scenario, one for each type.

A check returns the value in its normal form, or raises PydanticCustomError with a message "expected …, got …"; the
caller adds the place. An `Expr` of a script is allowed wherever an expression is, and a `Vector` wherever a list of
expressions is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from ...algebra.graph import Expr
from ...errors import shown, suggest
from .problems import found


def refuse(message: str) -> PydanticCustomError:
    """The error with this message, to be raised."""
    return PydanticCustomError("expected", message)  # type: ignore[arg-type]


def wrong(expected: str, value: Any) -> PydanticCustomError:
    """The error "expected …, got …", to be raised."""
    return refuse(f"expected {expected}, got {found(value)}")


NUMBERS = int | float  # made once: it is asked of every value of a large experiment


def is_number(value: Any) -> bool:
    return isinstance(value, NUMBERS) and not isinstance(value, bool)


def plain(value: Any) -> Any:
    """NumPy numbers and arrays, pandas columns, ranges, and tuples (including Vectors) as Python numbers and lists."""
    if not isinstance(value, Expr) and hasattr(value, "tolist"):
        value = value.tolist()
    return list(value) if isinstance(value, tuple | range) else value


def bounded(
    expected: str, *, whole: bool = False, above: float = -math.inf, at_least: float = -math.inf
) -> Callable[[Any], Any]:
    """A check for a finite number within bounds. whole: it must be an integer below 2**63, and is returned as int."""

    def check(value: Any) -> Any:
        value = plain(value)
        if not is_number(value) or not math.isfinite(value) or value <= above or value < at_least:
            raise wrong(expected, value)
        if whole and (value != int(value) or value >= 2**63):
            raise wrong(expected, value)
        return int(value) if whole else value

    return check


def choice(*options: str) -> Callable[[Any], str]:
    """A check for one of the options."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in options:
            raise refuse(f"expected one of {', '.join(options)}, got {found(value)}{suggest(str(value), options)}")
        return value

    return check


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise wrong("text", value)
    return value


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong("true or false", value)
    return value


def names(value: Any) -> list[str]:
    """A name, or a list of different names, as a list."""
    items = [value] if isinstance(value, str) else plain(value)
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise wrong("a name or a list of names", value)
    for k, item in enumerate(items):
        if item in items[:k]:
            raise refuse(f"{found(item)} is listed twice")
    return items


def numbers(value: Any) -> Any:
    """A number, a list of numbers, or a list of equally long lists; {on: graph, value: …} with one number per node; or
    {file: name}."""
    if not isinstance(value, Mapping):
        return _array(plain(value), 2)
    if set(value) == {"file"} and isinstance(value["file"], str):
        return dict(value)
    if set(value) != {"on", "value"} or not isinstance(value["on"], str):
        raise wrong("numbers, {file: name.npy}, or {on: graph, value: one number per node}", value)
    per_node = plain(value["value"])
    return {"on": value["on"], "value": _by_name(per_node) if isinstance(per_node, Mapping) else per_node}


def _by_name(value: Mapping[Any, Any]) -> dict[str, Any]:
    """The mapping with its keys as text: the nodes of a script's graph may be of any type."""
    return {str(key): item for key, item in value.items()}


def starts(value: Any) -> Any:
    """An initial value: an expression, a list, or a mapping of nodes to expressions. The items are checked when the
    number of nodes is known."""
    value = plain(value)
    if isinstance(value, Mapping):
        return _by_name(value)
    return value if isinstance(value, list) and value else expressions(value)


def _array(value: Any, levels: int) -> Any:
    if not isinstance(value, list | tuple):
        return bounded("a number, a list of numbers or a list of lists of numbers")(value)
    if not value:
        raise wrong("at least one number", value)
    if levels == 0:
        raise refuse("expected at most two levels of lists")
    rows = [_array(plain(item), levels - 1) for item in value]
    if len({len(row) if isinstance(row, list) else -1 for row in rows}) > 1:
        raise refuse("expected rows of the same length")
    return rows


def expression(value: Any) -> Any:
    """A text that is not blank, a finite number, or an Expr."""
    value = plain(value)
    if isinstance(value, Expr) or (isinstance(value, str) and value.strip()):
        return value
    if is_number(value):
        return bounded("a finite number")(value)
    hint = ""
    if isinstance(value, bool):
        hint = ": a comparison is written as text, 'x == 1'"
    elif callable(value):
        hint = ": write what it gives, (m - 1)**2"
    raise refuse(f"expected an expression or a number, got {found(value)}{hint}")


def expressions(value: Any) -> Any:
    """An expression, or a list of expressions: a vector."""
    value = plain(value)
    if not isinstance(value, list):
        return expression(value)
    if not value:
        raise wrong("at least one component", value)
    return [expression(item) for item in value]


def controls(value: Any) -> dict[str, Any]:
    """Variable → gain, from a variable, a list of variables, or a mapping; None for a gain that is not given."""
    if isinstance(value, Mapping):
        return {name: None if gain is None else expression(gain) for name, gain in value.items()}
    try:
        return dict.fromkeys(names(value))
    except PydanticCustomError as error:
        if "twice" in error.message():
            raise
        raise wrong("a variable, a list of variables, or variables with their gains", value) from error


def assignments(value: Any) -> dict[str, Any]:
    """A mapping of names to expressions."""
    if not isinstance(value, Mapping):
        raise wrong("a mapping of names to expressions", value)
    return {name: expressions(item) for name, item in value.items()}


def metrics(value: Any) -> dict[str, dict[str, Any]]:
    """Metric → settings, from a metric, a list of metrics, or a mapping."""
    if not isinstance(value, Mapping):
        return {name: {} for name in names(value)}
    for name, settings in value.items():
        if settings is not None and not isinstance(settings, Mapping):
            raise refuse(f"expected the settings of {shown(str(name))} as a mapping, got {found(settings)}")
    return {name: dict(settings or {}) for name, settings in value.items()}


def horizon(value: Any) -> Any:
    """`fixed_point`, or a positive number."""
    if isinstance(value, str) and value == "fixed_point":
        return value
    return bounded("a positive number or fixed_point", above=0.0)(value)


def space(value: Any) -> Any:
    """`real`, `simplex`, `circle`, or a box [low, high], one end of which may be null."""
    value = plain(value)
    if value in ("real", "simplex", "circle"):
        return value
    ends = value if isinstance(value, list) and len(value) == 2 else None
    if (
        ends is None
        or ends == [None, None]
        or not all(end is None or (is_number(end) and math.isfinite(end)) for end in ends)
    ):
        raise wrong("real, simplex, circle or [low, high]", value)
    if None not in ends and ends[0] >= ends[1]:
        raise refuse(f"expected low < high, got [{ends[0]}, {ends[1]}]")
    return ends


def plugin(kind: str) -> Callable[[Any], Any]:
    """A check for `name` or {name: {settings}}, returned as the latter. The plug-in checks the settings itself."""

    def check(value: Any) -> Any:
        if isinstance(value, str):
            return {value: {}}
        if hasattr(value, "name") and hasattr(value, "settings"):
            return {value.name: dict(value.settings)}
        if isinstance(value, Mapping) and len(value) == 1:
            ((name, settings),) = value.items()
            if settings is None or isinstance(settings, Mapping):
                return {name: dict(settings or {})}
            raise refuse(f"expected the settings of {shown(str(name))} as a mapping, got {found(settings)}")
        if callable(value):
            raise refuse(f"expected a {kind}, got {found(value)}: call it with its settings")
        raise wrong(f"a {kind} as `name` or {{name: {{settings}}}}", value)

    return check
