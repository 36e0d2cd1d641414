"""Fictitious play in Shapley's game."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...plots.drawing.style import BLUE, GREY, axis, single, styled
from .base import CYCLES, ROWS, Check, Row
from .playing.mixtures import Shares, pair, shares

ROUNDS = 200_000
FIRST = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
SECOND = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
RATIO = float(np.roots([1.0, -1.0, 0.0, -1.0])[0].real)


@ROWS.register
class ShapleysGame(Row):
    """Two players with three strategies; the first wants to play the second's strategy, and the second wants to be one
    strategy ahead. Both play best responses to the mean of the other's plays. The same pair of plays is repeated in
    runs that grow without bound, by the factor q = 1.4655712319, the real root of q³ = q² + 1, from one run to the
    next. So the means never settle but cycle around a hexagon.

    The lengths of runs are whole numbers, thousands of rounds for the last six of 200,000 rounds, over which q is
    checked to 10⁻⁴. In the time log n the means follow best-response dynamics, in which every run lasts log q.
    """

    name = "shapleys_game"
    heading = "How long is a run of fictitious play in Shapley's game?"
    section = CYCLES
    order = 70
    source = "Shapley 1964; rounds of best responses: Gaunersdorfer and Hofbauer 1995"

    @cached_property
    def runs(self) -> Shares:
        """The lengths of the runs without the first and the last one, which the record may cut off."""
        run = ds.simulate(pair((FIRST, SECOND), ds.rules.fictitious_play(), (FIRST[0], FIRST[1])), steps=ROUNDS)
        counts = np.hstack([shares(run, "x"), shares(run, "y")]) * np.arange(1, ROUNDS + 2)[:, None]
        plays = np.diff(counts, axis=0).round()
        return np.diff(np.flatnonzero((plays[1:] != plays[:-1]).any(axis=1)))

    def checks(self) -> Iterator[Check]:
        found = float((self.runs[-1] / self.runs[-7]) ** (1 / 6))
        yield Check("growth from run to run, over the last six", RATIO, found, tolerance=1e-4)

    def figure(self) -> Figure:
        number = np.arange(1, len(self.runs) + 1)
        line = self.runs[-1] * RATIO ** (number - number[-1])
        traces = [
            {"type": "scatter", "mode": "lines", "name": "growth by q", "x": number, "y": single(line),
             "line": {"color": GREY}, "hoverinfo": "skip"},
            {"type": "scatter", "mode": "markers", "name": "runs", "x": number, "y": single(self.runs),
             "marker": {"color": BLUE, "size": 7}, "hovertemplate": "run %{x}: %{y} rounds<extra></extra>"},
        ]
        return styled(traces, 300, xaxis=axis("run"), yaxis=axis("rounds", type="log"))
