"""A hawk among doves in a finite population."""

from collections.abc import Iterator

import dynsim as ds

from .base import POPULATIONS, ROWS, Check, Row
from .playing.mutants import chance, fixed, population

VALUE, FIGHT, DISPLAY = 2.0, 3.0, 1.0
PAYOFFS = (((VALUE - FIGHT) / 2, VALUE), (0.0, VALUE / 2 - DISPLAY))
FEW, STEPS, REPLICAS, SEED = 20, 10_000, 10_000, 5


@ROWS.register
class HawkAmongDoves(Row):
    """Hawks and doves contest a resource of value v = 2: a lost fight costs d = 3, a display t = 1. There are one hawk
    and 99 doves, and each individual meets all others. An individual that compares itself with another adopts its
    strategy with probability 1/(1 + e^{−βΔu}), β = 1 (the Fermi rule). The probability that hawks take over in the end
    is 1/(1 + Σ_k Π_{j≤k} e^{−β(u_hawk(j) − u_dove(j))}); to reproduce its 16 digits, nobody may meet itself: the
    denominator is N − 1.

    The rule `fermi` is checked with 20 individuals, so that all 10,000 replicas reach fixation within 10,000 steps
    (seed 5). With 100 individuals the population would stay near its mixture of 80 hawks for a million steps.
    """

    name = "hawk_among_doves"
    heading = "How often does one hawk take over a population of doves?"
    section = POPULATIONS
    order = 50
    source = "Traulsen, Nowak and Pacheco 2006; these values: tests of EGTtools (Fernández Domingos et al. 2023)"

    def checks(self) -> Iterator[Check]:
        rule = ds.rules.fermi(size=FEW, selection=1.0)
        system = population(PAYOFFS, FEW, rule)
        yield Check("100 individuals, β = 1", 0.8641155742462664, chance(system, 100, 1.0, "fermi"), "published")
        expected = chance(system, FEW, 1.0, "fermi")
        share, error = fixed(system, STEPS, REPLICAS, SEED)
        yield Check("20 individuals, β = 1, simulated", expected, share, error=error)
