"""The bar El Farol."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import sum_
from ..algebra.vector import Vector
from ..errors import InputError, Problem
from ..settings import Number, count, number
from .base import GAMES, Action, Example, Game, numbers
from .building.attendance import others


@GAMES.register
@dataclass(frozen=True)
class ElFarol(Game):
    """L_i = −p_i (B + (G − B) P(at most c − 1 others come)) − (1 − p_i) H: n decide whether to go to a bar for c.

    Player i goes with probability p_i in [0, 1]. It gets G if at most c players come and B if the bar is crowded; at
    home it gets H. With B < H < G and c < n there are many equilibria: c players go and the others do not, or all play
    the symmetric one with P(Bin(n − 1, p) ≤ c − 1) = (H − B)/(G − B) (Arthur 1994; Whitehead 2008).
    """

    name: ClassVar[str] = "el_farol"
    example = Example(
        ["chance"] * 4, lambda rng: {"capacity": int(rng.integers(1, 4)), "bad": -rng.uniform()}, symmetric=True
    )

    capacity: int = count(doc="c, so many enjoy it")
    good: Number = number(1.0, doc="G, of who goes and finds room")
    bad: Number = number(-1.0, doc="B, of who goes and finds a crowd")
    home: Number = number(0.0, doc="H, of who stays at home")

    def losses(self, actions: Sequence[Action]) -> Vector:
        chances = numbers(actions)
        if self.capacity > len(chances):
            expected = f"a whole number up to {len(chances)}, the number of players"
            raise InputError(Problem(f"expected {expected}, got {self.capacity}", "capacity"))
        losses = []
        for p, chance in zip(chances, others(chances), strict=True):
            room = chance[: self.capacity]
            goes = self.bad + (self.good - self.bad) * sum_(Vector(room))
            losses.append(-p * goes - (1.0 - p) * self.home)
        return Vector(losses)
