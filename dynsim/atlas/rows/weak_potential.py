"""A weak potential under a strong rotation."""

from collections.abc import Iterator
from typing import Any

import dynsim as ds

from .base import BILINEAR, ROWS, Check, Row
from .playing.duels import duel
from .playing.outcomes import growth

LIMIT = 2 / 101


@ROWS.register
class WeakPotential(Row):
    """L₁ = ½x² + 10xy, L₂ = ½y² − 10xy. J has the eigenvalues 1 ± 10i, so a step of gradient descent multiplies by 1 −
    η(1 ± 10i), of modulus² 1 − 2η + 101η²: it converges exactly for η < 2/101, and fastest at η = 1/101.
    """

    name = "weak_potential"
    heading = "How small must a step be where rotation is strong?"
    section = BILINEAR
    order = 90
    source = "Balduzzi et al. 2018"
    quick = True

    def checks(self) -> Iterator[Check]:
        yield Check("growth in one step, η = 2/101", 1.0, self._growth(LIMIT))
        below, above = (self._growth(LIMIT + d) for d in (-1e-6, 1e-6))
        yield Check("growth in one step, η = 2/101 − 10⁻⁶", 1.0, below, relation="≤", tolerance=0.0)
        yield Check("growth in one step, η = 2/101 + 10⁻⁶", 1.0, above, relation="≥", tolerance=0.0)
        yield Check("growth in one step, η = 1/101", (100 / 101) ** 0.5, self._growth(1 / 101))

    @staticmethod
    def _growth(rate: float) -> float:
        def losses(x: Any, y: Any) -> tuple[Any, Any]:
            return x * x / 2 + 10 * x * y, y * y / 2 - 10 * x * y

        return growth(duel(losses, ds.rules.gradient(rate=rate)))
