"""Anchored methods on bilinear games, against their guarantees."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...arrays import Floats
from ...plots.drawing.comparison import COLOURS
from ...plots.drawing.style import axis, single, styled
from .base import BILINEAR, ROWS, Check, Row

STEPS = 10_000
STRENGTHS = (1.0, 0.1, 0.01)
RADIUS_SQUARED = 2.0 * len(STRENGTHS)
RULES = {
    "extragradient, step .5": ds.rules.extragradient(rate=0.5),
    "EAG, constant step 1/8": ds.rules.anchored_extragradient(rate=1 / 8),
    "EAG, varying step": ds.rules.anchored_extragradient(rate=0.618, step="varying"),
    "FEG, step 1": ds.rules.fast_extragradient(rate=1.0),
}


@ROWS.register
class AnchoredGradients(Row):
    """L₁ = xᵀ diag(1, .1, .01) y = −L₂: three saddles, one with a very slow rotation. The Lipschitz constant of ξ is L
    = 1. All components start at 1, so the squared distance from the solution is R² = 6. A run has 10,000 steps. If
    extragradient is pulled back towards the start with a decreasing weight, its decay has the best possible order,
    1/k²:

        EAG-C, step 1/(8L)        ‖ξ(z_k)‖² ≤ 260 R²L²/(k+1)²
        EAG-V, first step .618/L  ‖ξ(z_k)‖² ≤ 27 R²L²/((k+1)(k+2))
        FEG, step 1/L             ‖ξ(z_k)‖² ≤ 4 R²L²/k²

    The check is on the largest ratio to the bound over all k.
    """

    name = "anchored_gradients"
    heading = "Do anchored methods keep their guarantees?"
    section = BILINEAR
    order = 70
    source = "Yoon and Ryu 2021; Lee and Kim 2021"

    def checks(self) -> Iterator[Check]:
        for name, bound in self.bounds.items():
            share = float((self.squares[name][1:] / bound).max())
            yield Check(f"{name}: largest share of the bound", 1.0, share, relation="≤", tolerance=0.0)

    @cached_property
    def squares(self) -> dict[str, Floats]:
        """‖ξ(z_k)‖² for k = 0, 1, …, for each rule."""
        return {name: _square(rule) for name, rule in RULES.items()}

    @cached_property
    def bounds(self) -> dict[str, Floats]:
        """The guarantees for k = 1, 2, …"""
        k = np.arange(1, STEPS + 1)
        numbers = (260 / (k + 1) ** 2, 27 / ((k + 1) * (k + 2)), 4 / k**2)
        return {name: RADIUS_SQUARED * n for name, n in zip(list(RULES)[1:], numbers, strict=True)}

    def figure(self) -> Figure:
        shown = np.unique(np.geomspace(1, STEPS, 400).round().astype(int))
        traces = []
        for colour, (name, square) in zip(COLOURS, self.squares.items(), strict=False):
            curves = [(name, square[shown], "solid", 2.0)]
            if name in self.bounds:
                curves.append((f"{name}: bound", self.bounds[name][shown - 1], "dot", 1.5))
            traces += [
                {"type": "scatter", "mode": "lines", "x": shown, "y": single(y), "name": text,
                 "line": {"color": colour, "dash": dash, "width": width}}
                for text, y, dash, width in curves
            ]
        logarithmic = {"type": "log", "exponentformat": "power", "dtick": 1}
        return styled(
            traces, 440, xaxis=axis("step k", **logarithmic), yaxis=axis("‖ξ(z<sub>k</sub>)‖²", **logarithmic)
        )


def _square(rule: ds.rules.RuleSpec) -> Floats:
    n = len(STRENGTHS)
    system = ds.System("three saddles")
    x, y = (system.state(name, size=n, init=[1.0] * n) for name in "xy")
    losses = system.game("saddles", "bilinear", actions=[x, y], matrix=np.diag(STRENGTHS).tolist())
    for name, own, loss in zip(("one", "two"), (x, y), losses, strict=True):
        system.agent(name, controls=own, declared=loss, rule=rule)
    states = ds.simulate(system, steps=STEPS, every=1).states
    columns = states[[f"{v}[{k}]" for v in "xy" for k in range(n)]].to_numpy(float)
    found: Floats = ((columns * np.tile(STRENGTHS, 2)) ** 2).sum(axis=1)
    return found
