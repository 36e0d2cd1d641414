"""A random walk."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import RULES, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class RandomWalk(Rule):
    """x ← x + scale·z, z standard normal: an agent without a goal, as a baseline for others (Pearson 1905)."""

    name: ClassVar[str] = "random_walk"
    populations = True
    random = True
    rests = "nowhere"

    scale: Number = number(at_least=0, doc="standard deviation of a step, per component")

    def update(self, game: GameView) -> Update:
        return Update([self.scale * z for z in game.normals("step")])
