"""Cournot's oligopoly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.functions import sum_
from ..algebra.vector import Vector
from ..settings import Number, array, number
from .base import GAMES, Action, Example, Game, numbers, per_player


@GAMES.register
@dataclass(frozen=True)
class Cournot(Game):
    """L_i = −(a − b Σ_j q_j − c_i) q_i: n firms choose quantities of one good with a linear demand (Cournot 1838).

    Equilibrium: q_i = (a − (n + 1) c_i + Σ_j c_j)/((n + 1) b), if none of these q_i is negative. With equal costs its
    welfare is n(n + 2)/(n + 1)² of the optimum. Simultaneous best replies converge only for n = 2 (Theocharis 1960).
    The game does not keep quantities or the price from becoming negative: give the variables the space [0, null].
    """

    name: ClassVar[str] = "cournot"
    example = Example(
        ["positive"] * 3, lambda rng: {"price": rng.uniform(5, 9), "costs": rng.uniform(0, 2)}, symmetric=True
    )

    price: Number = number(above=0, doc="a, what the good costs where there is none of it")
    slope: Number = number(1.0, above=0, doc="b, how far a unit of the good lowers the price")
    costs: Any = array(doc="c_i, the cost of a unit for every firm, or one number for all; default 0", optional=True)

    def losses(self, actions: Sequence[Action]) -> Vector:
        quantities = numbers(actions)
        costs = per_player(0.0 if self.costs is None else self.costs, len(actions), "costs")
        left = self.price - self.slope * sum_(Vector(quantities))
        return Vector((c - left) * q for c, q in zip(costs, quantities, strict=True))
