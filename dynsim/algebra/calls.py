"""What can be called in an expression's text: functions, random distributions, properties of a population.

Distributions, by their parameters: normal(mean, standard deviation), uniform(low, high), lognormal(mean and standard
deviation of the logarithm), exponential(mean), cauchy(centre, half width), bernoulli(probability of 1),
integers(lowest, highest), choice(a, b, …) with equal chances, and simplex(), uniform on the simplex. An initial value
is drawn once; what is computed at every step is drawn anew at every step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ..errors import DomainError
from . import functions as f
from . import graph as g
from .chance import per_step
from .domain import node
from .graph import Expr, Graph
from .vector import Vector

MANY = 1_000

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
    "weight": g.weight, "index": g.index, "size": g.size, "degree": g.degree,
}

DRAWS: dict[str, tuple[int, int]] = {
    "normal": (2, 2), "uniform": (2, 2), "lognormal": (2, 2), "exponential": (1, 1), "cauchy": (2, 2),
    "bernoulli": (1, 1), "integers": (2, 2), "choice": (1, MANY), "simplex": (0, 0),
}
"""Name → (least, most arguments)."""


class Drawing(Protocol):
    """Where a text is being read: what its draws are named after (None: they are initial values), whose every node and
    how many components draw for themselves, and how many draws there were."""

    graph: Graph
    stream: str | None
    each: str | None
    length: int | None
    ordinal: int


def call_draw(at: Drawing, kind: str, args: list[Any]) -> Any:
    """One draw, or a vector of draws where the variable or a parameter is a vector.

    simplex() is a vector of exponentials over their sum: uniform on the simplex.
    """
    if kind == "simplex":
        if at.length is None:
            raise DomainError("simplex: expected a vector variable")
        parts = Vector(_draw(at, "exponential", [at.graph.constant(1.0)]) for _ in range(at.length))
        return parts / f.sum_(parts)
    lengths = {len(a) for a in args if isinstance(a, Vector)} | ({at.length} if at.length is not None else set())
    if len(lengths) > 1:
        raise DomainError(f"{kind}: vectors of different lengths: {' and '.join(map(str, sorted(lengths)))}")
    if not lengths:
        return _draw(at, kind, args)
    (n,) = lengths
    return Vector(_draw(at, kind, [a[k] if isinstance(a, Vector) else a for a in args]) for k in range(n))


def _draw(at: Drawing, kind: str, args: list[Any]) -> Expr:
    own = [node(at.each)] if at.each is not None else []
    if any(not isinstance(a, Expr) or a.boolean for a in args):
        raise DomainError(f"{kind}: expected numbers as parameters")
    domain = g.join([a.domain for a in args] + own, kind)
    if domain.kind == "edge":
        raise DomainError(f"{kind}: a number is drawn for every node, not for every edge")
    ordinal, at.ordinal = at.ordinal, at.ordinal + 1
    if at.stream is not None:
        return per_step(kind, args, f"{at.stream}:{ordinal}", domain)
    return at.graph.add("draw", tuple(a.index for a in args), (kind, ordinal), domain)
