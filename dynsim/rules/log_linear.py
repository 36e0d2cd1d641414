"""Log-linear learning."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import exp, minimum, where
from ..settings import Number, number
from .base import RULES, GameView, Rule, Update
from .sampling import draw_one


@RULES.register
@dataclass(frozen=True)
class LogLinear(Rule):
    """x ← e_k, a pure strategy, drawn with probability ∝ e^{u_k/temperature}, payoffs u = −ξ (Blume 1993).

    If only one player revises at a time, as in a sequential order, and the game has a potential P (every player's
    payoffs differ as P does), this is Gibbs sampling: in the long run a profile occurs with probability
    ∝ e^{P/temperature}. Where all revise at once that is not so; a small `revision` comes back to it.
    """

    name: ClassVar[str] = "log_linear"
    populations = True
    space = "simplex"
    random = True
    rests = "nowhere"

    temperature: Number = number(above=0, doc="0: best response; ∞: all strategies alike")
    revision: Number = number(1.0, at_least=0, at_most=1, doc="probability that the player revises at all in a step")

    def update(self, game: GameView) -> Update:
        move = list(game.gradient)
        choice, revises = game.uniforms("choice"), game.uniforms("revision")
        for shares in game.variables:
            loss = [game.gradient[k] for k in shares]
            least = minimum(*loss) if len(loss) > 1 else loss[0]  # measured from the best, no exponential overflows
            weights = [exp((least - a) / self.temperature) for a in loss]
            first = shares[0]  # one number decides for the whole point
            for k, drawn in zip(shares, draw_one(weights, choice[first]), strict=True):
                move[k] = where(revises[first] < self.revision, drawn - game.x[k], 0.0)
        return Update(move)
