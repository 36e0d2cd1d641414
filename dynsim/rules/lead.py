"""Least-action dynamics."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.algorithms.linear import solve
from ..algebra.functions import where
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update, joined, remembered
from .building.joint import jacobian, own_part, shifted_identity


@RULES.register
@dataclass(frozen=True)
class LeastActionDynamics(Rule):
    """x ← x − rate·ξ + β Δx − cross·H_o Δ, Δ = z_t − z_{t−1} the last displacement of all (Askari Hemmat et al. 2023).

    In a zero-sum game of two players, H_o Δ has the rows ∇_xy f·Δy and −∇_yx f·Δx of the source; with more players it
    sums over the others. The cross term opposes rotation: on bilinear games, with β = 0 and cross = rate, this is the
    optimistic gradient. Memory: everybody's last position. Δ is 0 at the first move.
    """

    name: ClassVar[str] = "lead"

    rate: Number = number(above=0, doc="step size")
    cross: Number = number(at_least=0, doc="weight of the change of the own gradient by the others' last displacement")
    beta: Number = number(0.5, above=-1, below=1, doc="share of the own last displacement that is kept")

    def update(self, game: GameView) -> Update:
        begun = game.counter("begun") > 0.0
        xs = game.xs
        memory: dict[str, Exprs] = {"begun": [game.graph.constant(1.0)]}
        shift: dict[str, Exprs] = {}
        for j in game.company:
            last = game.memory("last", of=j)
            shift[j] = [where(begun, x - a, 0.0) for x, a in zip(xs[j], last, strict=True)]
            memory[remembered("last", j)] = xs[j]
        turned = game.jvp({j: d for j, d in shift.items() if j != game.me})
        parts = zip(game.gradient, shift[game.me], turned, strict=True)
        return Update([-self.rate * xi + self.beta * d - self.cross * t for xi, d, t in parts], memory)

    def flow(self, game: GameView) -> Exprs:
        """If moves change little from step to step, they solve (1 − β)u + cross·H_o u = −ξ."""
        players = game.company
        matrix = shifted_identity(jacobian(game, players, own_blocks=False), self.cross, 1.0 - self.beta)
        return own_part(game, solve(matrix, [-xi for xi in joined(game.xi, players)]), players)
