"""The extragradient method with one gradient per step."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import where
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update, remembered


@RULES.register
@dataclass(frozen=True)
class PastExtragradient(Rule):
    """y_t = x_t − rate·ξ(y_{t−1}), x_{t+1} = x_t − rate·ξ(y_t) (Popov 1980; Gidel et al. 2019, from the past).

    Extragradient that extrapolates with the last gradient instead of a new one. The points y_t, starting with ξ(y_{−1})
    = ξ(x_0), move by `optimistic`: y_{t+1} = y_t − rate·(2ξ(y_t) − ξ(y_{t−1})). The rule assumes that every player
    moves by it with this agent's rate; the points y may lie outside the players' spaces. Memory: everybody's ξ at the
    last y.
    """

    name: ClassVar[str] = "past_extragradient"
    populations = True

    rate: Number = number(above=0, doc="step size, also of the extrapolation")

    def update(self, game: GameView) -> Update:
        begun = game.counter("begun") > 0.0
        xs, xi = game.xs, game.xi
        points: dict[str, Exprs] = {}
        for j in game.company:
            last = zip(game.memory("past", of=j), xi[j], strict=True)
            past = [where(begun, before, slope) for before, slope in last]
            points[j] = [x - self.rate * slope for x, slope in zip(xs[j], past, strict=True)]
        ahead = game.at(points)
        memory = {remembered("past", j): ahead.xi[j] for j in points}
        moves = [-self.rate * slope for slope in ahead.gradient]
        return Update(moves, {**memory, "begun": [game.graph.constant(1.0)]})

    def flow(self, game: GameView) -> Exprs:
        return [-xi for xi in game.gradient]
