"""Zero-determinant strategies that extort."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...arrays import Floats
from ...plots.drawing.style import BLUE, INK, VERMILLION, axis, single, styled
from .base import ROWS, SHAPING, Check, Row
from .playing.dilemma import DISCOUNT, dilemma

FACTOR = 3
STRATEGY = np.array([11 / 13, 1 / 2, 7 / 26, 0])  # after CC, CD, DC, DD
PAYOFFS = (((3, 0), (5, 1)), ((3, 5), (0, 1)))  # T, R, P, S = 5, 3, 1, 0
SURE = 40.0  # a logit whose sigmoid is 1 to all digits, and that of −SURE 0 within 10⁻¹⁷


@ROWS.register
class Extortion(Row):
    """Payoffs T, R, P, S = 5, 3, 1, 0. A player who cooperates with probability 11/13, 1/2, 7/26, 0 after CC, CD, DC,
    DD gets three times the opponent's surplus over mutual defection, s_X − 1 = 3(s_Y − 1), whatever the opponent does.
    An opponent who always cooperates gets 21/11, the maximum for it, and the extortioner 41/11.

    The original game has no discount. With a discount γ < 1, p/γ in place of p and no cooperation in the first round,
    the same relation holds exactly for the discounted mean payoffs, and so do the values against full cooperation: the
    probability that there is a next round and that it begins with cooperation is then p. Here γ = .96, against 1,000
    strategies with logits of standard deviation 2, seed 0.
    """

    name = "extortion"
    heading = "Can a strategy fix what others get, whatever they do?"
    section = SHAPING
    order = 70
    source = "Press and Dyson 2012, extortionate strategies; with a discount: Hilbe, Traulsen and Sigmund 2015"

    def checks(self) -> Iterator[Check]:
        x, y = self.scores
        gap = np.abs((x - 1) - FACTOR * (y - 1)).max()
        yield Check("largest gap between s_X − 1 and 3(s_Y − 1)", 0.0, float(gap), "exact")
        best, rest = _scores([SURE] * 5, 1)
        yield Check("against full cooperation: the extortioner's payoff", 41 / 11, float(best[0]))
        yield Check("against full cooperation: the other's payoff", 21 / 11, float(rest[0]))
        yield Check("the most that one of 1,000 others gets", 21 / 11, float(self.scores[1].max()), relation="≤")

    @cached_property
    def scores(self) -> tuple[Floats, Floats]:
        return _scores(ds.normal(0, 2), 1000)

    def figure(self) -> Figure:
        x, y = self.scores
        ends = np.array([1.0, 21 / 11])
        region = np.array([(1, 1), (5, 0), (3, 3), (0, 5), (1, 1)])
        return styled(
            [
                {"type": "scatter", "mode": "lines", "x": region[:, 1], "y": region[:, 0], "name": "payoffs that exist",
                 "fill": "toself", "fillcolor": "rgba(107,114,128,0.10)", "line": {"color": "#6b7280", "width": 1}},
                {"type": "scatter", "mode": "markers", "x": single(y), "y": single(x),
                 "name": "against 1,000 random strategies", "marker": {"color": BLUE, "size": 6, "opacity": 0.5}},
                {"type": "scatter", "mode": "lines", "x": ends, "y": 1 + FACTOR * (ends - 1),
                 "name": "s<sub>X</sub> − 1 = 3 (s<sub>Y</sub> − 1)", "line": {"color": INK, "width": 1.5}},
                {"type": "scatter", "mode": "markers", "x": [21 / 11], "y": [41 / 11],
                 "name": "against full cooperation", "marker": {"color": VERMILLION, "size": 11, "symbol": "diamond"}},
            ],
            460, xaxis=axis("payoff of the other, s<sub>Y</sub>", range=[-0.1, 5.1]),
            yaxis=axis("payoff of the extortioner, s<sub>X</sub>", range=[-0.1, 5.1]),
        )


def _scores(other: Sequence[float] | object, replicas: int) -> tuple[Floats, Floats]:
    """The mean payoffs of the extortioner and of its opponents in a round."""
    chances = STRATEGY / DISCOUNT
    logits = [-SURE, *np.log(chances[:3] / (1 - chances[:3])).tolist(), -SURE]
    system = dilemma(ds.rules.gradient(rate="rate"), (logits, other), PAYOFFS)
    start = ds.simulate(system, steps=1, replicas=replicas, seed=0, compiled=False).states.query("t == 0")
    return -start.loss_one.to_numpy(), -start.loss_two.to_numpy()
