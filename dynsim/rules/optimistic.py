"""Optimistic gradient descent."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import where
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class Optimistic(Rule):
    """x ← x − rate·(2ξ_t − ξ_{t−1}) (Popov 1980; Daskalakis et al. 2018, equation 2).

    The first step uses ξ_{−1} = ξ_0, which makes it a plain one.
    """

    name: ClassVar[str] = "optimistic"
    populations = True

    rate: Number = number(above=0, doc="step size")

    def update(self, game: GameView) -> Update:
        begun = game.counter("begun") > 0.0
        last = [where(begun, p, xi) for p, xi in zip(game.memory("last"), game.gradient, strict=True)]
        moves = [-self.rate * (2.0 * xi - p) for xi, p in zip(game.gradient, last, strict=True)]
        return Update(moves, {"begun": [game.graph.constant(1.0)], "last": game.gradient})

    def flow(self, game: GameView) -> Exprs:
        return [-xi for xi in game.gradient]
