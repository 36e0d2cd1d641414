"""Looking ahead at the others' next step."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import BOTH_CLOCKS, RULES, GameView, Rule, Update
from .building.opponents import looking_ahead


@RULES.register
@dataclass(frozen=True)
class Lookahead(Rule):
    """x ← x − rate·(ξ − α H_o ξ): the gradient after the others' plain step of size α, to first order.

    H_o is J without its diagonal blocks (Zhang & Lesser 2010; Letcher et al. 2019, section 2.3).
    """

    name: ClassVar[str] = "lookahead"
    clocks = BOTH_CLOCKS

    rate: Number = number(above=0, doc="step size")
    foresight: Number = number(at_least=0, doc="α, the step that the others are expected to make")

    def update(self, game: GameView) -> Update:
        return Update([-self.rate * ahead for ahead in looking_ahead(game, self.foresight)])
