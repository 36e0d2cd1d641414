"""The replicator in matching pennies."""

from collections.abc import Iterator

import numpy as np

import dynsim as ds

from .base import POPULATIONS, ROWS, Check, Row
from .playing.mixtures import PENNIES, pair, shares, turns, zero_sum

TIME, DT = 100.0, 0.01


@ROWS.register
class ReplicatorInMatchingPennies(Row):
    """Two players with the shares x and y of heads: dx/dt = 2x(1 − x)(2y − 1), dy/dt = −2y(1 − y)(2x − 1). The sum
    log x(1 − x) + log y(1 − y) is conserved; it equals −4 log 2 minus twice the divergence of both mixtures from the
    equilibrium. Small orbits have the period 2π. With the classical Runge–Kutta method and steps of .01 up to time 100,
    the sum is checked to 10⁻⁷, and the period of an orbit of size 10⁻³ to 10⁻⁵.
    """

    name = "replicator_in_matching_pennies"
    heading = "What does the replicator conserve in matching pennies?"
    section = POPULATIONS
    order = 20
    source = "Hofbauer and Sigmund 1998, chapter 11"

    def checks(self) -> Iterator[Check]:
        x, y = _heads(0.3, 0.6)
        conserved = np.log(x * (1 - x) * y * (1 - y))
        expected = float(np.log(0.3 * 0.7 * 0.6 * 0.4))
        worst = conserved[np.argmax(np.abs(conserved - expected))]
        yield Check("log x(1−x)y(1−y) where it is farthest from its start", expected, float(worst), tolerance=1e-7)
        x, _ = _heads(0.501, 0.5)
        period = float(np.diff(turns(x - 0.5, DT)).mean())
        yield Check("period of a small orbit", 2 * np.pi, period, tolerance=1e-5)


def _heads(x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
    """The shares of heads over time."""
    system = pair(zero_sum(PENNIES), ds.rules.replicator(), ((x, 1 - x), (y, 1 - y)))
    system.clock(time=TIME, dt=DT, method="rk4")
    run = ds.simulate(system)
    return shares(run, "x")[:, 0], shares(run, "y")[:, 0]
