"""Local symplectic surgery."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.linear import solve
from ..settings import Number, number
from .base import BOTH_CLOCKS, RULES, Exprs, GameView, Rule, Update, inner, joined
from .joint import jacobian, split


@RULES.register
@dataclass(frozen=True)
class LocalSymplecticSurgery(Rule):
    """x ← x − rate·½(ξ + Jᵀw), w = (JᵀJ + ridge·I)⁻¹Jᵀξ (Mazumdar, Jordan & Sastry 2019).

    With ridge 0 this is ½(I + JᵀJ⁻¹)ξ. Near a critical point, where ξ ≈ Jz, it is Sz with S = ½(J + Jᵀ): the rotation
    is cut out, and of zero-sum games only local Nash equilibria attract. A ridge that is small beside the squares of
    J's singular values changes little and keeps the step finite where J is singular; a large one makes of this half a
    gradient step. In the source it may vary with the state. All players' components are eliminated in their order
    without pivoting: the matrix is positive definite. Nothing is remembered.
    """

    name: ClassVar[str] = "local_symplectic_surgery"
    clocks = BOTH_CLOCKS

    rate: Number = number(above=0, doc="step size")
    ridge: Number = number(1e-6, at_least=0, doc="regularisation of JᵀJ; with 0, J must be regular")

    def update(self, game: GameView) -> Update:
        players = game.company
        surgery = game.vjp(split(game, self._solution(game, players), players))
        return Update([-0.5 * self.rate * (xi + s) for xi, s in zip(game.gradient, surgery, strict=True)])

    def _solution(self, game: GameView, players: list[str]) -> Exprs:
        columns = [list(column) for column in zip(*jacobian(game, players), strict=True)]
        xi = joined(game.xi, players)
        normal = [[inner(a, b) for b in columns] for a in columns]
        for k, row in enumerate(normal):
            row[k] = row[k] + self.ridge
        return solve(normal, [inner(a, xi) for a in columns], pivoting=False)
