"""Gradient descent."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import BOTH_CLOCKS, RULES, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class Gradient(Rule):
    """x ← x − rate·ξ; in continuous time dx/dt = −rate·ξ (Cauchy 1847; the gradient play of Shamma & Arslan 2005)."""

    name: ClassVar[str] = "gradient"
    clocks = BOTH_CLOCKS
    populations = True

    rate: Number = number(above=0, doc="step size")

    def update(self, game: GameView) -> Update:
        return Update([-self.rate * xi for xi in game.gradient])
