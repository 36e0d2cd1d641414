"""Games in normal form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.vector import Vector, components
from ..errors import InputError, Problem
from ..settings import array
from .base import GAMES, Action, Game, expect_actions, shape_of


@GAMES.register
@dataclass(frozen=True)
class MatrixGame(Game):
    """L_i = −Σ_{k₁…k_n} payoff_i[k₁]…[k_n] Π_j x_j[k_j]: the expected payoff under mixed strategies x_j, negated.

    payoffs: one array for each player, axes in the order of the players. The actions are points of simplices.
    """

    name: ClassVar[str] = "matrix_game"

    payoffs: Any = array(doc="payoff array of every player; one axis per player")

    def losses(self, actions: Sequence[Action]) -> Vector:
        shape = shape_of(self.payoffs)
        if not shape or len(shape) != shape[0] + 1:
            raise InputError(
                Problem(f"expected one array for each player with one axis per player, got shape {shape}", "payoffs")
            )
        expect_actions(actions, shape[1:])
        strategies = [Vector(components(action)) for action in actions]
        return Vector(-_expected(payoff, strategies) for payoff in self.payoffs)


def _expected(payoff: Any, strategies: Sequence[Vector]) -> Any:
    """Σ over the first player's pure strategies of the share times the expectation over the others."""
    if not strategies:
        return payoff
    return strategies[0] @ Vector(_expected(part, strategies[1:]) for part in payoff)
