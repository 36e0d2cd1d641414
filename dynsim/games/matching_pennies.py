"""Matching pennies."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.vector import Vector
from ..settings import Number, number
from .base import GAMES, Example
from .building.normal_form import NormalForm


@GAMES.register
@dataclass(frozen=True)
class MatchingPennies(NormalForm):
    """L_1 = −xᵀ A y = −L_2, A = [[h, −1], [−1, 1]]: player 1 wins if both show the same side, player 2 otherwise.

    Pure strategies: heads, tails. An action is their shares, or the probability of heads. The game is zero-sum. In its
    only equilibrium both show heads with probability 2/(3 + h), which is ½ if both sides count the same (von Neumann
    1928).
    """

    name: ClassVar[str] = "matching_pennies"
    example = Example((2, "chance"), lambda rng: {"heads": rng.uniform(0, 3)})

    heads: Number = number(1.0, above=-1, doc="h, what player 1 wins where both show heads; tails are worth 1")

    def tables(self) -> Vector:
        h = self.heads
        return Vector((
            Vector((Vector((h, -1.0)), Vector((-1.0, 1.0)))),
            Vector((Vector((-h, 1.0)), Vector((1.0, -1.0)))),
        ))
