"""Adam for games that rotate."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import where
from ..settings import Number, choice, number
from .base import RULES, GameView, Update
from .building.moments import MomentRule


@RULES.register
@dataclass(frozen=True)
class OptimisticAdam(MomentRule):
    """x ← x − rate·(r_t + optimism·(r_t − r_{t−1})), r the direction of Adam (Daskalakis et al. 2018, algorithm 1).

    The first step uses r_{−1} = r_0, which makes it a plain one. momentum: "plain" as in Adam, or "nesterov" (Dozat
    2016).
    """

    name: ClassVar[str] = "optimistic_adam"
    example: ClassVar = {"beta1": 0.5, "beta2": 0.7}  # a memory that is short beside a run

    optimism: Number = number(1.0, at_least=0, doc="weight of the expected change of the direction")
    momentum: str = choice("plain", "nesterov", doc="how the first moment looks ahead")

    def update(self, game: GameView) -> Update:
        direction, memory = self.direction(game, nesterov=self.momentum == "nesterov")
        begun = game.counter("moves") > 0.0
        last = [where(begun, p, r) for p, r in zip(game.memory("last"), direction, strict=True)]
        moves = [-self.rate * (r + self.optimism * (r - p)) for r, p in zip(direction, last, strict=True)]
        return Update(moves, {**memory, "last": direction})
