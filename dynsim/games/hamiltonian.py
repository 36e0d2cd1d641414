"""Hamiltonian games."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from ..algebra.value import components
from ..algebra.vector import Vector
from ..errors import Problem
from ..settings import array
from .base import GAMES, Action, Example, Game, expect_shape


def antisymmetric(rng: np.random.Generator, d: int) -> list[list[float]]:
    """A random antisymmetric matrix, d × d, with standard normal entries."""
    upper = np.triu(rng.normal(size=(d, d)), 1)
    return (upper - upper.T).tolist()


@GAMES.register
@dataclass(frozen=True)
class Hamiltonian(Game):
    """L_i = z_iᵀ Σ_j A_ij z_j, A antisymmetric over the components z of all actions: every pair of players is zero-sum.

    The game Jacobian is A without its blocks A_ii, which cancel out of the losses; call it A°. Gradient flow is
    Hamiltonian with H = ½|ξ|², ξ = A° z: it conserves |z|² and H, and circles forever around the points with A° z = 0
    (Balduzzi et al. 2018). Two players with one component each play `bilinear`.
    """

    name: ClassVar[str] = "hamiltonian"
    example = Example(("real", (2, "real"), "real"), lambda rng: {"matrix": antisymmetric(rng, 4)})

    matrix: Any = array(doc="A, antisymmetric, d × d with d components of all actions together")

    @classmethod
    def mistakes(cls, settings: Mapping[str, Any]) -> Iterator[Problem]:
        rows = settings["matrix"] if isinstance(settings["matrix"], list | tuple) else []
        if any(not isinstance(row, list | tuple) or len(row) != len(rows) for row in rows):
            return  # `losses` reports a wrong shape
        for i, row in enumerate(rows):
            for j in range(i + 1):
                below, above = row[j], rows[j][i]
                if isinstance(below, Real) and isinstance(above, Real) and below != -above:
                    expected = f"{-above}, the negative of row {j}, column {i}" if i > j else "0 on the diagonal"
                    yield Problem(f"expected {expected}, got {below}", f"matrix[{i}][{j}]")

    def losses(self, actions: Sequence[Action]) -> Vector:
        parts = [components(action) for action in actions]
        z = Vector(c for part in parts for c in part)
        expect_shape(self.matrix, (len(z), len(z)), "matrix")
        field, losses = list(self.matrix @ z), []
        for part in parts:
            losses.append(Vector(part) @ Vector(field[: len(part)]))
            del field[: len(part)]
        return Vector(losses)
