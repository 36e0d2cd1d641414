"""The Brown–von Neumann–Nash dynamics."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import sum_
from ..algebra.vector import Vector
from ..settings import Number, number
from .base import BOTH_CLOCKS, RULES, Exprs, GameView, Rule, Update
from .building.strategies import by_strategy, expected, positive


@RULES.register
@dataclass(frozen=True)
class BrownVonNeumannNash(Rule):
    """dx_k/dt = rate·(r_k − x_k Σ_j r_j), r_k = [u_k − Σ_j x_j u_j]₊, payoffs u = −ξ (Brown & von Neumann 1950).

    r is the excess payoff: a strategy grows if it does better than the mean, even if nobody uses it. Near a strict
    equilibrium no other strategy does, and r itself vanishes, so convergence is slow at the end. On a discrete clock
    the rule takes one Euler step.
    """

    name: ClassVar[str] = "brown_von_neumann_nash"
    clocks = BOTH_CLOCKS
    populations = True
    space = "simplex"
    pace = "harmonic"

    rate: Number = number(1.0, above=0, doc="speed")

    def update(self, game: GameView) -> Update:
        return Update(by_strategy(game, self._move))

    def _move(self, x: Exprs, u: Exprs) -> Exprs:
        mean = expected(x, u)
        excess = positive([v - mean for v in u])
        total = sum_(Vector(excess))
        return [self.rate * (r - a * total) for r, a in zip(excess, x, strict=True)]
