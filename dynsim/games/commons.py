"""The tragedy of the commons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import sum_
from ..algebra.vector import Vector
from ..settings import Number, number
from .base import GAMES, Action, Example, Game, numbers


@GAMES.register
@dataclass(frozen=True)
class Commons(Game):
    """L_i = w x_i − (x_i/X)(aX − bX²), X = Σ_j x_j: the more players put into a common pool, the less a unit yields.

    x_i is what player i puts into the pool rather than elsewhere, where a unit yields w (Gordon 1954; in this form
    Walker, Gardner and Ostrom 1990, with their numbers for eight players). The yield of what players keep differs from
    this by a constant, which is left out. Equilibrium: x_i = (a − w)/((n + 1) b). The optimum for all is X = (a −
    w)/(2b): the pool is overused by the factor 2n/(n + 1), and its rent is 4n/(n + 1)² of the optimum.
    """

    name: ClassVar[str] = "commons"
    example = Example(
        ["positive"] * 3, lambda rng: {"first": rng.uniform(9, 20), "decline": rng.uniform()}, symmetric=True
    )

    first: Number = number(23.0, above=0, doc="a, what the first unit in the pool yields")
    decline: Number = number(0.25, above=0, doc="b, how far a unit lowers what each of them yields")
    elsewhere: Number = number(5.0, at_least=0, doc="w, what a unit yields elsewhere")

    def losses(self, actions: Sequence[Action]) -> Vector:
        shares = numbers(actions)
        pool = sum_(Vector(shares))
        return Vector((self.elsewhere - self.first + self.decline * pool) * x for x in shares)
