"""Gradient descent by signs."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import sign
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class SignGradient(Rule):
    """x ← x − rate·sign(ξ), component by component (signSGD: Bernstein et al. 2018, algorithm 1).

    Every step has the same length, so the rule rests only where a component of ξ is exactly 0, and otherwise ends in a
    cycle of the size of a step. The rule has no memory.
    """

    name: ClassVar[str] = "sign_gradient"
    populations = True

    rate: Number = number(above=0, doc="length of a step in every component")

    def update(self, game: GameView) -> Update:
        return Update([self.rate * u for u in self.flow(game)])

    def flow(self, game: GameView) -> Exprs:
        return [-sign(xi) for xi in game.gradient]
