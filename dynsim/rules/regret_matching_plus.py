"""Regret matching with regrets that never fall below 0."""

from dataclasses import dataclass
from typing import ClassVar

from .base import RULES, GameView, Rule, Update
from .building.regrets import accumulated, matched
from .building.strategies import by_strategy, positive


@RULES.register
@dataclass(frozen=True)
class RegretMatchingPlus(Rule):
    """x_k ← Q_k / Σ_j Q_j, Q ← [Q + u − Σ_j x_j u_j]₊: a strategy is used as soon as it pays again (Tammelin 2014).

    As in regret matching, payoffs are u = −ξ in expectation, and x stays where it started until a Q is positive. The
    memory `average` weighs the x of step n with n = 1, 2, … (linear averaging). The rule has no step size, hence no
    flow.
    """

    name: ClassVar[str] = "regret_matching_plus"
    populations = True
    space = "simplex"

    def update(self, game: GameView) -> Update:
        plays = game.counter("plays") + 1.0
        regret = positive(by_strategy(game, accumulated, game.memory("regret")))
        weight = 2.0 / (plays + 1.0)  # n / Σ_{m≤n} m
        average = [m + weight * (x - m) for m, x in zip(game.memory("average"), game.x, strict=True)]
        return Update(by_strategy(game, matched, regret), {"plays": [plays], "regret": regret, "average": average})
