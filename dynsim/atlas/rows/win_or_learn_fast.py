"""Policy hill-climbing in matching pennies."""

from collections.abc import Iterator

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...plots.drawing.portraits import Portrait, portraits
from .base import CYCLES, ROWS, Check, Row
from .playing.mixtures import PENNIES, Shares, pair, shares, zero_sum

RATE = 0.001
RULES = {
    "IGA": ds.rules.iga(rate=0.01),
    "WoLF-IGA": ds.rules.wolf_iga(rate_win=0.01, rate_lose=0.02, equilibrium=[0.5, 0.5]),
    "GIGA-WoLF": ds.rules.giga_wolf(rate=0.01),
}


@ROWS.register
class WinOrLearnFast(Row):
    """Both players of matching pennies use gradient ascent on their share of heads. With a single rate η they circle
    the equilibrium: a step multiplies the squared distance from it by 1 + 4η², so the path is a circle in the limit of
    small rates. If both use the rate l while they earn more than the equilibrium strategy would, and m otherwise, each
    quarter turn follows an ellipse that scales the distance by √(l/m), so the factor of a full turn is (l/m)². Here m =
    2l; l is .001 and .0005, from which the limit of small rates is extrapolated, to 10⁻³. GIGA-WoLF needs no knowledge
    of the equilibrium: it is pulled towards a slower copy of itself, and also spirals in.
    """

    name = "win_or_learn_fast"
    heading = "What does it help to learn fast when losing?"
    section = CYCLES
    order = 97
    source = "Singh, Kearns and Mansour 2000; Bowling and Veloso 2002; Bowling 2005"

    def checks(self) -> Iterator[Check]:
        path = _path(ds.rules.iga(rate=RATE), (0.5, 0.7), 1000)
        grown = float((path[-1] ** 2).sum() / (path[0] ** 2).sum())
        yield Check("IGA: growth of the squared distance in 1,000 steps of .001", (1 + 4 * RATE**2) ** 1000, grown)
        rates = (RATE, RATE / 2)
        coarse, fine = (
            _turn(ds.rules.wolf_iga(rate_win=r, rate_lose=2 * r, equilibrium=[0.5, 0.5]), int(7 / r)) for r in rates
        )
        yield Check("WoLF-IGA, m = 2l: distance after a turn over before", 0.25, 2 * fine - coarse, tolerance=1e-3)
        end = _path(ds.rules.giga_wolf(rate=RATE), (0.5, 0.8), 20_000)[-1]
        distance = float(np.hypot(*end) / 0.3)
        yield Check("GIGA-WoLF: distance after 20,000 steps over before", 0.05, distance, relation="≤", tolerance=0.0)

    def figure(self) -> Figure:
        panels = []
        for name, rule in RULES.items():
            path = _path(rule, (0.5, 0.8), 2000) + 0.5
            begun, end = path[:1700:2], path[1700::2]
            panels.append(Portrait(name, [(begun[:, 0], begun[:, 1])], [(end[:, 0], end[:, 1])]))
        return portraits(panels, "player 1's share of heads", "player 2's share of heads", (0.0, 1.0), columns=3)


def _path(rule: ds.rules.RuleSpec, start: tuple[float, float], steps: int) -> Shares:
    """Both players' shares of heads minus ½, (steps + 1, 2)."""
    x, y = start
    run = ds.simulate(pair(zero_sum(PENNIES), rule, ((x, 1 - x), (y, 1 - y))), steps=steps)
    return np.stack([shares(run, "x")[:, 0], shares(run, "y")[:, 0]], axis=1) - 0.5


def _turn(rule: ds.rules.RuleSpec, steps: int) -> float:
    """The distance from the equilibrium after one turn relative to before, at upward passages of player 1."""
    x, y = _path(rule, (0.45, 0.8), steps).T
    up = np.flatnonzero((x[:-1] < 0) & (x[1:] >= 0))
    at = y[up] - x[up] * (y[up + 1] - y[up]) / (x[up + 1] - x[up])
    return float(at[1] / at[0])
