"""Boltzmann Q-learning, in expectation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import log, maximum, where
from ..algebra.vector import Vector
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update
from .strategies import by_strategy, softmax

SMALLEST = 1e-300
Learned = Callable[[Exprs, Exprs, Exprs], Exprs]


@RULES.register
@dataclass(frozen=True)
class BoltzmannQ(Rule):
    """x_k ← e^{Q_k/T}/Σ_j e^{Q_j/T}, Q_k ← Q_k + rate·x_k (u_k − Q_k): Q-learning in expectation (Watkins 1989).

    A strategy is tried with probability x_k, and only the estimate of what was tried moves towards its payoff, u = −ξ,
    which is that of a single state, or of no discounting. Q starts as T·log(x_k/max x), which is what x says of it
    where the best strategy is estimated at 0. Small rates approach a flow of Q, of which x alone does not tell.
    """

    name: ClassVar[str] = "boltzmann_q"
    populations = True
    space = "simplex"
    rests = "perturbed equilibria"

    rate: Number = number(above=0, at_most=1, doc="share of the error that a trial takes away")
    temperature: Number = number(above=0, doc="T, in units of payoff: the larger, the more is explored")

    def update(self, game: GameView) -> Update:
        def learned(x: Exprs, u: Exprs, q: Exprs) -> Exprs:
            return [e + self.rate * a * (v - e) for e, a, v in zip(q, x, u, strict=True)]

        return q_update(game, self.temperature, learned)


def q_update(game: GameView, temperature: Number, learned: Learned) -> Update:
    """The move to the Boltzmann strategy of the new estimates, learned(x, u, q)."""
    begun = game.counter("begun") > 0.0
    first = by_strategy(game, lambda x, u: estimates(x, temperature))
    now = [where(begun, a, b) for a, b in zip(game.memory("q"), first, strict=True)]
    q = by_strategy(game, learned, now)

    def move(x: Exprs, u: Exprs, q: Exprs) -> Exprs:
        return [s - a for s, a in zip(softmax(q, temperature), x, strict=True)]

    return Update(by_strategy(game, move, q), {"begun": [game.graph.constant(1.0)], "q": q})


def estimates(x: Exprs, temperature: Number) -> Exprs:
    """T·log(x_k/max x): the estimates, the best one 0, under which x is the Boltzmann strategy."""
    most = maximum(Vector(x))
    return [temperature * log(maximum(a / most, SMALLEST)) for a in x]
