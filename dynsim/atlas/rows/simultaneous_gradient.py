"""Simultaneous gradient descent on a bilinear game."""

from collections.abc import Iterator

import dynsim as ds

from .base import BILINEAR, ROWS, Check, Row
from .playing.duels import duel, rotation
from .playing.outcomes import distance, final, growth


@ROWS.register
class SimultaneousGradient(Row):
    """L₁ = xy = −L₂, both at rate η. The eigenvalues of a step are 1 ± iη, so the distance from the saddle grows by the
    factor √(1+η²) in every step and (1+η²)^{T/2} in T steps, for every η.
    """

    name = "simultaneous_gradient"
    heading = "How fast does simultaneous gradient descent leave a saddle?"
    section = BILINEAR
    order = 10
    source = "Mescheder, Geiger and Nowozin 2018, lemma 2.3"
    quick = True

    def checks(self) -> Iterator[Check]:
        run = ds.simulate(duel(rotation(), ds.rules.gradient(rate=0.1)), steps=100, every=100, compiled=False)
        grown = float(distance(final(run)).iloc[0])
        yield Check("growth of the distance in 100 steps, η = .1", 1.01**50, grown)
        radius = growth(duel(rotation(), ds.rules.gradient(rate=0.02)))
        yield Check("growth in one step, η = .02", (1 + 0.02**2) ** 0.5, radius)
