"""Gradient descent with momentum."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class Momentum(Rule):
    """v ← β v − rate·ξ, x ← x + v (the heavy ball, Polyak 1964).

    A negative β damps rotation in games (Gidel et al. 2019). v starts at 0.
    """

    name: ClassVar[str] = "momentum"
    example: ClassVar = {"beta": 0.5}  # a memory that is short beside a run
    populations = True

    rate: Number = number(above=0, doc="step size")
    beta: Number = number(0.9, above=-1, below=1, doc="share of the last move that is kept; negative damps rotation")

    def update(self, game: GameView) -> Update:
        velocity = [self.beta * v - self.rate * xi for v, xi in zip(game.memory("v"), game.gradient, strict=True)]
        return Update(velocity, {"v": velocity})

    def flow(self, game: GameView) -> Exprs:
        return [xi / (self.beta - 1.0) for xi in game.gradient]
