"""Evolution strategies: the gradient of a smoothed objective, from its values."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, count, number
from .base import RULES, Exprs, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class EvolutionStrategies(Rule):
    """x ← x − rate·Σ_p (E(x + σz_p) − E(x − σz_p)) z_p/(2σP), z_p ~ N(0, 1), P pairs (Salimans et al. 2017).

    The mean of the estimate is the gradient of E smoothed by a normal distribution of width σ, which equals ∇E if E is
    quadratic: natural evolution strategies (Wierstra et al. 2014) with a fixed width, in antithetic pairs. Path factors
    act on derivatives, so they cannot hide anything from this rule. The rule may evaluate E outside the space of x.
    """

    name: ClassVar[str] = "evolution_strategies"
    populations = True
    random = True

    rate: Number = number(above=0, doc="step size")
    sigma: Number = number(0.1, above=0, doc="σ, the width of the smoothing")
    pairs: int = count(8, doc="P, how many pairs of values a step takes")

    def update(self, game: GameView) -> Update:
        estimates = [self._estimate(game, f"pair {pair}") for pair in range(self.pairs)]
        return Update([
            -self.rate / self.pairs * sum(parts[1:], start=parts[0]) for parts in zip(*estimates, strict=True)
        ])

    def _estimate(self, game: GameView, pair: str) -> Exprs:
        """The estimate of the gradient from one pair of values."""
        z = game.normals(pair)
        up = game.at({game.me: [x + self.sigma * n for x, n in zip(game.x, z, strict=True)]})
        down = game.at({game.me: [x - self.sigma * n for x, n in zip(game.x, z, strict=True)]})
        slope = (up.objective - down.objective) / (2.0 * self.sigma)
        return [slope * n for n in z]
