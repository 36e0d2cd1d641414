"""Tullock's contest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.functions import sum_
from ..algebra.vector import Vector
from ..settings import Number, array, number
from .base import GAMES, Action, Example, Game, numbers, per_player


@GAMES.register
@dataclass(frozen=True)
class Tullock(Game):
    """L_i = c_i x_i − V x_i^r/Σ_j x_j^r: effort raises the probability of winning a prize, and is lost (Tullock 1980).

    With equal costs c everybody rests at x = r(n − 1)V/(n² c), so that the share r(n − 1)/n of the prize is spent. This
    is an equilibrium iff r ≤ n/(n − 1); otherwise it is better to stay away. With r = 1, x_i = X (1 − c_i X/V), if none
    of these is negative, with X = (n − 1)V/Σ_j c_j. Efforts are positive: if all are 0, the winning probabilities are
    undefined.
    """

    name: ClassVar[str] = "tullock"
    example = Example(
        ["positive"] * 3, lambda rng: {"prize": rng.uniform(1, 9), "exponent": rng.uniform(1, 2)}, symmetric=True
    )

    prize: Number = number(1.0, above=0, doc="V, what the winner gets")
    exponent: Number = number(1.0, above=0, doc="r, how much effort counts against luck")
    costs: Any = array(doc="c_i, the cost of effort, for each or for all; default 1", optional=True, above=0)

    def losses(self, actions: Sequence[Action]) -> Vector:
        efforts = numbers(actions)
        costs = per_player(1.0 if self.costs is None else self.costs, len(actions), "costs")
        weights = [x**self.exponent for x in efforts]
        total = sum_(Vector(weights))
        return Vector(c * x - self.prize * w / total for c, x, w in zip(costs, efforts, weights, strict=True))
