"""Games in normal form, stated by their tables."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.vector import Vector
from ..errors import InputError, Problem
from ..settings import array
from .base import GAMES, Example, shape_of
from .building.normal_form import NormalForm


@GAMES.register
@dataclass(frozen=True)
class MatrixGame(NormalForm):
    """L_i = −Σ_{k₁…k_n} payoff_i[k₁]…[k_n] Π_j x_j[k_j]: the expected payoff under mixed strategies x_j, negated.

    payoffs: one array for each player, with axes in the order of the players. The actions are points of simplices; with
    two pure strategies an action may be one number, the share of the first.
    """

    name: ClassVar[str] = "matrix_game"
    example = Example((2, 3, "chance"), lambda rng: {"payoffs": rng.normal(size=(3, 2, 3, 2)).tolist()})

    payoffs: Any = array(doc="payoff array of every player; one axis per player")

    def tables(self) -> Vector:
        shape = shape_of(self.payoffs)
        if not shape or len(shape) != shape[0] + 1:
            raise InputError(
                Problem(f"expected one array for each player with one axis per player, got shape {shape}", "payoffs")
            )
        tables: Vector = self.payoffs
        return tables
