"""Distributions for scripts, and how uniform or standard normal numbers are transformed to each of them.

As an initial value a distribution is sampled once, in an expression at every step. Its arguments are numbers or
expressions: of parameters in an initial value, of anything at a step. Constant arguments outside their range are
refused when the system is resolved; others give NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..algebra.distribution import Distribution
from ..algebra.graph import Expr
from ..arrays import Array


def normal(mean: Any = 0, deviation: Any = 1) -> Distribution:
    """`normal(mean, deviation)`; `deviation`, the standard deviation, is 0 or more."""
    return Distribution("normal", mean, deviation)


def uniform(low: Any = 0, high: Any = 1) -> Distribution:
    """`uniform(low, high)`; `low` is at most `high`."""
    return Distribution("uniform", low, high)


def lognormal(mean: Any = 0, deviation: Any = 1) -> Distribution:
    """`lognormal(mean, deviation)`: of the logarithm.

    exp(mean + deviation·ξ) with ξ standard normal; deviation is 0 or more.
    """
    return Distribution("lognormal", mean, deviation)


def exponential(mean: Any = 1) -> Distribution:
    """`exponential(mean)`; `mean` is 0 or more."""
    return Distribution("exponential", mean)


def cauchy(centre: Any = 0, half_width: Any = 1) -> Distribution:
    """`cauchy(centre, half_width)`: Lorentzian.

    Density ∝ 1/(1 + ((x − centre)/half_width)²); half_width is 0 or more.
    """
    return Distribution("cauchy", centre, half_width)


def bernoulli(probability: Any = 0.5) -> Distribution:
    """`bernoulli(probability)`: 1 with that probability, otherwise 0.

    probability: from 0 to 1, by default 1/2.
    """
    return Distribution("bernoulli", probability)


def integers(lowest: Any, highest: Any) -> Distribution:
    """`integers(lowest, highest)`, both included.

    Uniform on the whole numbers from lowest to highest.
    """
    return Distribution("integers", lowest, highest)


def choice(*values: Any) -> Distribution:
    """`choice(a, b, …)`: one of them, with equal chances.

    values: numbers or expressions, at least one.
    """
    return Distribution("choice", *values)


def simplex() -> Distribution:
    """`simplex()`: uniform on the simplex.

    Only for a whole vector, whose components it samples together.
    """
    return Distribution("simplex")


def impossible_distributions(outputs: Sequence[Expr]) -> Iterator[str]:
    """The distributions in the outputs whose parameters are constants outside their range, as text."""
    graph = outputs[0].graph
    for index in graph.reachable(outputs):
        node = graph.nodes[index]
        constants = [Expr(graph, k).constant for k in node.args]
        if node.op == "sample" and all(c is not None for c in constants):
            kind = str(node.data[0])  # type: ignore[index]
            args = [np.asarray(c, dtype=float) for c in constants]
            if not np.isfinite(transformed(kind, args, lambda: np.asarray(0.5), lambda: np.asarray(0.0))):
                yield Expr(graph, index).text(60)


def transformed(kind: str, args: list[Array], uniforms: Callable[[], Array], normals: Callable[[], Array]) -> Array:
    """Samples of the distribution `kind`, by inversion of uniforms in (0, 1) or by scaling of normals.

    args: its parameters, one array each. uniforms, normals: called for the numbers to transform. Parameters outside
    their range (a negative deviation, a probability above 1) give NaN.
    """
    with np.errstate(all="ignore"):
        if kind in ("normal", "lognormal"):
            mean, deviation = args
            value = mean + np.where(deviation >= 0, deviation, np.nan) * normals()
            return np.exp(value) if kind == "lognormal" else value
        return _inverted(kind, args, uniforms())


def _inverted(kind: str, args: list[Array], u: Array) -> Array:
    match kind:
        case "uniform":
            low, high = args
            return low + (np.where(high >= low, high, np.nan) - low) * u
        case "exponential":
            return -np.where(args[0] >= 0, args[0], np.nan) * np.log1p(-u)
        case "cauchy":
            centre, half_width = args
            return centre + np.where(half_width >= 0, half_width, np.nan) * np.tan(np.pi * (u - 0.5))
        case "bernoulli":
            (p,) = args
            return np.where((p >= 0) & (p <= 1), np.where(u < p, 1.0, 0.0), np.nan)
        case "integers":
            low, high = np.ceil(args[0]), np.floor(args[1])
            return low + np.floor(u * (np.where(high >= low, high, np.nan) - low + 1.0))
        case "choice":
            index = np.minimum((u * len(args)).astype(np.int64), len(args) - 1)
            options = np.broadcast_arrays(index, *args)[1:]
            return (
                np.choose(index, options)
                if len(args) <= 32
                else np.take_along_axis(np.stack(options), index[None], axis=0)[0]
            )
    raise AssertionError(kind)
