"""Regret matching."""

from dataclasses import dataclass
from typing import ClassVar

from .base import RULES, GameView, Rule, Update
from .building.regrets import accumulated, matched
from .building.strategies import by_strategy


@RULES.register
@dataclass(frozen=True)
class RegretMatching(Rule):
    """x_k ← [R_k]₊ / Σ_j [R_j]₊, R ← R + u − Σ_j x_j u_j: in proportion to regrets (Hart & Mas-Colell 2000, 2001).

    The regrets R sum, in expectation, how much more each strategy would have earned than x did; payoffs are u = −ξ. As
    long as no regret is positive, x stays where it started; once one is positive, one always is, as the regrets
    weighted with x sum to 0. The memory `average` is the mean of all x played, which approaches the equilibria of a
    zero-sum game. The rule has no step size, hence no flow.
    """

    name: ClassVar[str] = "regret_matching"
    populations = True
    space = "simplex"

    def update(self, game: GameView) -> Update:
        plays = game.counter("plays") + 1.0
        regret = by_strategy(game, accumulated, game.memory("regret"))
        average = [m + (x - m) / plays for m, x in zip(game.memory("average"), game.x, strict=True)]
        return Update(by_strategy(game, matched, regret), {"plays": [plays], "regret": regret, "average": average})
