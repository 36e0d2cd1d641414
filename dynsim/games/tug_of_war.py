"""The tug of war over a shared quantity."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.functions import sum_
from ..algebra.vector import Vector
from ..settings import array
from .base import GAMES, Action, Example, Game, numbers, per_player


@GAMES.register
@dataclass(frozen=True)
class TugOfWar(Game):
    """L_i = (q_i/2)(x − μ_i)² + (c_i/2) f_i², x = Σ_j f_j: every player pulls one quantity to its own target.

    Targets μ, weights q (default 1) and costs c (default 1) have one number for each player, or one for all. An action
    is a scalar.
    """

    name: ClassVar[str] = "tug_of_war"
    example = Example(
        ["real"] * 3, lambda rng: {"targets": rng.normal(), "weights": rng.uniform(1, 2)}, symmetric=True
    )

    targets: Any = array(doc="μ_i, where each player wants the quantity")
    weights: Any = array(doc="q_i, how much each cares; default 1", optional=True, at_least=0)
    costs: Any = array(doc="c_i, the cost of effort; default 1", optional=True, at_least=0)

    def losses(self, actions: Sequence[Action]) -> Vector:
        efforts, n = numbers(actions), len(actions)
        targets = per_player(self.targets, n, "targets")
        weights = per_player(1.0 if self.weights is None else self.weights, n, "weights")
        costs = per_player(1.0 if self.costs is None else self.costs, n, "costs")
        x = sum_(Vector(efforts))
        rows = zip(weights, targets, costs, efforts, strict=True)
        return Vector(q / 2.0 * (x - mu) ** 2.0 + c / 2.0 * f * f for q, mu, c, f in rows)
