"""Two links and a crowd that learns too fast."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

import dynsim as ds

from .base import CYCLES, ROWS, Check, Row
from .playing.outcomes import growth

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

B = 0.61
LYAPUNOV = (0.35491, 0.00012)


@ROWS.register
class TwoLinkRouting(Row):
    """A crowd splits over two links with the latencies (1 − b)x and b(1 − x), by multiplicative weights at the rate a:
    x ← x/(x + (1 − x)e^{a(x − b)}) for the share x of the first. Its only interior fixed point, b, at which both links
    take equally long, has the multiplier 1 − ab(1 − b) and is stable iff a < 2/(b(1 − b)). Beyond that, the map has
    periodic and chaotic orbits.

    The time average of x tends to b on every orbit: ln[x/(1 − x)] changes by −a(x − b) in a step, so the average of T
    steps is b + (ln[x₀/(1 − x₀)] − ln[x_T/(1 − x_T)])/(aT). b = .61. The expected Lyapunov exponent at a = 20 comes
    from iterating the map and its derivative in NumPy from 1,000 random starts (seed 0), for 20,000 steps after 1,000
    discarded ones: .35491, with a standard error of .00012. The measured one is from 64 starts between .2 and .8 and
    the second half of 20,000 steps.
    """

    name = "two_link_routing"
    heading = "What does a crowd do that learns too fast which road is faster?"
    section = CYCLES
    order = 40
    source = "Chotibut, Falniowski, Misiurewicz and Piliouras 2020"

    def checks(self) -> Iterator[Check]:
        edge = 2 / (B * (1 - B))
        for a in (4.0, 7.0, edge):
            yield Check(f"multiplier of b at a = {a:.4g}", abs(1 - a * B * (1 - B)), _multiplier(a))
        below, above = (_multiplier(edge + d) for d in (-1e-3, 1e-3))
        yield Check("multiplier of b at a = 2/(b(1 − b)) − .001", 1.0, below, relation="≤", tolerance=0.0)
        yield Check("multiplier of b at a = 2/(b(1 − b)) + .001", 1.0, above, relation="≥", tolerance=0.0)
        for a in (5.0, 12.0, 20.0):
            run = ds.simulate(_crowd(a), steps=5000, compiled=False)
            x = run.states["x[0]"].to_numpy()
            rest = (_odds(x[0]) - _odds(x[-1])) / (a * 5000)
            what = f"mean of x over 5,000 steps at a = {a:g}"
            yield Check(f"{what}, less what the ends leave", B, float(x[:-1].mean() - rest), "exact", tolerance=1e-9)
            yield Check(what, B, float(x[:-1].mean()), tolerance=5e-3)
        found = self._chaos.metric("lyapunov", by=[])
        exponent, error = found["mean"].iloc[0], found["se"].iloc[0]
        yield Check("Lyapunov exponent at a = 20", LYAPUNOV[0], exponent, error=error, expected_error=LYAPUNOV[1])

    @cached_property
    def _chaos(self) -> ds.Run:
        system = _crowd(20.0)
        system.ensemble(replicas=64, seed=0, vary={"u": "uniform(0.2, 0.8)"})
        return ds.simulate(system, steps=20_000, every=1000)

    def figure(self) -> Figure:
        """The bifurcation diagram: 20 late shares of the first link at every rate, and their mean."""
        from ...plots.drawing.comparison import Series, comparison

        system = _crowd(4.0)
        system.ensemble(replicas=240, seed=0, vary={"a": "linspace(4, 32)", "u": "uniform(0.2, 0.8)"})
        states = ds.simulate(system, steps=2020).states
        late = states[states.t > 2000]
        mean = states[states.t > 20].groupby("replica")[["a", "x[0]"]].mean()
        figure = comparison(
            [Series("share of the first link, 20 late steps", late.a, late["x[0]"]),
             Series("its mean over 2,000 steps", mean.a[::5], mean["x[0]"][::5])],
            [Series("", [], []), Series("b", [4, 32], [B, B])],
            "a, the rate of learning", "share of the first link", marks={"2/(b(1 − b))": 2 / (B * (1 - B))}, height=420,
        )  # fmt: skip
        figure.data = figure.data[1:]
        figure.data[1].marker.update(size=1.5, line={"width": 0})
        return figure


def _crowd(rate: float, start: float = 0.2) -> ds.System:
    """One crowd on two links. x[0] is the share on the first link, which begins at `start`."""
    system = ds.System("two links")
    a, u = system.parameter("a", rate), system.parameter("u", start)
    x = system.state("x", init=[u, 1 - u], size=2, space="simplex")
    road = system.game("road", "routing", actions=[x], latencies=[[0, 1 - B], [0, B]])
    system.agent("crowd", controls=x, declared=road[0], rule=ds.rules.multiplicative_weights(rate=a))
    return system


def _multiplier(rate: float) -> float:
    return growth(_crowd(rate, B))


def _odds(x: float) -> float:
    return float(np.log(x / (1 - x)))
