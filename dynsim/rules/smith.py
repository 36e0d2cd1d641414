"""The Smith dynamics."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import maximum, sum_
from ..algebra.vector import Vector
from ..settings import Number, number
from .base import BOTH_CLOCKS, RULES, Exprs, GameView, Rule, Update
from .building.strategies import by_strategy


@RULES.register
@dataclass(frozen=True)
class Smith(Rule):
    """dx_k/dt = rate·(Σ_j x_j [u_k − u_j]₊ − x_k Σ_j [u_j − u_k]₊), payoffs u = −ξ (Smith 1984).

    A user of strategy j switches to strategy k at a rate proportional to the gain in payoff. On a discrete clock the
    rule takes one Euler step.
    """

    name: ClassVar[str] = "smith"
    clocks = BOTH_CLOCKS
    populations = True
    space = "simplex"

    rate: Number = number(1.0, above=0, doc="speed")

    def update(self, game: GameView) -> Update:
        return Update(by_strategy(game, self._move))

    def _move(self, x: Exprs, u: Exprs) -> Exprs:
        return [
            self.rate * sum_(Vector(
                b * maximum(v - w, 0.0) - a * maximum(w - v, 0.0) for b, w in zip(x, u, strict=True)
            ))
            for a, v in zip(x, u, strict=True)
        ]
