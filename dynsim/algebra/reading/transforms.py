"""The distributions of a step's random numbers, as functions of the graph's two random leaves.

Each is a transform of one leaf, so everything else (derivatives, kernels, the interpreter, replays) has to know two
leaves alone. Differentiation treats a leaf as constant. Location and scale therefore carry gradients, as in m + s·N
(the reparametrisation trick); the probability of `bernoulli` and the number that decides in `choice` have derivative 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from operator import and_

from ...errors import DomainError
from .. import functions as f
from ..domain import Domain
from ..graph import Expr, fill
from ..leaves import noise, uniform

Pairs = list[tuple[Expr, Expr]]


def per_step(kind: str, args: Sequence[Expr], name: str, domain: Domain) -> Expr:
    """A random number with the distribution `kind`, new at every step, replica and element, from the leaf `name`.

    It is NaN in a step in which the parameters state no distribution. DomainError for constants that state none.
    """
    graph = args[0].graph
    zero, one = graph.constant(0.0), graph.constant(1.0)
    match kind:
        case "normal" | "lognormal":
            mean, deviation = args
            value = mean + deviation * noise(graph, name, domain)
            return _where_sound(kind, args, [(zero, deviation)], f.exp(value) if kind == "lognormal" else value)
    u = uniform(graph, name, domain)
    match kind:
        case "uniform":
            low, high = args
            return _where_sound(kind, args, [(low, high)], low + (high - low) * u)
        case "exponential":
            (mean,) = args  # by the inverse of the distribution function; u < 1, so that the logarithm is finite
            return _where_sound(kind, args, [(zero, mean)], -mean * f.log(1.0 - u))
        case "cauchy":
            centre, width = args
            angle = math.pi * (u - 0.5)  # the inverse of the distribution function is a tangent
            return _where_sound(kind, args, [(zero, width)], centre + width * (f.sin(angle) / f.cos(angle)))
        case "bernoulli":
            (p,) = args
            return _where_sound(kind, args, [(zero, p), (p, one)], f.where(u < p, 1.0, 0.0))  # never at 0, always at 1
        case "integers":
            low, high = -f.floor(-args[0]), f.floor(args[1])  # −⌊−x⌋ = ⌈x⌉
            return _where_sound(kind, args, [(low, high)], low + f.floor(u * (high - low + 1.0)))
        case "choice":
            place, taken = f.floor(u * float(len(args))), args[-1]
            for k in range(len(args) - 2, -1, -1):
                taken = f.where(place < k + 1.0, args[k], taken)
            return fill(taken, domain)
    raise AssertionError(kind)


def _where_sound(kind: str, args: Sequence[Expr], ordered: Pairs, value: Expr) -> Expr:
    """The value where a ≤ b holds for all `ordered` pairs, otherwise NaN."""
    conditions = []
    for a, b in ordered:
        if a.constant is None or b.constant is None:
            conditions.append(a <= b)
        elif not a.constant <= b.constant:
            raise DomainError(f"{kind}({', '.join(x.text(60) for x in args)}): there is no such distribution")
    return f.where(reduce(and_, conditions), value, math.nan) if conditions else value
