"""The replicator dynamics."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import BOTH_CLOCKS, RULES, Exprs, GameView, Rule, Update
from .building.strategies import by_strategy, expected


@RULES.register
@dataclass(frozen=True)
class Replicator(Rule):
    """dx_k/dt = rate·x_k (u_k − Σ_j x_j u_j), payoffs u = −ξ (Taylor & Jonker 1978); discrete: one Euler step of it."""

    name: ClassVar[str] = "replicator"
    clocks = BOTH_CLOCKS
    populations = True
    space = "simplex"
    rests = "restricted equilibria"

    rate: Number = number(1.0, above=0, doc="speed")

    def update(self, game: GameView) -> Update:
        return Update(by_strategy(game, self._move))

    def _move(self, x: Exprs, u: Exprs) -> Exprs:
        mean = expected(x, u)
        return [self.rate * a * (v - mean) for a, v in zip(x, u, strict=True)]
