"""The minority game."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import sum_
from ..algebra.vector import Vector
from ..errors import InputError, Problem
from .base import GAMES, Action, Example, Game, numbers
from .building.attendance import others


@GAMES.register
@dataclass(frozen=True)
class Minority(Game):
    """L_i = −P(player i is in the minority): an odd number n of players choose a side, and the smaller side wins 1.

    Player i chooses the first side with probability p_i in [0, 1], independently of the others. The loss is exact, of
    degree n in the probabilities. Equilibria: p = ½ for all, and many more, such as equally many players on each side
    for sure and one player anywhere (Challet and Zhang 1997, as a game of one round). At most (n − 1)/2 players win.
    """

    name: ClassVar[str] = "minority"
    example = Example(["chance"] * 5, symmetric=True)

    def losses(self, actions: Sequence[Action]) -> Vector:
        chances, n = numbers(actions), len(actions)
        if n < 3 or n % 2 == 0:
            raise InputError(Problem(f"expected an odd number of players, 3 or more, got {n}", "actions"))
        losses = []
        for p, count in zip(chances, others(chances), strict=True):
            few, many = count[: (n - 1) // 2], count[(n - 1) // 2 + 1 :]
            losses.append(-(p * sum_(Vector(few)) + (1.0 - p) * sum_(Vector(many))))
        return Vector(losses)
