"""Symplectic gradient adjustment."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import sign
from ..algebra.graph import Expr
from ..settings import Number, choice, number
from .base import BOTH_CLOCKS, RULES, Exprs, GameView, Rule, Update, inner, joined


@RULES.register
@dataclass(frozen=True)
class Symplectic(Rule):
    """x ← x − rate·(ξ + λ Aᵀξ), A = ½(J − Jᵀ) (Balduzzi et al. 2018, algorithm 1).

    align "none": λ = strength. "sign": λ = strength · sign(⟨ξ, h⟩⟨Aᵀξ, h⟩/d + ε), with h = Jᵀξ the gradient of ½‖ξ‖²
    and d the number of components of all players; this pushes towards stable and away from unstable fixed points.
    """

    name: ClassVar[str] = "symplectic"
    clocks = BOTH_CLOCKS

    rate: Number = number(above=0, doc="step size")
    strength: Number = number(1.0, doc="weight of the adjustment Aᵀξ")
    align: str = choice("none", "sign", doc="whether the adjustment's sign follows the stability of the fixed point")
    epsilon: Number = number(0.1, at_least=0, doc="ε in the alignment: keeps λ positive where it is undecided")

    def update(self, game: GameView) -> Update:
        weight = self.strength * self._alignment(game) if self.align == "sign" else self.strength
        adjustment = _adjustment(game)
        return Update([-self.rate * (xi + weight * a) for xi, a in zip(game.gradient, adjustment, strict=True)])

    def _alignment(self, game: GameView) -> Expr:
        xi = joined(game.xi, game.players)
        views = [game.of(j) for j in game.players]
        descent = [h for view in views for h in view.vjp(game.xi)]
        adjustment = [a for view in views for a in _adjustment(view)]
        aligned: Expr = sign(inner(xi, descent) * inner(adjustment, descent) / float(len(xi)) + self.epsilon)
        return aligned


def _adjustment(game: GameView) -> Exprs:
    """This agent's rows of Aᵀξ = ½(Jᵀξ − Jξ)."""
    return [0.5 * (back - ahead) for back, ahead in zip(game.vjp(game.xi), game.jvp(game.xi), strict=True)]
