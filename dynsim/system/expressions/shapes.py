"""Does a value have the shape and the domain that its place in the scenario expects?"""

from __future__ import annotations

from typing import Any

from ...algebra.value import Value, components
from ...algebra.vector import Vector


def mismatch(value: Value, shape: Any, population: str | None, condition: bool) -> str:
    """Why `value` does not fit, as a message; "" if it fits.

    shape: expected shape, which a scalar fits too; None allows any. population: expected population; "" allows only
    scalars, None allows any. condition: whether truth values are expected instead of numbers.
    """
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
