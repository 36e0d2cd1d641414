"""Payoffs, mean payoffs, best and smoothed best responses: what the rules on the simplex share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...algebra.functions import exp, maximum, sum_, where
from ...algebra.graph import Expr
from ...algebra.vector import Vector
from ...settings import Number
from ..base import Exprs, GameView


def by_strategy(game: GameView, move: Callable[..., Exprs], *further: Exprs) -> Exprs:
    """move(x, u, …) for every variable separately: its shares, their payoffs u = −ξ, its part of every further list."""
    result = list(game.x)
    for shares in game.variables:
        x, u = [game.x[k] for k in shares], [-game.gradient[k] for k in shares]
        for k, e in zip(shares, move(x, u, *[[values[k] for k in shares] for values in further]), strict=True):
            result[k] = e
    return result


def expected(x: Sequence[Expr], u: Sequence[Expr]) -> Expr:
    """Σ_k x_k u_k."""
    mean: Expr = Vector(x) @ Vector(u)
    return mean


def positive(values: Sequence[Expr]) -> Exprs:
    """[v_k]₊ = max(v_k, 0)."""
    return [maximum(v, 0.0) for v in values]


def shared(weights: Sequence[Expr], otherwise: Sequence[Expr]) -> Exprs:
    """The weights divided by their sum; the mixture `otherwise` if the sum is not positive."""
    total = sum_(Vector(weights))
    some = total > 0.0
    return [where(some, w / where(some, total, 1.0), e) for w, e in zip(weights, otherwise, strict=True)]


def best_response(x: Sequence[Expr], u: Sequence[Expr]) -> Exprs:
    """The strategy with the highest payoff; several best ones mixed in proportion to x, or evenly if x uses none.

    Every mixture of equally good strategies is a best response. This choice makes x a best response to itself whenever
    that is possible, so the points that rest under it are exactly the equilibria.
    """
    best = maximum(Vector(u))
    among = [where(e < best, 0.0, 1.0) for e in u]
    return shared([a * b for a, b in zip(among, x, strict=True)], shared(among, x))


def softmax(values: Sequence[Expr], temperature: Number) -> Exprs:
    """e^{v_k/T} / Σ_j e^{v_j/T}, measured from the largest value so that nothing overflows."""
    most = maximum(Vector(values))
    weights = [exp((v - most) / temperature) for v in values]
    total = sum_(Vector(weights))
    return [w / total for w in weights]
