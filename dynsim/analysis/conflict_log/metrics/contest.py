"""Contest over time: how far the agents' desired changes of a variable cancel."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ....algebra.graph import Expr
from ...numerics.bands import bands, mean
from ...reading.moves import Moves, MoveSource
from ...reading.sample import Sample
from ...reading.study import Study
from ...reading.timetable import TimeTable
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class Contest(LogMetric):
    """How far the agents' desired changes of a variable cancel, over time.

    contest_v = 1 − |Σ_i p_iv|/Σ_i |p_iv|, where p_iv = −∂E_i/∂x_v is the push that agent i desires, whether or not it
    controls v. It is 0 if all agents want to move v in the same direction (or no objective depends on it), and 1 if
    their pushes cancel. The contest of a population is the mean over its nodes. Objectives keep their own units.

    Rows: t, variable; mean and quantiles over replicas; "push:AGENT": the agent's mean push.
    """

    name = "contest"
    table = "contest"
    needs = ("contest",)
    uses = ("program",)

    def __init__(self, source: MoveSource) -> None:
        super().__init__(source)
        # Only a scalar variable has a push that can be averaged; a block of parameters has a vector.
        self._pushes = source.observables.pushes if isinstance(source, Study) else {}
        self._rows = TimeTable({"variable": source.variables}, source.cells)

    def expressions(self) -> Iterable[Expr]:
        return self._pushes.values()

    def feed(self, moves: Moves) -> None:
        split = self.source.cells.split
        columns = bands(split(moves.quantity("contest")))
        if isinstance(moves, Sample):
            for i, agent in enumerate(self.source.agents):
                pushes = [self._pushes.get((v, i)) for v in self.source.variables]
                columns[f"push:{agent}"] = mean(split(moves.stack(pushes)))
        self._rows.add(moves.times, columns)

    def result(self) -> pd.DataFrame:
        return self._rows.frame()
