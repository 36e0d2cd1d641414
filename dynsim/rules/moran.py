"""The Moran process."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import exp, maximum
from ..settings import Number, choice, number
from .base import RULES, Exprs, GameView, Rule, Update
from .building.individuals import counts, payoffs, replaced
from .building.sampling import sample_one


@RULES.register
@dataclass(frozen=True)
class Moran(Rule):
    """In each step one individual is replaced by the child of another, the more likely the fitter the parent.

    There are N individuals, x = k/N. The parent is sampled in proportion to k_i f_i, the individual that dies in
    proportion to k_i (Moran 1958; with payoffs: Nowak, Sasaki, Taylor & Fudenberg 2004). The fitness f_i is 1 − w +
    w·u_i (0 if that is negative) or e^{w·u_i}, with u_i = −ξ_i the payoff among all others: an individual does not play
    against itself. A child plays its parent's strategy or, with probability `mutation`, another one, all equally
    likely. x is rounded to whole individuals; the agent's gain must be 1.

    For a game A within one population, let the objective be −dot(x, f), with f = A x a derived variable on a path with
    factor 0: then ξ = −f. A linear fitness with w = 1 is the payoff itself.
    """

    name: ClassVar[str] = "moran"
    space = "simplex"
    random = True
    rests = "nowhere"

    size: Number = number(at_least=2, whole=True, doc="N, the number of individuals")
    selection: Number = number(1.0, at_least=0, doc="w, the strength of selection; 0: neutral drift")
    fitness: str = choice("linear", "exponential", doc="how payoff becomes fitness")
    mutation: Number = number(0.0, at_least=0, at_most=1, doc="probability that a child plays another strategy")

    def update(self, game: GameView) -> Update:
        move = list(game.x)
        birth, death = game.uniforms("birth"), game.uniforms("death")
        for shares in game.variables:
            x, first = [game.x[k] for k in shares], shares[0]  # one number decides for the whole population
            players = counts(x, self.size)
            fitness = self._fitness(payoffs(game, shares, players, self.size))
            weights = [k * f for k, f in zip(players, fitness, strict=True)]
            total, others = sum(weights[1:], start=weights[0]), max(len(weights) - 1, 1)
            children = [(1.0 - self.mutation) * a + self.mutation * (total - a) / others for a in weights]
            born, dead = sample_one(children, birth[first]), sample_one(players, death[first])
            replacing = sum(born[1:], start=born[0])  # 0 if nobody is fit to be a parent
            dead = [replacing * d for d in dead]
            for k, u in zip(shares, replaced(x, players, self.size, born, dead), strict=True):
                move[k] = u
        return Update(move)

    def _fitness(self, u: Exprs) -> Exprs:
        if self.fitness == "linear":
            return [maximum(0.0, 1.0 - self.selection + self.selection * a) for a in u]
        best = maximum(*u) if len(u) > 1 else u[0]  # only ratios count, so that no exponential overflows
        return [exp(self.selection * (a - best)) for a in u]
