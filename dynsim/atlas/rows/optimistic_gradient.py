"""Optimistic gradient descent on a bilinear game."""

from collections.abc import Iterator

import numpy as np

import dynsim as ds

from .base import BILINEAR, ROWS, Check, Row
from .playing.duels import duel, rotation
from .playing.outcomes import growth

LIMIT = 1 / np.sqrt(3)


@ROWS.register
class OptimisticGradient(Row):
    """L₁ = xy = −L₂. The move is −η(2ξ_t − ξ_{t−1}); the eigenvalues of a step, the remembered gradient included, solve
    λ² − (1 ∓ 2iη)λ ∓ iη = 0. The spectral radius is below 1 exactly for η < 1/√3. At η = ½ the root is double, and
    eigenvalues can be computed only to the square root of the rounding error, so 10⁻⁷ is allowed there.
    """

    name = "optimistic_gradient"
    heading = "Up to which step size does optimistic gradient descent converge?"
    section = BILINEAR
    order = 40
    source = "Daskalakis et al. 2018; Liang and Stokes 2019"
    quick = True

    def checks(self) -> Iterator[Check]:
        yield Check("growth in one step, η = .1", radius(0.1), self._growth(0.1))
        yield Check("growth in one step, η = ½", np.sqrt(0.5), self._growth(0.5), tolerance=1e-7)
        yield Check("growth in one step, η = 1/√3 − .001", 1.0, self._growth(LIMIT - 1e-3), relation="≤", tolerance=0.0)
        yield Check("growth in one step, η = 1/√3", 1.0, self._growth(LIMIT))
        yield Check("growth in one step, η = 1/√3 + .001", 1.0, self._growth(LIMIT + 1e-3), relation="≥", tolerance=0.0)

    @staticmethod
    def _growth(rate: float) -> float:
        return growth(duel(rotation(), ds.rules.optimistic(rate=rate)))


def radius(rate: float) -> float:
    """The modulus of the larger root of the quadratic; the two signs of the middle term give conjugate roots."""
    return float(np.abs(np.roots([1.0, -(1 - 2j * rate), -1j * rate])).max())
