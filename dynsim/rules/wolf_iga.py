"""Gradient ascent that learns fast when losing."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.functions import where
from ..algebra.graph import fill
from ..algebra.vector import Vector
from ..errors import InputError, Problem
from ..settings import Number, array, number
from .base import RULES, Exprs, GameView, Rule, Update
from .building.ascent import climb
from .building.strategies import by_strategy, expected


@RULES.register
@dataclass(frozen=True)
class WolfIga(Rule):
    """x ← Π(x + rate·u), with the rate for winning while x earns more than the equilibrium strategy would, u = −ξ.

    "Win or learn fast": the rule uses rate_win while Σ_k x_k u_k > Σ_k x*_k u_k against what the others play now, and
    rate_lose otherwise (Bowling & Veloso 2002). An agent with several simplices wins or loses on each separately. With
    rate_win < rate_lose it spirals in where IGA circles. Two rates have no common flow.
    """

    name: ClassVar[str] = "wolf_iga"
    populations = True
    space = "simplex"

    rate_win: Number = number(above=0, doc="step size while winning")
    rate_lose: Number = number(above=0, doc="step size while losing")
    equilibrium: Any = array(doc="x*, the own strategy at an equilibrium: a list of its shares, of all own variables")

    def update(self, game: GameView) -> Update:
        def move(x: Exprs, u: Exprs, rest: Exprs) -> Exprs:
            return climb(x, u, where(expected(x, u) > expected(rest, u), self.rate_win, self.rate_lose))

        return Update(by_strategy(game, move, self._resting(game)))

    def _resting(self, game: GameView) -> Exprs:
        """x* as expressions, one for every component."""
        shares = flat(self.equilibrium)
        if len(shares) != len(game.controls):
            raise InputError(Problem(f"expected {len(game.controls)} shares, got {len(shares)}", "equilibrium"))
        return [fill(game.graph.expr(share), x.domain) for share, x in zip(shares, game.x, strict=True)]


def flat(values: Any) -> list[Any]:
    """The numbers of nested lists, in order."""
    return [number for part in values for number in flat(part)] if isinstance(values, Vector) else [values]
