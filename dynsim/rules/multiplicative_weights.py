"""Multiplicative weights."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import exp, minimum
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update
from .replicator import Replicator


@RULES.register
@dataclass(frozen=True)
class MultiplicativeWeights(Rule):
    """x_k ← x_k e^{rate·u_k} / Σ_j x_j e^{rate·u_j}, payoffs u = −ξ (Hedge: Freund & Schapire 1997)."""

    name: ClassVar[str] = "multiplicative_weights"
    populations = True
    space = "simplex"

    rate: Number = number(above=0, doc="learning rate")

    def update(self, game: GameView) -> Update:
        move = list(game.gradient)
        for shares in game.variables:
            x, loss = [game.x[k] for k in shares], [game.gradient[k] for k in shares]
            least = minimum(*loss) if len(loss) > 1 else loss[0]  # measured from the best, no exponential overflows
            weights = [a * exp(self.rate * (least - b)) for a, b in zip(x, loss, strict=True)]
            total = sum(weights[1:], start=weights[0])
            for k, a, w in zip(shares, x, weights, strict=True):
                move[k] = w / total - a
        return Update(move)

    def flow(self, game: GameView) -> Exprs:
        """The replicator dynamics (Hofbauer, Sorin & Viossat 2009)."""
        return Replicator(rate=1.0).update(game).move
