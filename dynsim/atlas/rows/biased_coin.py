"""The biased coin that listens to its forecast."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

import dynsim as ds

from .base import ROWS, WELFARE, Check, Row
from .playing.outcomes import final

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@ROWS.register
class BiasedCoin(Row):
    """Heads follows the side x = ±1 with probability ½ + bx, the forecast is ½ + θx, and the coin responds to it: b = μ
    + εθ. With squared error the performatively stable forecast is μ/(1 − ε), and the performatively optimal one μ/(1 −
    2ε). In the scenario `biased_coin`, μ = ε = .3: a forecaster who is blind to its influence ends at 3/7, and one who
    sees it at 3/4. Repeated retraining to convergence also ends at 3/7.
    """

    name = "biased_coin"
    heading = "Which forecast of a coin is stable, and which is best, if the coin listens?"
    section = WELFARE
    order = 60
    source = "Perdomo, Zrnic, Mendler-Dünner and Hardt 2020, the example of a biased coin"

    def checks(self) -> Iterator[Check]:
        theta = final(ds.simulate("biased_coin")).theta
        yield Check("blind gradient descent: performatively stable", 3 / 7, float(theta.iloc[0]))
        yield Check("seeing gradient descent: performatively optimal", 3 / 4, float(theta.iloc[-1]))
        rule = "agents.forecaster.rule={repeated_risk_minimization: {}}"
        retrained = final(ds.simulate("biased_coin", set=[rule, "ensemble.vary={}"], replicas=1)).theta.iloc[0]
        yield Check("retraining: performatively stable", 3 / 7, float(retrained))

    def figure(self) -> Figure:
        """The forecast and the coin, against what the forecaster sees."""
        from ...plots.drawing.comparison import Series, comparison

        end = final(ds.simulate("biased_coin"))
        fine = np.linspace(0, 1, 101)
        theta = 0.3 / (1 - 0.3 * (1 + fine))
        return comparison(
            [Series("forecast", end.g, end.theta), Series("coin", end.g, end.bias)],
            [Series("μ/(1 − ε(1 + g))", fine, theta), Series("μ + εθ", fine, 0.3 + 0.3 * theta)],
            "g, the share of its influence that the forecaster sees", "bias",
        )  # fmt: skip
