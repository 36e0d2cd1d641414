"""Learning with opponent-learning awareness."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, choice, number
from .base import BOTH_CLOCKS, RULES, GameView, Rule, Update
from .building.opponents import looking_ahead, shaping


@RULES.register
@dataclass(frozen=True)
class Lola(Rule):
    """x ← x − rate·(ξ − α H_o ξ − α χ), χ_i = Σ_{j≠i} (∂ξ_j/∂x_i)ᵀ ∇_j L_i: the agent shapes what the others learn.

    The convention "full" differentiates the whole product of the first-order expansion (Letcher et al. 2019, section
    2.3); "stop_gradient" treats ∇_j L_i as constant and keeps only ξ − α χ (Foerster et al. 2018, equation 4.5).
    """

    name: ClassVar[str] = "lola"
    clocks = BOTH_CLOCKS
    shaping = ("foresight",)

    rate: Number = number(above=0, doc="step size")
    foresight: Number = number(at_least=0, doc="α, the step that the others are expected to make")
    convention: str = choice("full", "stop_gradient", doc="what is differentiated")

    def update(self, game: GameView) -> Update:
        base = looking_ahead(game, self.foresight) if self.convention == "full" else game.gradient
        shaped = [b - self.foresight * c for b, c in zip(base, shaping(game), strict=True)]
        return Update([-self.rate * s for s in shaped])
