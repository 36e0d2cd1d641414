"""Log-linear learning."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import equal, exp, minimum, where
from ..algebra.structural import peak
from ..settings import Number, choice, number
from .base import RULES, GameView, Rule, Update
from .building.sampling import sample_one


@RULES.register
@dataclass(frozen=True)
class LogLinear(Rule):
    """x ← e_k, a pure strategy sampled with probability ∝ e^{u_k/temperature}, payoffs u = −ξ (Blume 1993).

    If only one player revises at a time, as in a sequential order, and the game has a potential P (every player's
    payoffs differ as P does), this is Gibbs sampling: in the long run a profile occurs with probability ∝
    e^{P/temperature}. If all players revise at once this no longer holds; a small `revision` approaches it again.

    In a population every node is a player, whose payoffs are those of its own objective given its neighbours' present
    strategies. With `revises: one`, one random node revises in a step and all others stand still: the asynchronous
    process (Alós-Ferrer & Netzer 2010), whose long-run law is the Gibbs distribution above. With `revises: each`, every
    node decides independently whether to revise, and all that do see the same state. If then all nodes revise
    (`revision: 1`) and payoffs are h_k(s_k) plus symmetric payoffs between neighbours, as in the Ising model, a profile
    occurs with probability ∝ Π_k e^{h_k(s_k)/temperature} Σ_s e^{u_k(s)/temperature} (Peretto 1984), which is a
    different law.
    """

    name: ClassVar[str] = "log_linear"
    populations = True
    space = "simplex"
    random = True
    rests = "nowhere"

    temperature: Number = number(above=0, doc="0: best response; ∞: all strategies alike")
    revision: Number = number(1.0, at_least=0, at_most=1, doc="probability that the player revises at all in a step")
    revises: str = choice("each", "one", doc="of a population: every node by itself, or one node drawn at random")

    def update(self, game: GameView) -> Update:
        move = list(game.gradient)
        choices, revises = game.uniforms("choice"), game.uniforms("revision")
        who = game.uniforms("who") if self.revises == "one" else []
        for shares in game.variables:
            loss = [game.gradient[k] for k in shares]
            least = minimum(*loss) if len(loss) > 1 else loss[0]  # from the best, so that no exp overflows
            weights = [exp((least - a) / self.temperature) for a in loss]
            first = shares[0]  # one number decides for the whole point
            now = revises[first] < self.revision
            if self.revises == "one":  # the node with the largest number
                now = now & equal(who[first], peak(who[first]))
            for k, played in zip(shares, sample_one(weights, choices[first]), strict=True):
                move[k] = where(now, played - game.x[k], 0.0)
        return Update(move)
