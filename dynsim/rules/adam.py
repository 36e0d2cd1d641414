"""Adam."""

from dataclasses import dataclass
from typing import ClassVar

from .base import RULES, GameView, Update
from .building.moments import MomentRule


@RULES.register
@dataclass(frozen=True)
class Adam(MomentRule):
    """x ← x − rate·m̂/(√v̂ + ε) with bias-corrected moments (Kingma & Ba 2015, algorithm 1).

    m ← β₁m + (1−β₁)ξ, v ← β₂v + (1−β₂)ξ², m̂ = m/(1−β₁ⁿ), v̂ = v/(1−β₂ⁿ); n counts the agent's own moves.
    """

    name: ClassVar[str] = "adam"
    example: ClassVar = {"beta1": 0.5, "beta2": 0.7}  # a memory that is short beside a run

    def update(self, game: GameView) -> Update:
        direction, memory = self.direction(game)
        return Update([-self.rate * r for r in direction], memory)
