"""Puu's duopoly."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

import dynsim as ds

from ...algebra.functions import sqrt
from .base import CYCLES, ROWS, Check, Row
from .playing.outcomes import final, growth

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

EDGE = 3 + 2 * np.sqrt(2)
LYAPUNOV = (0.1629, 0.0002)


@ROWS.register
class PuuDuopoly(Row):
    """Two firms with unit costs 1 and c ≥ 1 face the price 1/(x + y), and each plays the best reply to the other's last
    quantity: x ← √y − y, y ← √(x/c) − x. At rest x = c/(1 + c)², y = 1/(1 + c)²; the multipliers are ±i(c − 1)/(2√c),
    of modulus 1 at c = 3 + 2√2. Beyond that, the map has periodic and chaotic orbits, up to c = 25/4: y never exceeds
    1/(4c), so x is at most 1/(2√c) − 1/(4c), and once x reaches 1/c, the reply to it is 0.

    The expected Lyapunov exponent at c = 25/4 comes from iterating the map and its tangent in NumPy from 500 starts
    within 10 % of rest, for 5,000 steps after 1,000 discarded ones: .1629 per step, standard error .0002. The measured
    one is from 64 such starts (seed 0) and the second half of 6,000 steps.
    """

    name = "puu_duopoly"
    heading = "How different may the costs of two firms be until best replies do not settle?"
    section = CYCLES
    order = 50
    source = "Puu 1991"

    def checks(self) -> Iterator[Check]:
        for c in (2.0, 4.0, EDGE):
            yield Check(f"modulus at rest, costs 1 and {c:.4g}", (c - 1) / (2 * np.sqrt(c)), growth(_firms(c)))
        below, above = (growth(_firms(EDGE + d)) for d in (-1e-3, 1e-3))
        yield Check("modulus at rest, c = 3 + 2√2 − .001", 1.0, below, relation="≤", tolerance=0.0)
        yield Check("modulus at rest, c = 3 + 2√2 + .001", 1.0, above, relation="≥", tolerance=0.0)
        end = final(ds.simulate(_firms(4.0, 1.05), steps=2000, every=2000, compiled=False)).iloc[0]
        yield Check("x at the end, costs 1 and 4", 4 / 25, float(end.x), tolerance=1e-9)
        yield Check("y at the end, costs 1 and 4", 1 / 25, float(end.y), tolerance=1e-9)
        largest = float(self._chaos.states.x.max())
        yield Check("largest x at c = 25/4, against 1/c (within 10⁻⁴)", 4 / 25, largest, tolerance=1e-4)
        found = self._chaos.metric("lyapunov", by=[])
        exponent, error = float(found["mean"].iloc[0]), float(found["se"].iloc[0])
        yield Check("Lyapunov exponent at c = 25/4", LYAPUNOV[0], exponent, error=error, expected_error=LYAPUNOV[1])

    @cached_property
    def _chaos(self) -> ds.Run:
        system = _firms(25 / 4)
        system.ensemble(replicas=64, seed=0, vary={"u": "uniform(0.9, 1.1)", "v": "uniform(0.9, 1.1)"})
        return ds.simulate(system, steps=6000)

    def figure(self) -> Figure:
        """The bifurcation diagram: 20 late quantities of the cheaper firm at every ratio of costs."""
        from ...plots.drawing.comparison import Series, comparison

        system = _firms(5.5)
        system.ensemble(replicas=240, seed=0, vary={"c": "linspace(5.5, 6.25)", "u": "uniform(0.95, 1.05)"})
        states = ds.simulate(system, steps=3020).states
        late = states[states.t > 3000]
        fine = np.linspace(5.5, 6.25, 100)
        figure = comparison(
            [Series("quantity of the cheaper firm, 20 late steps", late.c, late.x)],
            [Series("", [], []), Series("c/(1 + c)², at rest", fine, fine / (1 + fine) ** 2)],
            "c, the ratio of the costs", "quantity", marks={"3 + 2√2": EDGE}, height=420,
        )  # fmt: skip
        figure.data = figure.data[1:]
        figure.data[1].marker.update(size=1.5, line={"width": 0})
        return figure


def _firms(ratio: float, near: float = 1.0) -> ds.System:
    """Firms with the costs 1 and c. x starts at u times its equilibrium value, y at v times its own."""
    system = ds.System("Puu's duopoly")
    c, u, v = (system.parameter(name, value) for name, value in (("c", ratio), ("u", near), ("v", near)))
    x = system.state("x", init=u * c / (1 + c) ** 2)
    y = system.state("y", init=v / (1 + c) ** 2)
    market = system.game("market", "isoelastic_cournot", actions=[x, y], costs=[1, c])
    for name, own, loss, reply in (("one", x, market[0], sqrt(y) - y), ("two", y, market[1], sqrt(x / c) - x)):
        system.agent(name, controls=own, declared=loss, rule=ds.rules.heuristic(target=reply))
    return system
