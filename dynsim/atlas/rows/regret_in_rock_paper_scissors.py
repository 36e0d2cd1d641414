"""How fast the exploitability of average strategies falls under regret matching."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...plots.drawing.style import BLUE, GREEN, GREY, ORANGE, VERMILLION, axis, single, styled
from .base import POPULATIONS, ROWS, Check, Row
from .playing.mixtures import Shares, exploitability, pair, rock_paper_scissors, shares, zero_sum

MATRIX = rock_paper_scissors()
START = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
DECADES = (1_000, 10_000, 100_000)


@ROWS.register
class RegretInRockPaperScissors(Row):
    """Both players use regret matching with expected payoffs, from rock against paper. After T steps a regret is at
    most 2√(3T), where 2 is the range of payoffs and 3 the number of strategies. The exploitability of both average
    strategies, which is their loss to best responses, is at most the sum of both regrets over T. The measured
    exploitability also falls in proportion to 1/√T: its slope over two decades is checked to .1. The numbers are
    compared with the same recursion in a dozen lines of NumPy, to a relative 10⁻⁶, because rounding errors add up over
    so many steps.

    Regret matching plus, whose averages give later steps more weight, is no faster if both players move at once. If
    they take turns, as in CFR+, exploitability falls like 1/T.
    """

    name = "regret_in_rock_paper_scissors"
    heading = "How fast does regret matching become hard to exploit?"
    section = POPULATIONS
    order = 110
    source = "Hart and Mas-Colell 2000; Tammelin 2014; turns: Tammelin et al. 2015"

    @cached_property
    def matching(self) -> Shares:
        return _averages("regret_matching")

    def checks(self) -> Iterator[Check]:
        expected, found = plainly(), [float(self.matching[t]) for t in DECADES]
        for t, ours, theirs in zip(DECADES, found, expected, strict=True):
            yield Check(f"exploitability of the averages of {t:,} steps", theirs, ours, tolerance=1e-6 * theirs)
            bound = 2 * 2 * np.sqrt(3 / t)
            yield Check(f"the same, against its bound after {t:,} steps", bound, ours, relation="≤", tolerance=0.0)
        slope = float(np.polyfit(np.log(DECADES), np.log(found), 1)[0])
        yield Check("slope of the logarithm in log T", -0.5, slope, tolerance=0.1)
        for turns, steep in ((False, -0.5), (True, -1.0)):
            plus = _averages("regret_matching_plus", turns)[list(DECADES)]
            slope = float(np.polyfit(np.log(DECADES), np.log(plus), 1)[0])
            how = "in turns" if turns else "at once"
            yield Check(f"regret matching plus, {how}: slope of the logarithm in log T", steep, slope, tolerance=0.1)

    def figure(self) -> Figure:
        steps = np.unique(np.geomspace(10, DECADES[-1], 120).astype(int))
        lines = {
            "regret matching": (self.matching[steps], VERMILLION),
            "plus, at once": (_averages("regret_matching_plus")[steps], ORANGE),
            "plus, in turns": (_averages("regret_matching_plus", turns=True)[steps], BLUE),
            "fictitious play": (_averages("fictitious_play")[steps], GREEN),
            "1/√T": (1 / np.sqrt(steps), GREY),
        }
        traces = [
            {"type": "scatter", "mode": "lines", "name": name, "x": steps, "y": single(values),
             "line": {"color": colour}, "hoverinfo": "skip"} for name, (values, colour) in lines.items()
        ]
        return styled(traces, 340, xaxis=axis("steps", type="log"), yaxis=axis("exploitability", type="log"))


def _averages(rule: str, turns: bool = False) -> Shares:
    """The exploitability of the averages over the steps. turns: whether the second player sees the first one's move."""
    system = pair(zero_sum(MATRIX), ds.rules.RuleSpec(rule), START)
    system.clock(steps=DECADES[-1], **({"order": ["one", "two"]} if turns else {}))
    run = ds.simulate(system)
    names = ("x", "y") if rule == "fictitious_play" else ("one.average", "two.average")
    return exploitability(MATRIX, *(shares(run, name) for name in names))


def plainly() -> list[float]:
    """The exploitability after DECADES, by NumPy alone."""
    a, (x, y) = np.array(MATRIX), np.array(START)
    regrets, sums, found = np.zeros((2, 3)), np.zeros((2, 3)), []
    for t in range(1, DECADES[-1] + 1):
        sums += x, y
        u, v = a @ y, -x @ a
        regrets += u - x @ u, v - y @ v
        gains = np.maximum(regrets, 0.0)
        x, y = (g / g.sum() if g.any() else old for g, old in zip(gains, (x, y), strict=True))
        if t in DECADES:
            found.append(float(exploitability(MATRIX, *(sums / t))))
    return found
