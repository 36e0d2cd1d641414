"""Ranges of a sweep as text: linspace(a, b[, n]) and logspace(a, b[, n])."""

from __future__ import annotations

import math
import re

import numpy as np

MAX_POINTS = 1_000_000
_RANGE = re.compile(r"\s*(linspace|logspace)\s*\((.*)\)\s*\Z", re.DOTALL)


def read_range(text: str, points: int | None) -> list[float] | None:
    """The values of a range; None if `text` is something else. ValueError, with a message for the user, if it is wrong.

    points: the default of n; None if n is required.
    """
    match = _RANGE.match(text[:200])
    if match is None:
        return None
    name, arguments = match[1], [part.strip() for part in match[2].split(",")]
    if len(arguments) not in (2, 3):
        raise ValueError(f"expected {name}(a, b) or {name}(a, b, n), got {len(arguments)} arguments")
    a, b = (_number(name, part) for part in arguments[:2])
    if len(arguments) == 3:
        points = _count(name, arguments[2])
    elif points is None:
        raise ValueError(f"expected the number of points: {name}({arguments[0]}, {arguments[1]}, n)")
    if points > MAX_POINTS:
        raise ValueError(f"expected at most {MAX_POINTS:,} points, got {points:,}")
    values = np.linspace(a, b, points)
    if name == "logspace":
        with np.errstate(over="ignore"):
            values = 10.0**values
        if not np.isfinite(values).all():
            raise ValueError(f"logspace takes exponents of 10: 10**{max(a, b):g} is too large")
    return [float(x) for x in values]


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{name}: expected a number, got {text[:40]!r}")
    return value


def _count(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not text.strip("0"):
        raise ValueError(f"{name}: expected a whole number of points, 1 or more, got {text[:40]!r}")
    return int(text.lstrip("0")[:18])
