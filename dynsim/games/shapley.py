"""Shapley's game."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.vector import Vector
from ..settings import Number, number
from .base import GAMES, Example
from .building.normal_form import NormalForm


@GAMES.register
@dataclass(frozen=True)
class Shapley(NormalForm):
    """L_1 = −xᵀ A y, L_2 = −xᵀ B y, A = [[1, 0, β], [β, 1, 0], [0, β, 1]], B = [[−β, 1, 0], [0, −β, 1], [1, 0, −β]].

    At β = 0 player 1 wins by matching player 2, player 2 wins by playing one ahead of player 1, and fictitious play
    cycles in ever longer runs (Shapley 1964). The family is that of Sparrow, van Strien and Harris (2008), in which
    play becomes chaotic as β grows and then regular again. In the only equilibrium both play (⅓, ⅓, ⅓).
    """

    name: ClassVar[str] = "shapley"
    example = Example((3, 3), lambda rng: {"beta": rng.uniform(-1, 1)})

    beta: Number = number(0.0, above=-1, below=1, doc="β; 0 is Shapley's game")

    def tables(self) -> Vector:
        b = self.beta
        first = ((1.0, 0.0, b), (b, 1.0, 0.0), (0.0, b, 1.0))
        second = ((-b, 1.0, 0.0), (0.0, -b, 1.0), (1.0, 0.0, -b))
        return Vector(Vector(Vector(row) for row in table) for table in (first, second))
