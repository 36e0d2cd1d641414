"""Adam."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import sqrt
from ..settings import Number, number
from .base import RULES, Exprs, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class Adam(Rule):
    """x ← x − rate·m̂/(√v̂ + ε) with bias-corrected moments (Kingma & Ba 2015, algorithm 1).

    m ← β₁m + (1−β₁)ξ, v ← β₂v + (1−β₂)ξ², m̂ = m/(1−β₁ⁿ), v̂ = v/(1−β₂ⁿ); n counts the agent's own moves.
    """

    name: ClassVar[str] = "adam"
    populations = True

    rate: Number = number(above=0, doc="step size")
    beta1: Number = number(0.9, at_least=0, below=1, doc="decay of the first moment")
    beta2: Number = number(0.999, at_least=0, below=1, doc="decay of the second moment")
    epsilon: Number = number(1e-8, above=0, doc="keeps the denominator positive")

    def update(self, game: GameView) -> Update:
        direction, memory = adam_direction(self, game)
        return Update([-self.rate * r for r in direction], memory)

    def flow(self, game: GameView) -> Exprs:
        """Where ξ changes little from step to step, m̂ = ξ and v̂ = ξ²."""
        return [-xi / (abs(xi) + self.epsilon) for xi in game.gradient]


def adam_direction(rule: "Adam", game: GameView, nesterov: bool = False) -> tuple[Exprs, dict[str, Exprs]]:
    """m̂/(√v̂ + ε) and the new moments.

    nesterov: m̂ ← β₁ m/(1−β₁ⁿ⁺¹) + (1−β₁) ξ/(1−β₁ⁿ) (Dozat 2016, algorithm 2).
    """
    n = game.counter("moves") + 1.0
    b1, b2 = rule.beta1, rule.beta2
    m = [b1 * m + (1.0 - b1) * xi for m, xi in zip(game.memory("m"), game.gradient, strict=True)]
    v = [b2 * v + (1.0 - b2) * xi * xi for v, xi in zip(game.memory("v"), game.gradient, strict=True)]
    if nesterov:
        now, ahead = (1.0 - b1) / (1.0 - b1**n), b1 / (1.0 - b1 ** (n + 1.0))
        m_hat = [ahead * mean + now * xi for mean, xi in zip(m, game.gradient, strict=True)]
    else:
        m_hat = [mean / (1.0 - b1**n) for mean in m]
    v_hat = [square / (1.0 - b2**n) for square in v]
    direction = [mean / (sqrt(square) + rule.epsilon) for mean, square in zip(m_hat, v_hat, strict=True)]
    return direction, {"moves": [n], "m": m, "v": v}
