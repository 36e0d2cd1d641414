"""How a plug-in declares its settings: as fields of a dataclass, each with its kind, bounds and meaning."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..registry import Registry
from .kinds import ChoiceSetting, CountSetting, ExpressionSetting, NumberSetting
from .nested import ArraySetting, NestedListSetting, NestedSetting


def number(
    default: float | None = None,
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
    whole: bool = False,
    doc: str = "",
) -> Any:
    """A field that holds a number (float or expression). Without a default the setting is required."""
    return _field(NumberSetting(above, at_least, below, at_most, doc, whole), default)


def count(default: int | None = None, *, at_least: int = 1, at_most: int | None = None, doc: str = "") -> Any:
    """A field that holds a whole number on which the form of the program depends. Without a default it is required."""
    return _field(CountSetting(at_least, at_most, doc), default)


def choice(*options: str, doc: str = "") -> Any:
    """A field that holds one of the options; the first is the default."""
    return _field(ChoiceSetting(options, doc), options[0])


def expression(doc: str = "", optional: bool = False) -> Any:
    """A field that holds an expression, or a mapping of names to expressions. If optional, its default is None."""
    return _maybe(ExpressionSetting(doc), optional)


def array(
    doc: str = "",
    optional: bool = False,
    *,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    registry: Registry[Any] | None = None,
) -> Any:
    """A field that holds nested vectors of numbers within bounds. If optional, its default is None."""
    kind = ArraySetting(doc, NumberSetting(above=above, at_least=at_least, at_most=at_most), registry)
    return _maybe(kind, optional)


def nested(registry: Registry[Any], doc: str = "") -> Any:
    """A field that holds another plug-in of `registry`."""
    return _field(NestedSetting(registry, doc), None)


def nested_list(registry: Registry[Any], doc: str = "") -> Any:
    """A field that holds several plug-ins of `registry`."""
    return _field(NestedListSetting(registry, doc), None)


def _maybe(kind: Any, optional: bool) -> Any:
    return dataclasses.field(default=None, metadata={"setting": kind}) if optional else _field(kind, None)


def _field(kind: Any, default: Any) -> Any:
    if default is None:
        return dataclasses.field(metadata={"setting": kind})
    return dataclasses.field(default=default, metadata={"setting": kind})
