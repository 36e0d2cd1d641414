"""Quadratic games."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.value import components
from ..algebra.vector import Vector
from ..errors import InputError, Problem
from ..settings import array
from .base import GAMES, Action, Example, Game, expect_shape, shape_of


@GAMES.register
@dataclass(frozen=True)
class Quadratic(Game):
    """L_i = ½ zᵀ A_i z + b_iᵀ z, where z concatenates all players' actions.

    matrices: one d × d matrix for each player (only its symmetric part matters). vectors: one b_i each, default 0.
    """

    name: ClassVar[str] = "quadratic"
    example = Example(("real", (2, "real")), lambda rng: {"matrices": rng.normal(size=(2, 3, 3)).tolist()})

    matrices: Any = array(doc="A_i of every player, d × d with d components of all actions together")
    vectors: Any = array(doc="b_i of every player, d long; default 0", optional=True)

    def losses(self, actions: Sequence[Action]) -> Vector:
        z = Vector(c for action in actions for c in components(action))
        n, d = len(actions), len(z)
        if shape_of(self.matrices)[:1] != (n,):
            found = len(self.matrices) if isinstance(self.matrices, Vector) else "a single number"
            raise InputError(Problem(f"expected one matrix for each of {n} players, got {found}", "matrices"))
        expect_shape(self.matrices, (n, d, d), "matrices")
        if self.vectors is None:
            return Vector(0.5 * (z @ (a @ z)) for a in self.matrices)
        expect_shape(self.vectors, (n, d), "vectors")
        return Vector(0.5 * (z @ (a @ z)) + z @ b for a, b in zip(self.matrices, self.vectors, strict=True))
