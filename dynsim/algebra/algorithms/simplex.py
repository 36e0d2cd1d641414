"""Projections onto the simplex {x: x_k ≥ 0, Σ x_k = 1} and its tangent cones, component by component."""

from __future__ import annotations

from collections.abc import Sequence

from ..functions import maximum, minimum, where
from ..graph import Expr

ROUNDING = 1e-12


def projected(x: Sequence[Expr]) -> list[Expr]:
    """The nearest point of the simplex (Held, Wolfe, Crowder 1974): max(x_k − τ, 0), τ = max_k (Σ_{j≤k} x_(j) − 1)/k.

    x: the components of any point. One that is off the simplex only by rounding is divided by its sum instead, which
    keeps shares as small as 1e-300; subtracting τ, which is about 1e-16 there, would set them to 0 permanently.
    """
    ordered = descending(x)
    total = ordered[0]
    threshold = total - 1.0
    for k, e in enumerate(ordered[1:], start=2):
        total = total + e
        threshold = maximum((total - 1.0) / float(k), threshold)
    inside = (ordered[-1] >= 0.0) & (abs(total - 1.0) <= ROUNDING)
    return [where(inside, e / total, maximum(0.0, e - threshold)) for e in x]


def descending(x: Sequence[Expr]) -> list[Expr]:
    """x in descending order, by a sorting network (odd–even transposition): the comparisons do not depend on values."""
    result = list(x)
    for turn in range(len(result)):
        for k in range(turn % 2, len(result) - 1, 2):
            a, b = result[k], result[k + 1]
            result[k], result[k + 1] = maximum(a, b), minimum(a, b)
    return result


def in_tangent_cone(x: Sequence[Expr], u: Sequence[Expr]) -> list[Expr]:
    """The direction z nearest to u that does not leave the simplex at x: Σ_k z_k = 0, z_k ≥ 0 where x_k = 0.

    z_k = u_k − μ where x_k > 0, otherwise max(u_k − μ, 0). μ is the largest mean of u over a set of components that
    contains all with x_k > 0 (Lahkar & Sandholm 2008).
    """
    least = u[0]
    for e in u[1:]:
        least = minimum(e, least)
    used = [where(a > 0.0, 1.0, 0.0) for a in x]
    total, count = used[0] * u[0], used[0]
    for a, e in zip(used[1:], u[1:], strict=True):
        total, count = total + a * e, count + a
    level = total / count
    # a component in use takes part once more as the least of all, which raises no mean
    for e in descending([where(a > 0.0, least, b) for a, b in zip(x, u, strict=True)])[:-1]:
        total, count = total + e, count + 1.0
        level = maximum(total / count, level)
    return [where(a > 0.0, e - level, maximum(e - level, 0.0)) for a, e in zip(x, u, strict=True)]
