"""A fixed policy without learning."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..settings import Number, expression, number
from .base import BOTH_CLOCKS, RULES, GameView, Rule, Update, per_component


@RULES.register
@dataclass(frozen=True)
class Heuristic(Rule):
    """x ← x + rate·(target − x), target any expression h of the state: a fixed policy that uses no objective."""

    name: ClassVar[str] = "heuristic"
    clocks = BOTH_CLOCKS
    populations = True

    target: Any = expression(doc="where the controlled variable is drawn; {variable: expression} for several")
    rate: Number = number(1.0, at_least=0, doc="share of the way that is made in one step")

    def update(self, game: GameView) -> Update:
        targets = per_component(game, self.target, "target")
        return Update([self.rate * (h - x) for h, x in zip(targets, game.x, strict=True)])
