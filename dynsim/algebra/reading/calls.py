"""The functions that a text can call, and the properties of a population."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import functions as f
from .. import leaves
from ..graph import Expr, Graph
from ..structural import degree

MANY = 1_000
"""The most arguments of a call that takes any number of them."""

FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    **{name: (getattr(f, name), 1, 1) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid")},
    **{name: (getattr(f, name), 1, 1) for name in ("softplus", "erf", "probit", "sign", "floor", "mean")},
    **{name: (getattr(f, name), 1, 1) for name in ("neighbor", "argmin", "argmax")},
    "abs": (f.absolute, 1, 1),
    "sum": (f.sum_, 1, 1),
    "min": (f.minimum, 1, MANY),
    "max": (f.maximum, 1, MANY),
    "clip": (f.clip, 3, 3),
    "where": (f.where, 3, 3),
    "mod": (f.mod, 2, 2),
    "dot": (f.dot, 2, 2),
    "sum_neighbors": (f.sum_neighbors, 1, 1),
    "mean_neighbors": (f.mean_neighbors, 1, 1),
    "max_neighbors": (f.max_neighbors, 1, 1),
    "sum_outgoing": (f.sum_outgoing, 1, 1),
}
"""Name → (function, least and most arguments)."""

OF_POPULATION: dict[str, Callable[[Graph, str], Expr]] = {
    "weight": leaves.weight, "index": leaves.index, "size": leaves.size, "degree": degree,
}
"""Name → its value for a graph and a population."""
