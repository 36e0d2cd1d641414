"""Gradient ascent that a slower copy of itself pulls back."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import minimum, sqrt, sum_, where
from ..algebra.graph import Expr
from ..algebra.vector import Vector
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update
from .building.ascent import climb
from .building.strategies import by_strategy


@RULES.register
@dataclass(frozen=True)
class GigaWolf(Rule):
    """x̂ = Π(x + rate·u), z ← Π(z + rate·u/3), x ← x̂ + δ(z − x̂), δ = min(1, ‖Δz‖/‖z − x̂‖) (Bowling 2005).

    The rule pulls gradient ascent back towards a slower copy, z, by at most the distance that z has moved: "win or
    learn fast" without knowledge of an equilibrium. Payoffs are u = −ξ; z starts at x. Small rates approach a flow of x
    and z together, and none of x alone.
    """

    name: ClassVar[str] = "giga_wolf"
    populations = True
    space = "simplex"

    rate: Number = number(above=0, doc="step size")

    def update(self, game: GameView) -> Update:
        begun = game.counter("begun") > 0.0
        z = [where(begun, m, x) for m, x in zip(game.memory("slow"), game.x, strict=True)]
        slow = [a + m for a, m in zip(z, by_strategy(game, self._slow_move, z), strict=True)]
        move = by_strategy(game, self._move, z, slow)
        return Update(move, {"begun": [game.graph.constant(1.0)], "slow": slow})

    def _slow_move(self, x: Exprs, u: Exprs, z: Exprs) -> Exprs:
        return climb(z, u, self.rate / 3.0)

    def _move(self, x: Exprs, u: Exprs, z: Exprs, slow: Exprs) -> Exprs:
        fast = climb(x, u, self.rate)
        apart = [b - (a + m) for a, m, b in zip(x, fast, slow, strict=True)]
        distance = length(apart)
        some = distance > 0.0
        back = length([b - a for a, b in zip(z, slow, strict=True)]) / where(some, distance, 1.0)
        return [m + where(some, minimum(back, 1.0), 0.0) * d for m, d in zip(fast, apart, strict=True)]


def length(v: Exprs) -> Expr:
    """‖v‖."""
    return sqrt(sum_(Vector(a * a for a in v)))
