"""The distribution of the outcomes of LOLA learners."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...arrays import Floats
from ...plots.drawing.style import BLUE, GREY, VERMILLION, axis, styled
from .base import ROWS, SHAPING, Check, Row
from .playing.dilemma import learnt, losses


@ROWS.register
class LolaOutcomes(Row):
    """Two LOLA learners (the whole product differentiated) in the iterated prisoner's dilemma: rate and foresight 1,
    100 updates, 10,000 replicas, seed 0. Most end near mutual cooperation, at a loss of 1; a few stay at mutual
    defection, at 2. Median and shares are compared with those of a second implementation with 10,000 seeds of its own,
    whose standard errors are assumed to be the same as here. Printed shares are rounded to a thousandth.
    """

    name = "lola_outcomes"
    heading = "How often does LOLA end in cooperation?"
    section = SHAPING
    order = 40
    source = "setting: Letcher et al. 2019"

    @cached_property
    def final(self) -> Floats:
        """The final loss of player 1 in every replica."""
        end: Floats = losses(learnt(ds.rules.lola(rate="rate", foresight="foresight")))[-1]
        return end

    def checks(self) -> Iterator[Check]:
        low, median, high = np.quantile(self.final, 0.5 + 0.5 / np.sqrt(len(self.final)) * np.array([-1, 0, 1]))
        error = float(high - low) / 2
        yield Check(
            "median of the final losses", 1.0018, float(median), error=error, expected_error=error, tolerance=5e-5
        )
        shares = {"below 1.2": (0.910, self.final < 1.2), "above 1.8": (0.016, self.final > 1.8)}
        for what, (expected, there) in shares.items():
            share = float(there.mean())
            error = float(np.sqrt(share * (1 - share) / len(there)))
            yield Check(f"share of the final losses {what}", expected, share, error=error, expected_error=error,
                        tolerance=5e-4)

    def figure(self) -> Figure:
        plain = losses(learnt(ds.rules.gradient(rate="rate")))[-1]
        share = np.linspace(0, 1, 501)
        drawn = {"LOLA": (self.final, BLUE, "solid"), "gradient": (plain, VERMILLION, "dash")}
        traces = [
            {"type": "scatter", "mode": "lines", "x": np.quantile(values, share), "y": share, "name": name,
             "line": {"color": colour, "width": 2.5, "dash": dash}}
            for name, (values, colour, dash) in drawn.items()
        ]
        lines = [{"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1,
                  "line": {"color": GREY, "width": 1, "dash": "dot"}} for x in (1.0, 2.0)]
        return styled(traces, 360, xaxis=axis("final mean loss of a round, player 1"),
                      yaxis=axis("share of the replicas below", range=[0, 1.01]), shapes=lines)
