"""The logit dynamics, or smoothed best response."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import BOTH_CLOCKS, RULES, Exprs, GameView, Rule, Update
from .building.strategies import by_strategy, softmax


@RULES.register
@dataclass(frozen=True)
class Logit(Rule):
    """dx_k/dt = rate·(e^{u_k/T}/Σ_j e^{u_j/T} − x_k), payoffs u = −ξ: smoothed best response (Fudenberg & Levine 1998).

    The points at rest are the logit equilibria (McKelvey & Palfrey 1995), which approach the game's equilibria as the
    temperature T vanishes. On a discrete clock the rule takes one Euler step.
    """

    name: ClassVar[str] = "logit"
    clocks = BOTH_CLOCKS
    populations = True
    space = "simplex"
    rests = "perturbed equilibria"

    temperature: Number = number(above=0, doc="T, in units of payoff: the larger, the more even the response")
    rate: Number = number(1.0, above=0, doc="speed; on a discrete clock the share of the way made in one step")

    def update(self, game: GameView) -> Update:
        return Update(by_strategy(game, self._move))

    def _move(self, x: Exprs, u: Exprs) -> Exprs:
        return [self.rate * (r - a) for r, a in zip(softmax(u, self.temperature), x, strict=True)]
