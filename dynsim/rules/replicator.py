"""The replicator dynamics."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import BOTH_CLOCKS, RULES, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class Replicator(Rule):
    """dx_k/dt = rate·x_k (u_k − Σ_j x_j u_j), payoffs u = −ξ (Taylor & Jonker 1978); discrete: one Euler step of it."""

    name: ClassVar[str] = "replicator"
    clocks = BOTH_CLOCKS
    populations = True
    space = "simplex"

    rate: Number = number(1.0, above=0, doc="speed")

    def update(self, game: GameView) -> Update:
        move = list(game.gradient)
        for shares in game.variables:
            x, loss = [game.x[k] for k in shares], [game.gradient[k] for k in shares]
            mean = sum(a * b for a, b in zip(x, loss, strict=True))
            for k, a, b in zip(shares, x, loss, strict=True):
                move[k] = self.rate * a * (mean - b)
        return Update(move)
