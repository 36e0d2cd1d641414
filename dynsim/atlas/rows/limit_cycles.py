"""A zero-sum game in which every rule that avoids strict maxima cycles."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

import dynsim as ds

from ...plots.drawing.portraits import Portrait, portraits
from .base import CYCLES, ROWS, Check, Row
from .playing.duels import duel
from .playing.outcomes import distance, final, growth

GAME = "letcher_zero_sum"
RATE = 0.01
START = (0.5, 0.5)
INSIDE, OUTSIDE = (0.1, 0.05), (1.5, -1.2)
# The rules with their settings other than the rate.
CYCLING: dict[str, dict[str, Any]] = {
    "gradient": {}, "extragradient": {}, "optimistic": {}, "proximal_point": {}, "competitive_gradient": {},
    "lookahead": {"foresight": RATE}, "lola": {"foresight": RATE}, "sos": {"foresight": RATE},
    "consensus": {"gamma": RATE}, "symplectic": {"strength": 0.5}, "momentum": {"beta": 0.5}, "adam": {},
}
RESTING: dict[str, dict[str, Any]] = {"consensus": {"gamma": 1.0}, "local_symplectic_surgery": {"ridge": 0.0}}
DRAWN = {
    "gradient": ("gradient", False), "extragradient": ("extragradient", False), "LOLA": ("lola", False),
    "symplectic, λ = ½": ("symplectic", False), "momentum, β = ½": ("momentum", False),
    "Adam": ("adam", False), "consensus, γ = 1": ("consensus", True),
    "local symplectic surgery": ("local_symplectic_surgery", True),
}


@ROWS.register
class LimitCycles(Row):
    """L₁ = xy − x²/2 + y²/2 + x⁴/4 − y⁴/4 = −L₂. The only critical point, (0, 0), is a strict maximum of both losses,
    with J = −I + A, and no path escapes to infinity: a rule that avoids strict maxima stays bounded and never settles.
    Gradient descent at rate .01 from (.5, .5) and gradient flow, with the Runge–Kutta method and steps of .005, are
    compared with independent computations to the digits given: the largest |x| on the cycle, and the period between
    passages of x through 0, averaged over the second half of the run. Twelve rules at rate .01 end in cycles, which
    stay between the distances .3 and 1.5 from (0, 0).

    Two rules need not cycle. Consensus does not avoid strict maxima: with JᵀJ = 2I at (0, 0) it has the eigenvalues −1
    ± i + 2γ there, and converges to it for γ > ½. Local symplectic surgery, ½(I + JᵀJ⁻¹)ξ, does not move where J is
    antisymmetric, as at x² = y² = 1/3: it comes to rest there, although ξ is not 0.
    """

    name = "limit_cycles"
    heading = "Which rules settle where there is nothing to settle at?"
    section = CYCLES
    order = 10
    source = "game: Letcher 2021"

    def checks(self) -> Iterator[Check]:
        for what, (system, step, amplitude, period) in _precise().items():
            x = ds.simulate(system).states.x.to_numpy()
            late = x[len(x) // 2:]
            found = float(np.abs(late).max())
            yield Check(f"{what}: largest |x| on the cycle", amplitude, found, tolerance=5e-7)
            digits = 5e-3 if step == 1 else 5e-6
            yield Check(f"{what}: period", period, _period(late) * step, tolerance=digits)
        far = {name: distance(_late(_states(name, settings, START))) for name, settings in CYCLING.items()}
        for name, found in far.items():
            what = f"{name.replace('_', ' ')}: least distance from (0, 0) at the end"
            yield Check(what, 0.3, float(found.min()), relation="≥", tolerance=0.0)
        largest = max(float(found.max()) for found in far.values())
        yield Check("all of these: largest distance from (0, 0)", 1.5, largest, relation="≤", tolerance=0.0)
        caught = growth(duel(GAME, _rule("consensus", RESTING["consensus"]), (0.0, 0.0)))
        yield Check("consensus, γ = 1: growth in one step at (0, 0)", ((1 - RATE) ** 2 + RATE**2) ** 0.5, caught)
        rule = _rule("local_symplectic_surgery", RESTING["local_symplectic_surgery"])
        end = final(ds.simulate(duel(GAME, rule, START), steps=10_000, every=10_000)).iloc[0]
        yield Check("local symplectic surgery: where x rests", 3**-0.5, float(end.x))
        yield Check("local symplectic surgery: where y rests", 3**-0.5, float(end.y))

    def figure(self) -> Figure:
        panels = [
            _portrait(title, name, (RESTING if rests else CYCLING)[name]) for title, (name, rests) in DRAWN.items()
        ]
        return portraits(panels, "x", "y", (-1.75, 1.75))


def _precise() -> dict[str, tuple[ds.System, float, float, float]]:
    """The system, the time of a step, the amplitude and the period."""
    descent = duel(GAME, ds.rules.gradient(rate=RATE), START)
    descent.clock(steps=200_000)
    flow = duel(GAME, ds.rules.gradient(rate=1.0), START)
    flow.clock(time=400, dt=0.005, method="rk4")
    return {
        "gradient descent, rate .01": (descent, 1, 1.149696, 685.78),
        "gradient flow": (flow, 0.005, 1.146969, 6.85135),
    }


def _period(x: np.ndarray) -> float:
    """The mean number of points between upward passages through 0, by linear interpolation."""
    before = np.flatnonzero((x[:-1] < 0) & (x[1:] >= 0))
    passages = before - x[before] / (x[before + 1] - x[before])
    return float((passages[-1] - passages[0]) / (len(passages) - 1))


def _rule(name: str, settings: dict[str, Any]) -> ds.rules.RuleSpec:
    return ds.rules.RuleSpec(name, {"rate": RATE, **settings})


def _states(name: str, settings: dict[str, Any], start: tuple[float, float]) -> pd.DataFrame:
    return ds.simulate(duel(GAME, _rule(name, settings), start), steps=12_000, every=5).states


def _late(states: pd.DataFrame) -> pd.DataFrame:
    """The last sixth of the path, which holds several turns."""
    return states[states.t >= 10_000]


def _portrait(title: str, name: str, settings: dict[str, Any]) -> Portrait:
    """The first 5,000 steps, and the last 1,000, which hold more than one turn."""
    found = [_states(name, settings, start) for start in (INSIDE, OUTSIDE)]
    begun = [states[states.t <= 5_000].iloc[::4] for states in found]
    left = [states[states.t >= 11_000] for states in found]
    return Portrait(title, [(s.x, s.y) for s in begun], [(s.x, s.y) for s in left])
