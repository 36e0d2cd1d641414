"""The extragradient method on a bilinear game."""

from collections.abc import Iterator

import dynsim as ds

from .base import BILINEAR, ROWS, Check, Row
from .playing.duels import duel, rotation
from .playing.outcomes import distance, final, growth


@ROWS.register
class Extragradient(Row):
    """L₁ = xy = −L₂. A step x ← x − ηξ(x − ηξ(x)) has the eigenvalues 1 − η² ± iη, of modulus √(1 − η² + η⁴): below 1
    exactly for η < 1. The start is (.6, .8), at distance 1.
    """

    name = "extragradient"
    heading = "Up to which step size does extragradient converge?"
    section = BILINEAR
    order = 30
    source = "Korpelevich 1976"
    quick = True

    def checks(self) -> Iterator[Check]:
        run = ds.simulate(
            duel(rotation(), ds.rules.extragradient(rate=0.1), (0.6, 0.8)), steps=100, every=100, compiled=False
        )
        left = float(distance(final(run)).iloc[0])
        yield Check("distance after 100 steps from distance 1, η = .1", (1 - 0.1**2 + 0.1**4) ** 50, left)
        for rate in (0.5, 1.0):
            yield Check(f"growth in one step, η = {rate:g}", (1 - rate**2 + rate**4) ** 0.5, growth(self._at(rate)))
        yield Check("growth in one step, η = .999", 1.0, growth(self._at(0.999)), relation="≤", tolerance=0.0)
        yield Check("growth in one step, η = 1.001", 1.0, growth(self._at(1.001)), relation="≥", tolerance=0.0)

    @staticmethod
    def _at(rate: float) -> ds.System:
        return duel(rotation(), ds.rules.extragradient(rate=rate))
