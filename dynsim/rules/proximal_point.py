"""The proximal point method."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.algorithms.linear import solve
from ..settings import Number, count, number
from .base import RULES, Exprs, GameView, Rule, Update, joined
from .building.joint import jacobian, own_part, shifted_identity, split


@RULES.register
@dataclass(frozen=True)
class ProximalPoint(Rule):
    """x ← x⁺ with x⁺ = x − rate·ξ(x⁺), all players' components at once (Martinet 1970; Rockafellar 1976).

    Newton's method solves the implicit equation from x, z ← z − (I + rate·J(z))⁻¹(z − x + rate·ξ(z)), with partial
    pivoting; one iteration is exact if the objectives are quadratic. On xy this is competitive gradient descent. The
    rule assumes that every player moves by it with this agent's rate. The rule has no memory.
    """

    name: ClassVar[str] = "proximal_point"

    rate: Number = number(above=0, doc="step size")
    iterations: int = count(1, at_most=8, doc="Newton's iterations in one step; each repeats all second derivatives")

    def update(self, game: GameView) -> Update:
        players = game.company
        start = joined(game.xs, players)
        z, there = start, game
        for _ in range(self.iterations):
            left = [a - x + self.rate * xi for a, x, xi in zip(z, start, joined(there.xi, players), strict=True)]
            matrix = shifted_identity(jacobian(there, players), self.rate)
            z = [a - step for a, step in zip(z, solve(matrix, left), strict=True)]
            there = game.at(split(game, z, players))
        return Update([own - x for own, x in zip(own_part(game, z, players), game.x, strict=True)])

    def flow(self, game: GameView) -> Exprs:
        return [-xi for xi in game.gradient]
