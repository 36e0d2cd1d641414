"""The extragradient method."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class Extragradient(Rule):
    """x ← x − rate·ξ(x − rate·ξ): the gradient where everyone would be after a plain step (Korpelevich 1976).

    The rule assumes that every player makes the plain step with this agent's rate. The intermediate point may lie
    outside the players' spaces.
    """

    name: ClassVar[str] = "extragradient"
    populations = True

    rate: Number = number(above=0, doc="step size, also of the extrapolation")

    def update(self, game: GameView) -> Update:
        xs, xi = game.xs, game.xi
        ahead = {j: [x - self.rate * slope for x, slope in zip(xs[j], xi[j], strict=True)] for j in game.players}
        return Update([-self.rate * slope for slope in game.at(ahead).gradient])

    def flow(self, game: GameView) -> Exprs:
        return [-xi for xi in game.gradient]
