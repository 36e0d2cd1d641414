"""Optimistic Adam on a bilinear game."""

from collections.abc import Iterator

import dynsim as ds

from .base import BILINEAR, ROWS, Check, Row
from .playing.duels import duel, rotation
from .playing.outcomes import distance

PRINTED = (2.243, 2.195, 2.161, 2.055, 0.796, 0.001)


@ROWS.register
class OptimisticAdam(Row):
    """L₁ = xy = −L₂ from (1, 2): Adam in its Nesterov form at rate .01, with optimism 100 (so that the change of the
    direction counts with weight 1), reaches the saddle in 1,024 steps. The documentation of the library optax prints
    the distance at steps 1, 4, 16, …, 1,024 to three decimals. It computes in single precision, so the last decimal may
    be off by one.
    """

    name = "optimistic_adam"
    heading = "When does optimistic Adam reach the saddle?"
    section = BILINEAR
    order = 100
    source = "Daskalakis et al. 2018, algorithm 1; distances: documentation of optax 0.2 (2024), optimistic Adam"
    quick = True

    def checks(self) -> Iterator[Check]:
        rule = ds.rules.optimistic_adam(rate=0.01, optimism=100.0, momentum="nesterov")
        states = ds.simulate(duel(rotation(), rule, (1.0, 2.0)), steps=1024, every=1, compiled=False).states
        left = distance(states.set_index("t"))
        for i, printed in enumerate(PRINTED):
            yield Check(f"distance after {4**i:,} steps", printed, float(left[4**i]), "published", tolerance=1e-3)
