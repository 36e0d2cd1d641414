"""The verdict on every replica: where did it end, or where is it going?"""

from __future__ import annotations

import pandas as pd

from ...reading.sample import Sample
from ...reading.study import Study
from ..judge import Judge
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class Verdict(LogMetric):
    """How a replica ended: a word, and the numbers that belong to it.

    All is judged from the final half of the record; q₃ and q₄ are its two quarters. The scale of a variable is its
    range over the whole record (at least 1e-9 of its own size, and 1e-12 of the largest variable's). The first of
    these that holds is the verdict:

        diverged        it left the finite numbers (diverged_at: when; diverged_variable: first where)
        converged       every state variable, and every node of a population, stopped: in q₄ its range is at most
                        STILL = 1e-6 scales; or at most NEARLY_STILL = 1e-3 scales, and at most SHRINKING = 0.3 of its
                        range in q₃. What shrinks like that has less left to go than it went in q₄, be it an
                        exponential or a power of time
        cycling         the ranges in q₃ and q₄ differ by at most STEADY = 5 %, and the state returns, after the same
                        time and to the same place, within 2 % of what it goes through (poincare_section.py)
        running away    a variable grows, like an exponential, a power of time or faster (below)
        drifting        a variable goes straight on, at a constant speed, or at one that changes as a power of time does
        spiralling out  the swings of a variable grow, but by less than a runaway's, or more and more slowly
        spiralling in   the swings of a variable shrink; in both cases all others that move do the same, or go straight
                        at a speed that does not grow
        moved by noise  whatever moves is moved by random numbers and fluctuates around a mean (stationarity.py)
        unsettled       none of it: chaotic, quasi-periodic, wandering, on the way, or recorded at fewer than 8 ticks

    *Straight*, growth, drift. The final half is cut into four parts of equal length. A variable goes straight if it
    moves the same way in each, and goes through at most 5 % more than the way between its ends. v₁ … v₄ are its mean
    speeds in the parts, and g_k = Δt/ln(v_{k+1}/v_k) the times in which they grow by the factor e. It runs away if
    every v is larger than the one before, v₄ ≥ 1.5 v₁ (ACCELERATES), and g grows no faster than linearly, g₃ − g₂ ≤
    g₂ − g₁ + 0.002 g₃ (SLOWING): true of e^{λt}, of (t + s)^p with p ≥ 2, and of what is infinite in finite time; not
    of logistic growth from about 1 % of its ceiling on. It drifts if the speeds differ by at most 5 %, or v₄ < 1.5 v₁
    and they change as a power of the time since the record began that is at least −1.05 (SLOWEST), and the same to 0.1
    (EVEN) from part to part: so log t, √t and t^1.5 drift. Whatever runs away goes through at least 2/3 (FAR) of its
    range over the record in the final half.

    *Swings* lead from one turning point to the next, at least six of them (REGULAR_SWINGS). A straight line through
    ln(size) over time leaves at most 0.2 (SCATTER, root mean square), and over the four parts it changes by at least
    four times that (CLEAR), and by more than 5 % a quarter of the record. Growing swings run away if they more than
    double (DOUBLES, by 5 % more than twice) over the parts, and g, from the mean ln(size) in every part, grows no
    faster than linearly, to 0.01 g₃ (SWINGS_SLOWING). What turns, but not regularly, or is moved by random numbers,
    runs away if its range doubles from each part to the next, in the end at 75 % (LASTS) of the first rate or faster.

    Columns, besides `period` (the mean time of a return, or of two swings), in units of the clock:

        verdict.variables      what the verdict is about, "x, y": of those with a rate, whose is within 10 % (ALIKE) of
                               the largest, and none that goes less than 1e-12 (DUST) of the longest way; where
                               unsettled, what is too fast for its record. The numbers are those of the first one
        verdict.rate           relative growth of the size at the end of the record: per step on a discrete clock,
                               e^λ − 1, else λ = d ln/dt; negative for what spirals in
        verdict.doubling_time  in which the size doubles next, if it goes on like that: ln 2/λ for an exponential
        verdict.size           what grows or shrinks: the distance that the growth has led to, from where it was 0; of
                               swings, their range in the last part
        verdict.speed          of a drift, at the end of the record

    Only state variables count, not the memory of rules. Of a population the mean and the standard deviation over nodes
    are looked at, except for rest. A period is found from about 7 recorded ticks a period on (fewer if it is a whole
    number of ticks), and from 4 crossings in the final half.

    *Between the records.* One step from recorded ticks is made again (one_step.py). What seems to stand still, and
    moves in the step after the last tick by more than in q₄ and than 1e-6 scales, did not converge (systems that draw
    random numbers excepted). A period of less than two recording intervals is aliased: it is not told, nor is one
    that comes near to it (less than 2.5 by the steps), and what seems to cycle like that is unsettled.
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

    def result(self) -> pd.DataFrame:
        return self._judge.verdicts()
