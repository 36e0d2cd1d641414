"""Boltzmann Q-learning, in expectation."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update
from .building.q_learning import q_update


@RULES.register
@dataclass(frozen=True)
class BoltzmannQ(Rule):
    """x_k ← e^{Q_k/T}/Σ_j e^{Q_j/T}, Q_k ← Q_k + rate·x_k (u_k − Q_k): Q-learning in expectation (Watkins 1989).

    The agent tries strategy k with probability x_k and updates only the estimate of the strategy that it tried, towards
    the payoff u = −ξ. There is a single state, or equivalently no discounting. Q starts as T·log(x_k/max x): the
    estimates that make x the Boltzmann strategy, the best of them 0. Small rates approach a flow of Q, which x alone
    does not determine.
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
