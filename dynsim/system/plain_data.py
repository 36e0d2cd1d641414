"""From the objects that a script passes to the plain data of a scenario file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..algebra.graph import Expr, Graph
from ..algebra.value import components
from ..algebra.vector import Vector
from ..errors import InputError
from .component_names import component_names


def given(**settings: Any) -> dict[str, Any]:
    """The settings that are not None."""
    return {key: value for key, value in settings.items() if value is not None}


def stated(value: Any, own: Graph) -> Any:
    """Plain data, except that expressions stay: rules become {name: {settings}}, keys that are symbols become their
    names, arrays and tuples become lists. own: the graph of the system's symbols.
    """
    if hasattr(value, "name") and hasattr(value, "settings"):
        return {value.name: stated(value.settings, own)}
    if isinstance(value, Mapping):
        return {name_of(key, own): stated(item, own) for key, item in value.items()}
    if callable(getattr(value, "tolist", None)):  # NumPy, pandas and libraries like them
        return value.tolist()
    return [stated(item, own) for item in value] if type(value) in (list, tuple, range) else value


def by_label(value: Any) -> Any:
    """A mapping of nodes to values, with the nodes as text; anything else unchanged. InputError if two nodes are the
    same as text."""
    if not isinstance(value, Mapping):
        return value
    result = {str(key): item for key, item in value.items()}
    if len(result) < len(value):
        raise InputError("expected different names of nodes, two of them are the same as text")
    return result


def copied(value: Any) -> Any:
    """A deep copy of dicts and lists. Everything else in a system's data is immutable and shared."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if type(value) is list else value


def control_names(raw: Any, own: Graph) -> Any:
    """A symbol, a list of symbols or a mapping from symbols, with their names in place of the symbols."""
    if isinstance(raw, Mapping):
        return {name_of(key, own): gain for key, gain in raw.items()}
    if isinstance(raw, list) or (type(raw) is tuple):
        return [name_of(item, own) for item in raw]
    return name_of(raw, own)


def name_of(symbol: Any, own: Graph) -> Any:
    """The name of a symbol, or of the vector that a Vector of symbols is; anything else unchanged. DomainError for a
    symbol of another system."""
    if isinstance(symbol, Expr | Vector):
        for part in components(symbol):
            own.expr(part)
    if isinstance(symbol, Expr):
        return symbol.name or symbol
    if isinstance(symbol, Vector):
        names = [part.name for part in components(symbol)]
        whole = str(names[0]).split("[")[0]
        return whole if names == component_names(whole, symbol.shape) else symbol
    return symbol
