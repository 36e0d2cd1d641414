"""Frequency-adjusted Q-learning, in expectation."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import log, maximum, minimum
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update
from .building.q_learning import SMALLEST, q_update
from .building.strategies import by_strategy, expected


@RULES.register
@dataclass(frozen=True)
class FrequencyAdjustedQ(Rule):
    """Boltzmann Q-learning whose step is min(β/x_k, 1) times as long: rare strategies keep up (Kaisers & Tuyls 2010).

    In expectation Q_k ← Q_k + rate·min(β, x_k)(u_k − Q_k). Where no share is below β, all estimates move at the same
    pace, and for small rates x follows the replicator dynamics with entropy (Tuyls et al. 2003; Sato & Crutchfield
    2003): dx_k/dt = β x_k ((u_k − Σ_j x_j u_j)/T − Σ_j x_j log(x_k/x_j)), with time = rate·steps.
    """

    name: ClassVar[str] = "frequency_adjusted_q"
    populations = True
    space = "simplex"
    rests = "perturbed equilibria"

    rate: Number = number(above=0, at_most=1, doc="largest share of the error that a trial takes away")
    temperature: Number = number(above=0, doc="T, in units of payoff: the larger, the more is explored")
    beta: Number = number(above=0, at_most=1, doc="β, the share below which a strategy learns more slowly")

    def update(self, game: GameView) -> Update:
        def learned(x: Exprs, u: Exprs, q: Exprs) -> Exprs:
            return [e + self.rate * minimum(self.beta, a) * (v - e) for e, a, v in zip(q, x, u, strict=True)]

        return q_update(game, self.temperature, learned)

    def flow(self, game: GameView) -> Exprs:
        def drift(x: Exprs, u: Exprs) -> Exprs:
            gains = [v / self.temperature - log(maximum(a, SMALLEST)) for a, v in zip(x, u, strict=True)]
            mean = expected(x, gains)
            return [self.beta * a * (gain - mean) for a, gain in zip(x, gains, strict=True)]

        return by_strategy(game, drift)
