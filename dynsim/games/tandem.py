"""The tandem game."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..algebra.vector import Vector
from .base import GAMES, Action, Example, Game, expect_actions, numbers


@GAMES.register
@dataclass(frozen=True)
class Tandem(Game):
    """L_1 = (x + y)² − 2x, L_2 = (x + y)² − 2y: both want speed, and to pedal as little as possible.

    The game is that of Letcher et al. (2019). Every point of x + y = 1 is an equilibrium, with mean loss 0. Learners
    who differentiate through the other's step leave it: LOLA with foresight α ends at x + y = (1 − 2α)/(1 − 4α), which
    is worse for both.
    """

    name: ClassVar[str] = "tandem"
    example = Example(("real", "real"), symmetric=True)

    def losses(self, actions: Sequence[Action]) -> Vector:
        expect_actions(actions, (1, 1))
        x, y = numbers(actions)
        shared = (x + y) ** 2.0
        return Vector((shared - 2.0 * x, shared - 2.0 * y))
