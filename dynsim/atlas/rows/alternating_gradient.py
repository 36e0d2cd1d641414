"""Alternating gradient descent on a bilinear game."""

from collections.abc import Iterator

import numpy as np

import dynsim as ds

from .base import BILINEAR, ROWS, Check, Row
from .playing.duels import duel, rotation
from .playing.outcomes import growth

RATE, STEPS = 0.1, 100_000


@ROWS.register
class AlternatingGradient(Row):
    """L₁ = xy = −L₂; x moves first, and y responds to the new x. A step preserves area and conserves x² + y² − ηxy, so
    the orbit is an ellipse; this is the symplectic Euler method for a harmonic oscillator. From (1, 1) with η = .1 the
    conserved quantity is 1.9. Over 100,000 steps it changes only by rounding.
    """

    name = "alternating_gradient"
    heading = "What does alternating gradient descent conserve?"
    section = BILINEAR
    order = 20
    source = "Gidel et al. 2019; symplectic Euler: Hairer, Lubich and Wanner 2006, chapter VI"

    def checks(self) -> Iterator[Check]:
        system = duel(rotation(), ds.rules.gradient(rate=RATE), (1.0, 1.0))
        system.clock(steps=STEPS, order=["one", "two"])
        states = ds.simulate(system, every=10).states
        conserved = states.x**2 + states.y**2 - RATE * states.x * states.y
        yield Check("x² + y² − ηxy after 100,000 steps", 2 - RATE, float(conserved.iloc[-1]), "exact")
        drift = float(np.abs(conserved - conserved.iloc[0]).max())
        yield Check("largest departure from it on the way", 0.0, drift, "exact")
        yield Check("growth in one step, η = .1", 1.0, growth(system), "exact")
