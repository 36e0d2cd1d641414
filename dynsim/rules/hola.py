"""Higher-order opponent-learning awareness."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, count, number
from .base import BOTH_CLOCKS, RULES, Exprs, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class HigherOrderLola(Rule):
    """x ← x − rate·D_n, D_n = ∇_i E_i(x_i, x_j + h_j^{n−1}(x)): LOLA against learners of the next lower order.

    The derivative includes the others' steps h_j^m = −α D_m. D_0 = ξ is plain learning, D_1 is exact LOLA, without its
    expansion to first order in α, D_2 is LOLA against LOLA, and so on (the higher-order LOLA of Willi et al. 2022). The
    rule assumes this agent's α for every player. If every E_i is linear in what the others control, D_1 equals `lola`.
    The program grows by a factor with each order. The rule has no memory.
    """

    name: ClassVar[str] = "hola"
    clocks = BOTH_CLOCKS
    shaping = ("foresight",)

    rate: Number = number(above=0, doc="step size")
    foresight: Number = number(at_least=0, doc="α, the step that everybody expects of the others")
    order: int = count(2, at_least=0, at_most=6, doc="n, how often learners are taken to reason about learners")

    def update(self, game: GameView) -> Update:
        return Update([-self.rate * slope for slope in self._direction(game, self.order, game.company)])

    def _direction(self, game: GameView, order: int, players: list[str]) -> Exprs:
        if order == 0:
            return game.gradient
        others = [j for j in players if j != game.me]
        steps = {j: [-self.foresight * d for d in self._direction(game.of(j), order - 1, players)] for j in others}
        xs = game.xs
        ahead = game.at({j: [x + h for x, h in zip(xs[j], steps[j], strict=True)] for j in others})
        planned = [h for j in others for h in steps[j]]
        through = game.pull_back(planned, [e for j in others for e in ahead.gradient_of(game.me, by=j)])
        return [direct + later for direct, later in zip(ahead.gradient, through, strict=True)]
