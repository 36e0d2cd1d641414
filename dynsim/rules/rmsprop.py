"""RMSProp."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import sqrt
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class RmsProp(Rule):
    """x ← x − rate·ξ/(√v + ε), v ← ρv + (1−ρ)ξ² (Tieleman & Hinton 2012, lecture 6.5).

    Steps have about the length `rate` in every component, however small the gradient becomes: near a minimum the rule
    ends in a cycle of that size. Memory: v, which starts at 0, so that the first steps are 1/√(1−ρ) times as long.
    """

    name: ClassVar[str] = "rmsprop"
    example: ClassVar = {"decay": 0.5}  # a memory that is short beside a run
    populations = True

    rate: Number = number(above=0, doc="step size")
    decay: Number = number(0.9, at_least=0, below=1, doc="ρ, the decay of the mean square")
    epsilon: Number = number(1e-8, above=0, doc="keeps the denominator positive")

    def update(self, game: GameView) -> Update:
        squares = [
            self.decay * v + (1.0 - self.decay) * xi * xi for v, xi in zip(game.memory("v"), game.gradient, strict=True)
        ]
        moves = [-self.rate * xi / (sqrt(v) + self.epsilon) for xi, v in zip(game.gradient, squares, strict=True)]
        return Update(moves, {"v": squares})

    def flow(self, game: GameView) -> Exprs:
        return [-xi / (abs(xi) + self.epsilon) for xi in game.gradient]
