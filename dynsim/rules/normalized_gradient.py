"""Gradient descent with steps of constant length."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import maximum, sqrt
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update, inner


@RULES.register
@dataclass(frozen=True)
class NormalizedGradient(Rule):
    """x ← x − rate·ξ/max(|ξ|, floor): steps of constant length, as in Hazan, Levy & Shalev-Shwartz (2015).

    |ξ| covers everything that descends one objective: the agent's components, and also a population's nodes if its
    objective is one number. If every node has an objective of its own, every node has its own |ξ|. Steps of constant
    length never rest. Where |ξ| is below `floor`, this is gradient descent with the rate rate/floor, that is gradient
    clipping (Pascanu, Mikolov & Bengio 2013); it comes to rest if gradient descent does at that rate.
    """

    name: ClassVar[str] = "normalized_gradient"
    populations = True

    rate: Number = number(above=0, doc="length of a step")
    floor: Number = number(above=0, doc="length of gradient below which steps become shorter")

    def update(self, game: GameView) -> Update:
        return Update([self.rate * u for u in self.flow(game)])

    def flow(self, game: GameView) -> Exprs:
        together = game.objective.domain.kind == "scalar"
        square = inner(game.gradient, game.gradient) if together else sum(xi * xi for xi in game.gradient)
        # the maximum of the squares avoids 0/0 and the derivative of a root at 0 where the agent rests
        length = sqrt(maximum(square, self.floor * self.floor))
        return [-xi / length for xi in game.gradient]
