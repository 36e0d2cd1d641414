"""What a value is called and looks like: the names of components, the names mentioned, what does not fit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..algebra.graph import Expr
from ..algebra.reading.scan import MAX_LENGTH
from ..algebra.value import components
from ..algebra.vector import Vector
from .model import Value

NAME = re.compile(r"[^\W\d]\w*")


def mismatch(value: Value, shape: Any, population: str | None, condition: bool) -> str:
    """What is wrong with the kind of a value, or nothing."""
    parts = components(value)
    got = value.shape if isinstance(value, Vector) else ()
    if any(part.boolean != condition for part in parts):
        return (
            "expected a condition such as x > 1, got a number"
            if condition
            else ("expected a number, got a condition: write where(condition, a, b)")
        )
    if shape is not None and got not in ((), tuple(shape)):
        what = "one number" if not shape else f"a vector of {shape[0]}"
        advice = ": reduce it with sum(...) or mean(...)" if not shape else ""
        return (
            f"expected {what}, got a {'vector' if len(got) == 1 else 'matrix'} of {' × '.join(map(str, got))}{advice}"
        )
    for part in parts:
        if population is None or part.domain.kind == "scalar" or part.domain.population == population:
            continue
        wanted = f"one value per node of {population}" if population else "one number"
        return f"expected {wanted}, got {part.domain}: reduce it with sum(...) or mean(...)"
    return ""


def component_names(name: str, shape: tuple[int, ...]) -> list[str]:
    """name, or name[0], name[1], … or name[0][0], …"""
    names = [name]
    for length in shape:
        names = [f"{part}[{k}]" for part in names for k in range(length)]
    return names


def mentioned(raw: Any) -> set[str]:
    """The names in a text, an Expr, or anything made of them."""
    if isinstance(raw, str):
        return set(NAME.findall(raw[:MAX_LENGTH]))
    if isinstance(raw, Expr):
        nodes = raw.graph.nodes
        return {str(nodes[k].data).split("[")[0] for k in raw.graph.reachable([raw]) if nodes[k].op == "symbol"}
    if isinstance(raw, Mapping):
        raw = list(raw.values())
    if isinstance(raw, list | tuple):
        return set().union(*map(mentioned, raw)) if raw else set()
    return set()
