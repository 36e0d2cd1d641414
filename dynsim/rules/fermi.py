"""Pairwise comparison in a finite population."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import sigmoid, where
from ..settings import Number, number
from .base import RULES, GameView, Rule, Update, inner
from .building.individuals import counts, payoffs, replaced
from .building.sampling import sample_one


@RULES.register
@dataclass(frozen=True)
class Fermi(Rule):
    """In each step one individual may imitate another, the more likely the higher the other's payoff.

    There are N individuals, x = k/N, and the probability of imitation is 1/(1 + e^{−β(u_other − u_own)}) (pairwise
    comparison: Traulsen, Nowak & Pacheco 2006). Both individuals are sampled in proportion to k. u_i = −ξ_i is the
    payoff among all others: an individual does not play against itself. With probability `mutation` the individual
    takes another strategy instead, all equally likely. x is rounded to whole individuals; the agent's gain must be 1.
    The rule `moran` describes how to state a game within one population.
    """

    name: ClassVar[str] = "fermi"
    space = "simplex"
    random = True
    rests = "nowhere"

    size: Number = number(at_least=2, whole=True, doc="N, the number of individuals")
    selection: Number = number(1.0, at_least=0, doc="β, the strength of selection; 0: neutral drift")
    mutation: Number = number(0.0, at_least=0, at_most=1, doc="probability of another strategy instead of imitation")

    def update(self, game: GameView) -> Update:
        move = list(game.x)
        uniforms = [game.uniforms(name) for name in ("own", "other", "imitates", "mutates", "mutant")]
        for shares in game.variables:
            x = [game.x[k] for k in shares]
            # one number of each kind decides for the whole population
            own, other, imitates, mutates, mutant = (numbers[shares[0]] for numbers in uniforms)
            players = counts(x, self.size)
            u = payoffs(game, shares, players, self.size)
            left, model = sample_one(players, own), sample_one(players, other)
            imitated = imitates < sigmoid(self.selection * (inner(model, u) - inner(left, u)))
            another = sample_one([1.0 - a for a in left], mutant) if len(x) > 1 else left
            taken = [
                where(mutates < self.mutation, c, where(imitated, b, a))
                for a, b, c in zip(left, model, another, strict=True)
            ]
            for k, change in zip(shares, replaced(x, players, self.size, taken, left), strict=True):
                move[k] = change
        return Update(move)
