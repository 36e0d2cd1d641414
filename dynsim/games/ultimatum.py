"""The ultimatum game."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.value import components
from ..algebra.vector import Vector
from ..errors import InputError, Problem
from ..settings import Number, array, number
from .base import GAMES, Action, Example, Game, expect_actions, shape_of
from .building.normal_form import strategies


@GAMES.register
@dataclass(frozen=True)
class Ultimatum(Game):
    """L_1 = −Σ_k x_k a_k (s − o_k), L_2 = −Σ_k x_k a_k o_k: one player offers a part of a sum, the other may refuse.

    x is the proposer's mixed strategy, the probability of every offer o_k (a point of the simplex; with two offers, the
    probability of the first). a_k in [0, 1] is the probability that the responder accepts offer k. If it refuses, both
    get nothing. Every offer above 0 is the outcome of some equilibrium (in which the responder refuses less); only the
    least offer survives if a responder never refuses what is better than nothing (Güth, Schmittberger and Schwarze
    1982).
    """

    name: ClassVar[str] = "ultimatum"
    example = Example((4, (4, "chance")), lambda rng: {"offers": rng.uniform(size=4).tolist()})

    offers: Any = array(doc="o_k, what the responder may be offered", at_least=0)
    total: Number = number(1.0, above=0, doc="s, the sum that is divided")

    def mixed(self, actions: Sequence[Action]) -> Sequence[Action]:
        return actions[:1]

    def losses(self, actions: Sequence[Action]) -> Vector:
        shape = shape_of(self.offers)
        if len(shape) != 1:
            raise InputError(Problem(f"expected a list of offers, got an array of {len(shape)} dimensions", "offers"))
        expect_actions(actions, (None, *shape))
        (proposed,) = strategies(actions[:1], shape)
        agreed = [x * a for x, a in zip(proposed, components(actions[1]), strict=True)]
        first = Vector(agreed) @ Vector(self.total - offer for offer in self.offers)
        return Vector((-first, -(Vector(agreed) @ Vector(self.offers))))
