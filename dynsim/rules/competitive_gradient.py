"""Competitive gradient descent."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.linear import solve
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update, joined


@RULES.register
@dataclass(frozen=True)
class CompetitiveGradient(Rule):
    """x ← x − rate·(I + rate·H_o)⁻¹ ξ: the equilibrium of the local bilinear game (Schäfer & Anandkumar 2019, eq. 4).

    H_o is J without its diagonal blocks. The linear system of all players' components is eliminated in their order
    without pivoting, which is safe in zero-sum games, where I + rate·H_o has a positive definite symmetric part, and
    takes half the source; where a pivot is 0 the step is not finite.
    """

    name: ClassVar[str] = "competitive_gradient"

    rate: Number = number(above=0, doc="step size, and weight of the game that the step solves")

    def update(self, game: GameView) -> Update:
        solution = solve(self._matrix(game), joined(game.xi, game.players), pivoting=False)
        owners = [j for j in game.players for _ in game.xs[j]]
        own = [step for step, owner in zip(solution, owners, strict=True) if owner == game.me]
        return Update([-self.rate * step for step in own])

    def _matrix(self, game: GameView) -> list[Exprs]:
        """The rows of I + rate·H_o: column k is the reaction of the others to a unit of component k."""
        zero, one = game.graph.constant(0.0), game.graph.constant(1.0)
        columns = []
        for j in game.players:
            for k in range(len(game.xs[j])):
                unit = [one if i == k else zero for i in range(len(game.xs[j]))]
                column = []
                for i in game.players:
                    column += unit if i == j else [self.rate * e for e in game.of(i).jvp({j: unit})]
                columns.append(column)
        return [list(row) for row in zip(*columns, strict=True)]
