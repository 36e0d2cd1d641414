"""Nesterov's accelerated gradient."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class Nesterov(Rule):
    """v ← β v − rate·ξ(x + β v), x ← x + v: the gradient where momentum leads (Nesterov 1983, with constant β).

    In a game only the own components look ahead; the others stay where they are. Memory: v, which starts at 0.
    """

    name: ClassVar[str] = "nesterov"
    example: ClassVar = {"beta": 0.5}  # a memory that is short beside a run
    populations = True

    rate: Number = number(above=0, doc="step size")
    beta: Number = number(0.9, above=-1, below=1, doc="share of the last move that is kept")

    def update(self, game: GameView) -> Update:
        carried = [self.beta * v for v in game.memory("v")]
        ahead = game.at({game.me: [x + v for x, v in zip(game.x, carried, strict=True)]})
        velocity = [v - self.rate * xi for v, xi in zip(carried, ahead.gradient, strict=True)]
        return Update(velocity, {"v": velocity})

    def flow(self, game: GameView) -> Exprs:
        return [xi / (self.beta - 1.0) for xi in game.gradient]
