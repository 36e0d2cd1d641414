"""Letcher's zero-sum game without rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..algebra.vector import Vector
from .base import GAMES, Action, Example, Game, expect_actions, numbers


@GAMES.register
@dataclass(frozen=True)
class LetcherZeroSum(Game):
    """L_1 = xy − x²/2 + y²/2 + x⁴/4 − y⁴/4 = −L_2: its gradient flow stays bounded and never rests.

    The only critical point, (0, 0), is a strict maximum of both players' losses: the game Jacobian there is [[−1, 1],
    [−1, −1]], with the eigenvalues −1 ± i. Rules that avoid strict maxima never settle (Letcher 2021).
    """

    name: ClassVar[str] = "letcher_zero_sum"
    example = Example(("real", "real"))

    def losses(self, actions: Sequence[Action]) -> Vector:
        expect_actions(actions, (1, 1))
        x, y = numbers(actions)
        first = x * y - x**2.0 / 2.0 + y**2.0 / 2.0 + x**4.0 / 4.0 - y**4.0 / 4.0
        return Vector((first, -first))
