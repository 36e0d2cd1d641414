"""Stable opponent shaping."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import minimum, sqrt, where
from ..algebra.graph import Expr
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update, inner, joined
from .building.opponents import looking_ahead, shaping


@RULES.register
@dataclass(frozen=True)
class StableOpponentShaping(Rule):
    """x ← x − rate·(ξ₀ − pαχ), ξ₀ = ξ − αH_oξ: between lookahead (p = 0) and LOLA (p = 1).

    With s = ⟨−αχ, ξ₀⟩: p₁ = 1 if s > 0, else min(1, −a‖ξ₀‖²/s); p₂ = ‖ξ‖² if ‖ξ‖ < b, else 1; p = min(p₁, p₂)
    (Letcher et al. 2019, algorithm 1). Norms and products run over all players, with this agent's α.
    """

    name: ClassVar[str] = "sos"
    shaping = ("foresight",)

    rate: Number = number(above=0, doc="step size")
    foresight: Number = number(at_least=0, doc="α, the step that the others are expected to make")
    a: Number = number(0.5, above=0, below=1, doc="how far the shaping may turn the direction")
    b: Number = number(0.1, above=0, below=1, doc="‖ξ‖ below which shaping fades out")

    def update(self, game: GameView) -> Update:
        return Update([self.rate * u for u in self.flow(game)])

    def flow(self, game: GameView) -> Exprs:
        p = self._share(game)
        base, chi = looking_ahead(game, self.foresight), shaping(game)
        return [p * self.foresight * c - x for x, c in zip(base, chi, strict=True)]

    def _share(self, game: GameView) -> Expr:
        views = [game.of(j) for j in game.players]
        base = [e for view in views for e in looking_ahead(view, self.foresight)]
        chi = [e for view in views for e in shaping(view)]
        xi = joined(game.xi, game.players)
        s = -self.foresight * inner(chi, base)
        p1 = where(s < 0.0, minimum(1.0, -self.a * inner(base, base) / s), 1.0)
        square = inner(xi, xi)
        p2 = where(sqrt(square) < self.b, square, 1.0)
        return minimum(p1, p2)
