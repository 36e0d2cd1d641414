"""The projection dynamics."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.algorithms.simplex import in_tangent_cone
from ..settings import Number, number
from .base import BOTH_CLOCKS, RULES, GameView, Rule, Update
from .building.strategies import by_strategy


@RULES.register
@dataclass(frozen=True)
class Projection(Rule):
    """dx/dt = rate·Π(u), the direction nearest to payoffs u = −ξ that stays on the simplex (Nagurney & Zhang 1996).

    In the interior Π(u) is u minus its mean; where x_k = 0 only directions that point inwards remain (Sandholm,
    Dokumacı & Lahkar 2008). On a discrete clock the rule takes one Euler step and projects it onto the simplex.
    """

    name: ClassVar[str] = "projection"
    clocks = BOTH_CLOCKS
    populations = True
    space = "simplex"

    rate: Number = number(1.0, above=0, doc="speed")

    def update(self, game: GameView) -> Update:
        return Update(by_strategy(game, lambda x, u: [self.rate * z for z in in_tangent_cone(x, u)]))
