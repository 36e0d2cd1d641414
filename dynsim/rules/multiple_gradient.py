"""Descent of several objectives at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar

from ..algebra.algorithms.linear import solve
from ..algebra.functions import where
from ..algebra.graph import Expr
from ..algebra.value import components
from ..algebra.vector import Vector
from ..errors import InputError, Problem
from ..settings import Number, expression, number
from .base import BOTH_CLOCKS, RULES, Exprs, GameView, Rule, Update, inner

MOST = 6  # objectives: 63 supports


@RULES.register
@dataclass(frozen=True)
class MultipleGradient(Rule):
    """x ← x − rate·Σ_m γ_m g_m, γ the weights on the simplex that make |Σ_m γ_m g_m| least (Désidéri 2012, MGDA).

    g_m is the gradient of the m-th objective by the own components, with the path factors of this agent. Without
    `objectives` the rule takes those of all players whom these components concern, each with that player's path
    factors. No objective rises to first order. The rule rests at Pareto-stationary points, where the objectives cannot
    all fall. For two objectives γ₁ = clip((g₂ − g₁)·g₂/|g₁ − g₂|², 0, 1). For up to 6 the rule finds the least norm
    exactly, among the nearest points of the affine hulls of all subsets (Sener & Koltun 2018 iterate instead). The rule
    has no memory.
    """

    name: ClassVar[str] = "multiple_gradient"
    clocks = BOTH_CLOCKS
    targets = ("objectives",)

    rate: Number = number(above=0, doc="step size")
    objectives: Any = expression(doc="the objectives, a vector; default: everybody's", optional=True)

    def update(self, game: GameView) -> Update:
        return Update([-self.rate * slope for slope in least_combination(self._gradients(game))])

    def _gradients(self, game: GameView) -> list[Exprs]:
        if self.objectives is None:
            slopes = [game.gradient_of(j, by=game.me) for j in game.players]
            slopes = [slope for slope in slopes if any(e.constant != 0.0 for e in slope)] or [game.gradient]
        elif isinstance(self.objectives, Vector):
            slopes = [game.slope(game.graph.expr(objective)) for objective in components(self.objectives)]
        else:
            raise InputError(Problem("expected a vector of objectives", "objectives"))
        if len(slopes) > MOST:
            raise InputError(Problem(f"expected at most {MOST} objectives, got {len(slopes)}", "objectives"))
        return slopes


def least_combination(vectors: Sequence[Exprs]) -> Exprs:
    """The shortest vector of the convex hull: the best of the nearest points of the affine hulls of all subsets.

    By Carathéodory's theorem it is in the hull of vectors that are affinely independent. Where they are not, a subset's
    weights are not finite, or some point of the hull, which is never better than the best.
    """
    best, least = vectors[0], inner(vectors[0], vectors[0])
    for size in range(1, len(vectors) + 1):
        for chosen in combinations(vectors, size):
            if size == 1 and chosen[0] is vectors[0]:
                continue
            point, inside = _nearest(chosen)
            square = inner(point, point)
            better = square < least if inside is None else inside & (square < least)
            best = [where(better, a, b) for a, b in zip(point, best, strict=True)]
            least = where(better, square, least)
    return best


def _nearest(chosen: Sequence[Exprs]) -> tuple[Exprs, Expr | None]:
    """The point of the affine hull nearest to 0, and whether it is in the convex hull (None: always)."""
    first, *others = chosen
    if not others:
        return first, None
    edges = [[b - a for a, b in zip(first, other, strict=True)] for other in others]
    normal = [[inner(a, b) for b in edges] for a in edges]
    weights = solve(normal, [-inner(edge, first) for edge in edges], pivoting=False)
    point, rest = list(first), 1.0 - sum(weights[1:], start=weights[0])
    inside = rest >= 0.0
    for weight, edge in zip(weights, edges, strict=True):
        point = [p + weight * e for p, e in zip(point, edge, strict=True)]
        inside = inside & (weight >= 0.0)
    return point, inside
