"""Multiplicative weights."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import exp, maximum, sum_
from ..algebra.vector import Vector
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update
from .building.strategies import by_strategy, expected


@RULES.register
@dataclass(frozen=True)
class MultiplicativeWeights(Rule):
    """x_k ← x_k e^{rate·u_k} / Σ_j x_j e^{rate·u_j}, payoffs u = −ξ (Hedge: Freund & Schapire 1997).

    For small rates x follows the replicator dynamics.
    """

    name: ClassVar[str] = "multiplicative_weights"
    populations = True
    space = "simplex"
    rests = "restricted equilibria"

    rate: Number = number(above=0, doc="learning rate")

    def update(self, game: GameView) -> Update:
        return Update(by_strategy(game, self._move))

    def _move(self, x: Exprs, u: Exprs) -> Exprs:
        best = maximum(Vector(u))  # relative to the best, so that no exponential overflows
        weights = [a * exp(self.rate * (v - best)) for a, v in zip(x, u, strict=True)]
        total = sum_(Vector(weights))
        return [w / total - a for a, w in zip(x, weights, strict=True)]

    def flow(self, game: GameView) -> Exprs:
        def drift(x: Exprs, u: Exprs) -> Exprs:
            mean = expected(x, u)
            return [a * (v - mean) for a, v in zip(x, u, strict=True)]

        return by_strategy(game, drift)
