"""Competitive gradient descent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..algebra.graph import Expr
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update, joined


@RULES.register
@dataclass(frozen=True)
class CompetitiveGradient(Rule):
    """x ← x − rate·(I + rate·H_o)⁻¹ ξ: the equilibrium of the local bilinear game (Schäfer & Anandkumar 2019, eq. 4).

    H_o is J without its diagonal blocks. The linear system of all players' components is eliminated in their order
    without pivoting, which is safe in zero-sum games; where a pivot is 0 the step is not finite.
    """

    name: ClassVar[str] = "competitive_gradient"

    rate: Number = number(above=0, doc="step size, and weight of the game that the step solves")

    def update(self, game: GameView) -> Update:
        solution = _solve(self._matrix(game), joined(game.xi, game.players))
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


def _solve(matrix: Sequence[Exprs], right: Sequence[Expr]) -> Exprs:
    """Gaussian elimination; entries that are the constant 0 cost nothing."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    n = len(rows)
    for k, pivot in enumerate(rows):
        for row in rows[k + 1 :]:
            factor = row[k] / pivot[k]
            row[k:] = [a - factor * b for a, b in zip(row[k:], pivot[k:], strict=True)]
    solution: Exprs = []
    for k in range(n - 1, -1, -1):
        known = rows[k][n]
        for a, x in zip(rows[k][k + 1 : n], solution, strict=True):
            known = known - a * x
        solution.insert(0, known / rows[k][k])
    return solution
