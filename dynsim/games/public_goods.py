"""The public goods game."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import sum_
from ..algebra.vector import Vector
from ..settings import Number, number
from .base import GAMES, Action, Example, Game, numbers


@GAMES.register
@dataclass(frozen=True)
class PublicGoods(Game):
    """L_i = x_i − e − (r/n) Σ_j x_j: contributions to a common pot are multiplied by r and shared among all n.

    x_i is player i's contribution out of the endowment e, or e times the probability that it gives all of it; the
    variable's space is [0, e]. For 1 < r < n nobody contributes in equilibrium (giving nothing is dominant), although
    all would be best off if everybody gave everything: each loss would then be −r e instead of −e (Isaac and Walker
    1988; the review of Ledyard 1995).
    """

    name: ClassVar[str] = "public_goods"
    example = Example(["chance"] * 4, lambda rng: {"factor": rng.uniform(1, 4)}, symmetric=True)

    factor: Number = number(above=0, doc="r, by which contributions are multiplied")
    endowment: Number = number(1.0, above=0, doc="e, what everyone has to give")

    def losses(self, actions: Sequence[Action]) -> Vector:
        given = numbers(actions)
        share = self.factor / float(len(given)) * sum_(Vector(given))
        return Vector(x - self.endowment - share for x in given)
