"""Fictitious play."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import where
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update
from .building.strategies import best_response, by_strategy


@RULES.register
@dataclass(frozen=True)
class FictitiousPlay(Rule):
    """x ← x + (b − x)/(n + 1): x is the mixture of the n plays so far, b a best response to the others' (Brown 1951).

    The start counts as the first play. A `gain` above 0 replaces 1/(n + 1), so that older plays fade. Payoffs are u =
    −ξ; if several strategies are best, b mixes them in proportion to x, or evenly where x uses none of them. The rule
    has no rate, hence no flow; for a small `gain` the limit is that of `best_response`.
    """

    name: ClassVar[str] = "fictitious_play"
    populations = True
    space = "simplex"
    pace = "harmonic"

    gain: Number = number(0.0, at_least=0, at_most=1, doc="weight of the newest play; 0 gives all plays the same")

    def update(self, game: GameView) -> Update:
        plays = game.counter("plays", 1.0) + 1.0
        gain = where(game.graph.expr(self.gain) > 0.0, self.gain, 1.0 / plays)

        def move(x: Exprs, u: Exprs) -> Exprs:
            return [gain * (b - a) for b, a in zip(best_response(x, u), x, strict=True)]

        return Update(by_strategy(game, move), {"plays": [plays]})
