"""The verdict on every replica: how it ended, or how it still moves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...reading.sample import Sample
from ...reading.study import Study
from ..judge import Judge
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class Verdict(LogMetric):
    """How a replica ended: a word, and the numbers that belong to it.

    The verdict is based on the final half of the record; q₃ and q₄ are its two quarters. The scale of a variable is its
    range over the whole record (at least 1e-9 of its own size, and 1e-12 of the largest variable's). The verdict is the
    first of these that holds:

        diverged        a value is no longer finite (diverged_at: when; diverged_variable: where first)
        converged       every state variable, and every node of a population, stopped: its range in q₄ is at most
                        STILL = 1e-6 scales; or at most NEARLY_STILL = 1e-3 scales, and at most SHRINKING = 0.3 of its
                        range in q₃. With such a decay, exponential or as a power of time, the remaining distance is
                        shorter than the distance covered in q₄
        cycling         the ranges in q₃ and q₄ differ by at most STEADY = 5 %, and the state returns to the same place
                        after the same time, within 2 % of the range of its motion (poincare_section.py)
        running away    a variable grows like an exponential, a power of time or faster (see below)
        drifting        a variable moves in one direction, at a constant speed or one that changes as a power of time
        spiralling out  the swings of a variable grow, but less than in a runaway, or at a decreasing rate
        spiralling in   the swings of a variable shrink. In both cases all other moving variables do the same, or go
                        straight at a speed that does not grow
        moved by noise  all moving variables are moved by random numbers and fluctuate around a mean (stationarity.py)
        unsettled       none of these: chaotic, quasi-periodic, wandering, still in transit, or fewer than 8 recorded
                        ticks

    *Straight motion, growth and drift.* The final half is divided into four parts of equal length. A variable goes
    straight if it moves in the same direction in each part, and its path is at most 5 % longer than the distance
    between its ends. v₁ … v₄ are its mean speeds in the parts, and g_k = Δt/ln(v_{k+1}/v_k) the times in which they
    grow by the factor e. The variable runs away if every v is larger than the one before, v₄ ≥ 1.5 v₁ (ACCELERATES),
    and g grows at most linearly, g₃ − g₂ ≤ g₂ − g₁ + 0.002 g₃ (SLOWING). This holds for e^{λt}, for (t + s)^p with
    p ≥ 2, and for growth that is infinite in finite time, but not for logistic growth above about 1 % of its ceiling. A
    variable drifts if its speeds differ by at most 5 %; or if v₄ < 1.5 v₁ and the speeds change as a power of the time
    since the record began, with an exponent that is at least −1.05 (SLOWEST) and the same in all parts to 0.1 (EVEN).
    So log t, √t and t^1.5 drift. A variable that runs away covers at least 2/3 (FAR) of its range over the record in
    the final half.

    *Swings* lead from one turning point to the next. There must be at least six (REGULAR_SWINGS). A straight line
    through ln(size) over time must leave a root mean square of at most 0.2 (SCATTER), and must change over the four
    parts by at least four times that (CLEAR), and by more than 5 % per quarter of the record. Growing swings run away
    if they more than double over the parts (DOUBLES, with a margin of 5 %), and g, from the mean ln(size) of every
    part, grows at most linearly, to 0.01 g₃ (SWINGS_SLOWING). A variable that turns irregularly or is moved by random
    numbers runs away if its range doubles from each part to the next, in the end at no less than 75 % (LASTS) of the
    first rate.

    Columns, besides `period` (the mean time of a return, or of two swings), in units of the clock:

        verdict.variables      the variables that the verdict is about, "x, y". If they have a rate, it is within 10 %
                               (ALIKE) of the largest. Variables that cover less than 1e-12 (DUST) of the longest
                               distance are left out. If unsettled: the variables that are too fast for the record. All
                               numbers are those of the first variable
        verdict.rate           relative growth of the size at the end of the record: e^λ − 1 per step on a discrete
                               clock, otherwise λ = d ln/dt; negative for inward spirals
        verdict.doubling_time  time in which the size doubles next if its growth continues: ln 2/λ for an exponential
        verdict.size           the size that grows or shrinks: the distance from where the growth started at 0; of
                               swings, their range in the last part
        verdict.speed          speed of a drift at the end of the record

    Only state variables count, not the memory of rules. A population is represented by the mean and the standard
    deviation over its nodes, except in the test for rest. A period can be found from about 7 recorded ticks per period
    (fewer if it is a whole number of ticks) and 4 crossings in the final half.

    *Between the records.* Single steps from recorded ticks are repeated (one_step.py). If a variable seems to be at
    rest, but moves in the step after the last tick by more than in q₄ and more than 1e-6 scales, the replica did not
    converge (systems with random numbers are excepted). A period of less than two recording intervals is aliased. It is
    not reported, nor is one close to it (less than 2.5 intervals, judged by the steps); a replica that seems to cycle
    with such a period is unsettled.
    """

    name = "verdict"
    table = "summary"
    columns = ("verdict", "period", "diverged_at", "diverged_variable")
    needs = ("program",)

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._judge = Judge(study)

    def feed(self, sample: Sample) -> None:
        self._judge.feed(sample)

    @property
    def numbers(self) -> NDArray[np.int8]:
        """The verdict on every replica as its place in VERDICTS, (R,), after the last block."""
        return self._judge.found["verdict"]

    def result(self) -> pd.DataFrame:
        return self._judge.verdicts()
