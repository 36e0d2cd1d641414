"""Competitive gradient descent."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.algorithms.conjugate_gradients import solve_by_products
from ..algebra.algorithms.linear import solve
from ..settings import Number, count, number
from .base import RULES, Exprs, GameView, Rule, Update, joined
from .building.joint import has_nodes, jacobian, own_part, shifted_identity, split


@RULES.register
@dataclass(frozen=True)
class CompetitiveGradient(Rule):
    """x ← x − rate·(I + rate·H_o)⁻¹ ξ: the equilibrium of the local bilinear game (Schäfer & Anandkumar 2019).

    H_o is J without its diagonal blocks. The linear system of all players' components is solved by elimination in their
    order without pivoting. This is safe in zero-sum games, where I + rate·H_o has a positive definite symmetric part,
    and halves the generated source; if a pivot is 0 the step is not finite. If a player moves a population, no matrix
    can be written out: conjugate gradients solve the normal equations, and every node that has an objective of its own
    is a player. The rule has no memory.
    """

    name: ClassVar[str] = "competitive_gradient"
    example: ClassVar = {"iterations": 12, "tolerance": 1e-16}  # as exact as elimination
    populations = True

    rate: Number = number(above=0, doc="step size, and weight of the game that the step solves")
    iterations: int = count(8, doc="with populations: how many conjugate gradients are taken at most")
    tolerance: Number = number(1e-6, at_least=0, doc="with populations: relative residual at which they stop")

    def update(self, game: GameView) -> Update:
        players = game.company
        steps = self._by_products(game, players) if has_nodes(game, players) else self._eliminated(game, players)
        return Update([-self.rate * step for step in own_part(game, steps, players)])

    def flow(self, game: GameView) -> Exprs:
        return [-xi for xi in game.gradient]

    def _eliminated(self, game: GameView, players: list[str]) -> Exprs:
        matrix = shifted_identity(jacobian(game, players, own_blocks=False), self.rate)
        return solve(matrix, joined(game.xi, players), pivoting=False)

    def _by_products(self, game: GameView, players: list[str]) -> Exprs:
        views = [game.of(j) for j in players]

        def times(v: Exprs) -> Exprs:
            parts = split(game, v, players)
            others = [e for view in views for e in view.reaction(parts)]
            return [a + self.rate * b for a, b in zip(v, others, strict=True)]

        def back(v: Exprs) -> Exprs:
            parts = split(game, v, players)
            others = [e for view in views for e in view.reaction_back(parts)]
            return [a + self.rate * b for a, b in zip(v, others, strict=True)]

        return solve_by_products(times, back, joined(game.xi, players), self.iterations, self.tolerance)
