"""Infinitesimal gradient ascent."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.algorithms.simplex import in_tangent_cone
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update
from .building.ascent import climb
from .building.strategies import by_strategy


@RULES.register
@dataclass(frozen=True)
class InfinitesimalGradientAscent(Rule):
    """x ← Π(x + rate·u), Π the nearest point of the simplex, payoffs u = −ξ (Singh, Kearns & Mansour 2000).

    With more than two strategies this is the generalized form, GIGA (Zinkevich 2003), at a constant rate. With two
    strategies the share of the first moves by rate·(u₁ − u₂)/2: the source uses one number for both and moves it twice
    as far. For small rates x follows the projection dynamics.
    """

    name: ClassVar[str] = "iga"
    populations = True
    space = "simplex"

    rate: Number = number(above=0, doc="step size")

    def update(self, game: GameView) -> Update:
        return Update(by_strategy(game, lambda x, u: climb(x, u, self.rate)))

    def flow(self, game: GameView) -> Exprs:
        return by_strategy(game, in_tangent_cone)
