"""The tandem game: which rules keep the fixed points of a game, and which are arrogant."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...plots.drawing.comparison import Series, comparison
from .base import ROWS, SHAPING, Check, Row
from .playing.duels import duel
from .playing.outcomes import final

START = (0.3, -0.1)
STEPS = 4000
ALPHAS = np.array([0.02, 0.05, 0.08, 0.11, 0.14, 0.17, 0.2])
DRAWN = {"LOLA": "lola", "SOS": "sos"}


@ROWS.register
class Tandem(Row):
    """Two riders pull at L₁ = (x+y)² − 2x and L₂ = (x+y)² − 2y; all points with x + y = 1 are equilibria, where the
    mean loss s² − s of s = x + y is 0. Rate and foresight are both α.

    Gradient descent, lookahead and SOS end there. LOLA with the whole product differentiated expects the other rider to
    give way, and ends at s = (1−2α)/(1−4α) with a positive loss: it is arrogant. A step multiplies the distance from
    there by 1 − 4α + 16α², so it diverges for α ≥ ¼. The start is (.3, −.1), and there are 4,000 steps.
    """

    name = "tandem"
    heading = "Who keeps the equilibria of a game, and who is arrogant?"
    section = SHAPING
    order = 10
    source = "Letcher et al. 2019, the tandem game"

    def checks(self) -> Iterator[Check]:
        kept = {
            "gradient": ds.rules.gradient(rate=0.1), "lookahead": ds.rules.lookahead(rate=0.1, foresight=0.1),
            "SOS": ds.rules.sos(rate=0.1, foresight=0.1),
        }
        for name, rule in kept.items():
            yield Check(f"{name}, α = .1: x + y at the end", 1.0, _end(rule), "exact")
        for alpha in (0.05, 0.1, 0.2):
            s = _end(_lola(alpha))
            yield Check(f"LOLA, α = {alpha:g}: x + y at the end", (1 - 2 * alpha) / (1 - 4 * alpha), s)
            yield Check(f"LOLA, α = {alpha:g}: mean loss at the end", _arrogance(alpha), s * s - s)
        for alpha in (0.2, 0.3):
            fixed = (1 - 2 * alpha) / (1 - 4 * alpha)
            second, third = (_end(_lola(alpha), n) - fixed for n in (2, 3))
            what = f"LOLA, α = {alpha:g}: distance from there, multiplied in a step by"
            yield Check(what, 1 - 4 * alpha + 16 * alpha**2, third / second)
        gained = _end(_lola(0.25), 3) - _end(_lola(0.25), 2)
        yield Check("LOLA, α = ¼, where it is nowhere at rest: x + y gains in a step", 0.5, gained)

    def figure(self) -> Figure:
        theory = np.linspace(0.01, 0.21, 201)
        ends = {name: np.array([_end(_rule(rule, alpha)) for alpha in ALPHAS]) for name, rule in DRAWN.items()}
        measured = [Series(name, ALPHAS, s * s - s) for name, s in ends.items()]
        lines = [Series("s² − s with s = (1 − 2α)/(1 − 4α)", theory, _arrogance(theory)),
                 Series("equilibria kept: 0", theory, 0 * theory)]
        return comparison(measured, lines, "rate and foresight α", "mean loss at the end", height=380)


def _rule(name: str, alpha: float) -> ds.rules.RuleSpec:
    return ds.rules.RuleSpec(name, {"rate": alpha, "foresight": alpha})


def _lola(alpha: float) -> ds.rules.RuleSpec:
    return _rule("lola", alpha)


def _arrogance(alpha: Any) -> Any:
    """The mean loss s² − s at the end of LOLA."""
    s = (1 - 2 * alpha) / (1 - 4 * alpha)
    return s * s - s


def _end(rule: ds.rules.RuleSpec, steps: int = STEPS) -> float:
    """x + y after these steps."""
    end = final(ds.simulate(duel("tandem", rule, START), steps=steps, every=steps, compiled=False)).iloc[0]
    return float(end.x + end.y)
