"""Simultaneous perturbation stochastic approximation."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import sign
from ..settings import Number, number
from .base import RULES, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class Spsa(Rule):
    """x ← x − rate·(E(x + cΔ) − E(x − cΔ))/(2cΔ), Δ = ±1 at random per component (Spall 1992).

    The rule uses two values of the objective and no derivative. The mean of the estimate is ∇E + O(c²), and exactly ∇E
    if E is quadratic; its variance grows with the number of components. Path factors act on derivatives, so they cannot
    hide anything from this rule. The points x ± cΔ may lie outside the space of x. The gain sequences of Spall 1998,
    rate a/(k + 1 + A)**.602 and perturbation c/(k + 1)**.101 in step k, are expressions of t = k.
    """

    name: ClassVar[str] = "spsa"
    populations = True
    random = True

    rate: Number = number(above=0, doc="step size")
    perturbation: Number = number(0.01, above=0, doc="c, how far from x the objective is evaluated")

    def update(self, game: GameView) -> Update:
        signs = [sign(u - 0.5) for u in game.uniforms("sign")]
        shifts = [self.perturbation * s for s in signs]
        up = game.at({game.me: [x + d for x, d in zip(game.x, shifts, strict=True)]})
        down = game.at({game.me: [x - d for x, d in zip(game.x, shifts, strict=True)]})
        slope = (up.objective - down.objective) / (2.0 * self.perturbation)
        return Update([-self.rate * slope * s for s in signs])
