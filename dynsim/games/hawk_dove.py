"""Hawks and doves."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.vector import Vector
from ..settings import Number, number
from .base import GAMES, Example
from .building.normal_form import NormalForm, symmetric


@GAMES.register
@dataclass(frozen=True)
class HawkDove(NormalForm):
    """L_i = −x_iᵀ A x_j, A = [[(v − d)/2, v], [0, v/2 − t]]: two players contest a resource by fight or display.

    Pure strategies: hawk, dove. An action is their shares, or the probability p_i of hawk. If d > v, the only symmetric
    equilibrium, which is also the evolutionarily stable mixture of one population, is p = (v + 2t)/(d + 2t), which is
    v/d if display costs nothing; otherwise everybody is a hawk (Maynard Smith and Price 1973; display: Maynard Smith
    1982).
    """

    name: ClassVar[str] = "hawk_dove"
    example = Example(
        (2, "chance"), lambda rng: {"value": rng.uniform(1, 2), "damage": rng.uniform(2, 3)}, symmetric=True
    )

    value: Number = number(2.0, above=0, doc="v, of the resource")
    damage: Number = number(3.0, at_least=0, doc="d, of losing a fight")
    display: Number = number(0.0, at_least=0, doc="t, what both pay where both display")

    def tables(self) -> Vector:
        v, d, t = self.value, self.damage, self.display
        return symmetric((((v - d) / 2.0, v), (0.0, v / 2.0 - t)))
