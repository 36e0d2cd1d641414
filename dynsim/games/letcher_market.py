"""Letcher's market without rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..algebra.vector import Vector
from .base import GAMES, Action, Example, Game, expect_actions, numbers


@GAMES.register
@dataclass(frozen=True)
class LetcherMarket(Game):
    """L_1 = x⁶/6 − x²/2 + t, L_2 = y⁶/6 − y²/2 − t, with the trade t = xy + ¼(y⁴/(1 + x²) − x⁴/(1 + y²)).

    x⁶/6 − x²/2 and y⁶/6 − y²/2 are the players' own losses; t is what one gives to the other. The losses are coercive,
    but the only critical point, (0, 0), is a strict maximum of both, so a rule that avoids such points never settles
    (Letcher 2021).
    """

    name: ClassVar[str] = "letcher_market"
    example = Example(("real", "real"))

    def losses(self, actions: Sequence[Action]) -> Vector:
        expect_actions(actions, (1, 1))
        x, y = numbers(actions)
        trade = x * y + (y**4.0 / (1.0 + x**2.0) - x**4.0 / (1.0 + y**2.0)) / 4.0
        return Vector((x**6.0 / 6.0 - x**2.0 / 2.0 + trade, y**6.0 / 6.0 - y**2.0 / 2.0 - trade))
