"""Cournot's oligopoly with an isoelastic demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.functions import sum_
from ..algebra.vector import Vector
from ..settings import array
from .base import GAMES, Action, Example, Game, numbers, per_player


@GAMES.register
@dataclass(frozen=True)
class IsoelasticCournot(Game):
    """L_i = c_i q_i − q_i/Σ_j q_j: firms choose quantities, and buyers spend 1 at any price (Puu 1991).

    Equilibrium: with n firms and Q = (n − 1)/Σ_j c_j, q_i = Q (1 − c_i Q), if none of these is negative; for two firms
    q_i = c_j/(c_1 + c_2)². The best reply is √(R/c_i) − R, with R the supply of the others. Two firms that both play it
    converge iff their costs differ by less than a factor of 3 + 2√2. As the factor grows to 25/4, period doubling leads
    to chaos; beyond 25/4 a best reply would be negative. Quantities are positive.
    """

    name: ClassVar[str] = "isoelastic_cournot"
    example = Example(["positive"] * 3, lambda rng: {"costs": rng.uniform(0.5, 2)}, symmetric=True)

    costs: Any = array(doc="c_i, the cost of a unit for every firm, or one number for all", above=0)

    def losses(self, actions: Sequence[Action]) -> Vector:
        quantities = numbers(actions)
        costs = per_player(self.costs, len(actions), "costs")
        supply = sum_(Vector(quantities))
        return Vector(c * q - q / supply for c, q in zip(costs, quantities, strict=True))
