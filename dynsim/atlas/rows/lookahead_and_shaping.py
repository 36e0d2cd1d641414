"""Lookahead and LOLA on a bilinear game."""

from collections.abc import Iterator

import numpy as np

import dynsim as ds

from .base import BILINEAR, ROWS, Check, Row
from .playing.duels import duel, rotation
from .playing.outcomes import growth

LIMIT = np.sqrt(3) / 2


@ROWS.register
class LookaheadAndShaping(Row):
    """L₁ = xy = −L₂, rate and foresight both α. Lookahead, which anticipates the other's step, agrees with
    extragradient to first order and has its modulus √(1 − α² + α⁴). LOLA as Letcher et al. state it, which
    differentiates that whole step, counts the correction twice: √((1 − 2α²)² + α²), below 1 exactly for α < √3/2. LOLA
    as Foerster et al. state it stops the gradient through one factor, and has lookahead's modulus here.
    """

    name = "lookahead_and_shaping"
    heading = "How do lookahead and LOLA turn on a saddle?"
    section = BILINEAR
    order = 80
    source = "Letcher et al. 2019, section 2.3; Foerster et al. 2018, equation 4.5"
    quick = True

    def checks(self) -> Iterator[Check]:
        for alpha in (0.1, 0.5):
            ahead, full = (1 - alpha**2 + alpha**4) ** 0.5, ((1 - 2 * alpha**2) ** 2 + alpha**2) ** 0.5
            yield Check(f"lookahead, α = {alpha:g}: growth in one step", ahead, _growth("lookahead", alpha))
            yield Check(f"LOLA, α = {alpha:g}: growth in one step", full, _growth("lola", alpha))
            stopped = _growth("lola", alpha, convention="stop_gradient")
            yield Check(f"LOLA with a stopped gradient, α = {alpha:g}: growth in one step", ahead, stopped)
        yield Check("LOLA, α = √3/2: growth in one step", 1.0, _growth("lola", LIMIT))
        below, above = (_growth("lola", LIMIT + d) for d in (-1e-3, 1e-3))
        yield Check("LOLA, α = √3/2 − .001: growth in one step", 1.0, below, relation="≤", tolerance=0.0)
        yield Check("LOLA, α = √3/2 + .001: growth in one step", 1.0, above, relation="≥", tolerance=0.0)


def _growth(rule: str, alpha: float, **settings: str) -> float:
    return growth(duel(rotation(), ds.rules.RuleSpec(rule, {"rate": alpha, "foresight": alpha, **settings})))
