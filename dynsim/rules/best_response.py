"""The best-response dynamics."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import BOTH_CLOCKS, RULES, Exprs, GameView, Rule, Update
from .building.strategies import best_response, by_strategy


@RULES.register
@dataclass(frozen=True)
class BestResponse(Rule):
    """dx/dt = rate·(b − x), b a best response to the payoffs u = −ξ (Gilboa & Matsui 1991; Hofbauer 1995).

    If several strategies are best, b mixes them in proportion to x, or evenly where x uses none of them. The points at
    rest are therefore the equilibria. On a discrete clock the rule takes one Euler step; rate = 1 jumps to the best
    response.
    """

    name: ClassVar[str] = "best_response"
    clocks = BOTH_CLOCKS
    populations = True
    space = "simplex"

    rate: Number = number(1.0, above=0, doc="speed; on a discrete clock the share of the way made in one step")

    def update(self, game: GameView) -> Update:
        return Update(by_strategy(game, self._move))

    def _move(self, x: Exprs, u: Exprs) -> Exprs:
        return [self.rate * (b - a) for b, a in zip(best_response(x, u), x, strict=True)]
