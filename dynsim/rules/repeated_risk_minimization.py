"""Repeated risk minimization."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.algorithms.linear import solve
from ..settings import count
from .base import RULES, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class RepeatedRiskMinimization(Rule):
    """x ← argmin_φ E(φ; D(x)): retrains on the world that it has shaped, until that is stable (Perdomo et al. 2020).

    D is what `paths` make the agent blind to: with factor 0 on a derived variable, that variable stays where the
    present x puts it while φ moves; with factor g it moves by g times its change. Newton's method searches the minimum
    from x, with the agent's own gradient and curvature along the same paths. One iteration is exact if E is quadratic
    in φ, and E must be convex there. The rule assumes that the other players stand still. Retraining by a gradient
    step, repeated gradient descent, is `gradient` with the same paths. The rule has no memory. It has no step size that
    could vanish, hence no flow.
    """

    name: ClassVar[str] = "repeated_risk_minimization"

    iterations: int = count(1, at_most=20, doc="Newton's iterations in one retraining")

    def update(self, game: GameView) -> Update:
        x, there = game.x, game
        for _ in range(self.iterations):
            x = [a - step for a, step in zip(x, solve(there.curvature, there.gradient), strict=True)]
            there = game.imagined(x)
        return Update([a - b for a, b in zip(x, game.x, strict=True)])
