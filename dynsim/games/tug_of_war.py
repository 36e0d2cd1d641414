"""The tug of war over a shared quantity."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.vector import Vector, components
from ..errors import InputError, Problem
from ..settings import array
from .base import GAMES, Action, Game, expect_actions, shape_of


@GAMES.register
@dataclass(frozen=True)
class TugOfWar(Game):
    """L_i = (q_i/2)(x − μ_i)² + (c_i/2) f_i², x = Σ_j f_j: everyone pulls one quantity to their own target.

    targets μ, weights q (default 1) and costs c (default 1) have one number for each player; actions are scalars.
    """

    name: ClassVar[str] = "tug_of_war"

    targets: Any = array(doc="μ_i, where each player wants the quantity")
    weights: Any = array(doc="q_i, how much each cares; default 1", optional=True)
    costs: Any = array(doc="c_i, the cost of effort; default 1", optional=True)

    def losses(self, actions: Sequence[Action]) -> Vector:
        n = len(actions)
        expect_actions(actions, (1,) * n)
        efforts = [components(action)[0] for action in actions]
        ones = Vector([1.0] * n)
        weights = ones if self.weights is None else self.weights
        costs = ones if self.costs is None else self.costs
        for key, value in (("targets", self.targets), ("weights", weights), ("costs", costs)):
            if shape_of(value) != (n,):
                raise InputError(Problem(f"expected one number for each of {n} players", key))
        x = efforts[0]
        for effort in efforts[1:]:
            x = x + effort
        rows = zip(weights, self.targets, costs, efforts, strict=True)
        return Vector(q / 2.0 * (x - mu) ** 2.0 + c / 2.0 * f * f for q, mu, c, f in rows)
