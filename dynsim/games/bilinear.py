"""Bilinear games of two players."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.value import components
from ..algebra.vector import Vector
from ..settings import array
from .base import GAMES, Action, Example, Game, expect_actions, expect_shape


@GAMES.register
@dataclass(frozen=True)
class Bilinear(Game):
    """L_1 = xᵀ A y, L_2 = xᵀ B y; without B the game is zero-sum, L_2 = −L_1. A scalar action has one component."""

    name: ClassVar[str] = "bilinear"
    example = Example(((2, "real"), (3, "real")), lambda rng: {"matrix": rng.normal(size=(2, 3)).tolist()})

    matrix: Any = array(doc="A, as many rows as x and columns as y have components")
    second: Any = array(doc="B of the same shape; default −A", optional=True)

    def losses(self, actions: Sequence[Action]) -> Vector:
        expect_actions(actions, (None, None))
        x, y = (Vector(components(action)) for action in actions)
        expect_shape(self.matrix, (len(x), len(y)), "matrix")
        first = x @ (self.matrix @ y)
        if self.second is None:
            return Vector((first, -first))
        expect_shape(self.second, (len(x), len(y)), "second")
        return Vector((first, x @ (self.second @ y)))
