"""Consensus optimization."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import BOTH_CLOCKS, RULES, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class Consensus(Rule):
    """x ← x − rate·(ξ + γ Jᵀξ): also descends ½‖ξ‖², whose gradient is Jᵀξ (Mescheder et al. 2017, equation 7)."""

    name: ClassVar[str] = "consensus"
    clocks = BOTH_CLOCKS

    rate: Number = number(above=0, doc="step size")
    gamma: Number = number(1.0, at_least=0, doc="weight of the descent on ½‖ξ‖²")

    def update(self, game: GameView) -> Update:
        descent = game.vjp(game.xi)
        return Update([-self.rate * (xi + self.gamma * h) for xi, h in zip(game.gradient, descent, strict=True)])
