"""The moments of the gradient: what Adam and its variants share."""

from __future__ import annotations

from dataclasses import dataclass

from ...algebra.functions import sqrt
from ...settings import Number, number
from ..base import Exprs, GameView, Rule


@dataclass(frozen=True)
class MomentRule(Rule):
    """Base of the rules that divide a mean gradient by the root of its mean square: their settings and flow."""

    populations = True

    rate: Number = number(above=0, doc="step size")
    beta1: Number = number(0.9, at_least=0, below=1, doc="decay of the first moment")
    beta2: Number = number(0.999, at_least=0, below=1, doc="decay of the second moment")
    epsilon: Number = number(1e-8, above=0, doc="keeps the denominator positive")

    def flow(self, game: GameView) -> Exprs:
        """If ξ changes little from step to step, m̂ = ξ and v̂ = ξ²."""
        return [-xi / (abs(xi) + self.epsilon) for xi in game.gradient]

    def direction(self, game: GameView, nesterov: bool = False) -> tuple[Exprs, dict[str, Exprs]]:
        """m̂/(√v̂ + ε) and the new moments.

        nesterov: m̂ ← β₁ m/(1−β₁ⁿ⁺¹) + (1−β₁) ξ/(1−β₁ⁿ) (Dozat 2016, algorithm 2).
        """
        n = game.counter("moves") + 1.0
        b1, b2 = self.beta1, self.beta2
        m = [b1 * m + (1.0 - b1) * xi for m, xi in zip(game.memory("m"), game.gradient, strict=True)]
        v = [b2 * v + (1.0 - b2) * xi * xi for v, xi in zip(game.memory("v"), game.gradient, strict=True)]
        if nesterov:
            now, ahead = (1.0 - b1) / (1.0 - b1**n), b1 / (1.0 - b1 ** (n + 1.0))
            m_hat = [ahead * mean + now * xi for mean, xi in zip(m, game.gradient, strict=True)]
        else:
            m_hat = [mean / (1.0 - b1**n) for mean in m]
        v_hat = [square / (1.0 - b2**n) for square in v]
        direction = [mean / (sqrt(square) + self.epsilon) for mean, square in zip(m_hat, v_hat, strict=True)]
        return direction, {"moves": [n], "m": m, "v": v}
