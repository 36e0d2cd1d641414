"""The Moran process with constant fitness."""

from collections.abc import Iterator

import dynsim as ds

from ...analysis.numerics.evolution import moran_fixation
from .base import POPULATIONS, ROWS, Check, Row
from .playing.mutants import chance, fixed, population

VALUES = {(1.1, 100): 0.0909156883, (2.0, 10): 0.5004887586}
STEPS = {(1.1, 100): 40_000, (2.0, 10): 1_000, (1.0, 10): 2_000}
REPLICAS, SEED = 10_000, 7


@ROWS.register
class MoranProcess(Row):
    """In each step one individual, sampled in proportion to fitness, has a child, which replaces an individual selected
    at random. A mutant of relative fitness r takes over N − 1 others with probability (1 − 1/r)/(1 − r^−N), and 1/N if
    it is neutral. Compared are the closed form to ten digits, the general formula for fixation from payoffs, and 10,000
    replicas with the rule `moran` until all have reached fixation (seed 7).
    """

    name = "moran_process"
    heading = "How often does a mutant take over?"
    section = POPULATIONS
    order = 70
    source = "Moran 1958; Nowak 2006, chapter 6"

    def checks(self) -> Iterator[Check]:
        for (r, n), value in VALUES.items():
            yield Check(f"closed form, r = {r:g}, N = {n}", value, moran_fixation(r, n), tolerance=5e-11)
        for (r, n), steps in STEPS.items():
            system = population(((r, r), (1.0, 1.0)), n, ds.rules.moran(size=n))
            expected = moran_fixation(r, n)
            yield Check(f"from the payoffs, r = {r:g}, N = {n}", expected, chance(system, n, 1.0, "moran"))
            share, error = fixed(system, steps, REPLICAS, SEED)
            yield Check(f"simulated, r = {r:g}, N = {n}", expected, share, error=error)
