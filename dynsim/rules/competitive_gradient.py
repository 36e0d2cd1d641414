"""Competitive gradient descent."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.linear import solve
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update, joined
from .joint import jacobian, own_part, shifted_identity


@RULES.register
@dataclass(frozen=True)
class CompetitiveGradient(Rule):
    """x ← x − rate·(I + rate·H_o)⁻¹ ξ: the equilibrium of the local bilinear game (Schäfer & Anandkumar 2019).

    H_o is J without its diagonal blocks. The linear system of all players' components is eliminated in their order
    without pivoting, which is safe in zero-sum games, where I + rate·H_o has a positive definite symmetric part, and
    takes half the source; where a pivot is 0 the step is not finite. Nothing is remembered.
    """

    name: ClassVar[str] = "competitive_gradient"

    rate: Number = number(above=0, doc="step size, and weight of the game that the step solves")

    def update(self, game: GameView) -> Update:
        players = game.company
        matrix = shifted_identity(jacobian(game, players, own_blocks=False), self.rate)
        steps = solve(matrix, joined(game.xi, players), pivoting=False)
        return Update([-self.rate * step for step in own_part(game, steps, players)])

    def flow(self, game: GameView) -> Exprs:
        return [-xi for xi in game.gradient]
