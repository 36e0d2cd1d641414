"""The objectives over time, and the effect of flow and noise on them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ....algebra.graph import Expr
from ....arrays import Floats
from ...numerics.bands import bands, mean
from ...reading.moves import Moves, MoveSource, Quantity
from ...reading.sample import Sample
from ...reading.study import Study
from ...reading.timetable import TimeTable
from .base import LOG_METRICS, LogMetric

BASE = "base objective"  # in the column `agent`: names of agents have no space


@LOG_METRICS.register
class Objectives(LogMetric):
    """The objectives of all agents and the base objective over time, and the effect of moves, flow and noise on them.

    Agent i minimises E_i; the objective of a population is the sum over its nodes. A base objective, if stated, has the
    last row of every tick, under the name "base objective"; there ∇E_i is its gradient.

    Rows: t, agent; mean and quantiles of E_i over replicas; by_agents: the mean of Σ_j ledger[i, j]; by_flow: the mean
    of ∇E_i · f; by_noise: the mean standard deviation of the noise's first-order part. The first-order change of E_i is
    by_agents + by_flow plus the noise.
    """

    name = "objectives"
    table = "objectives"
    needs = ("objectives",)
    uses = ("base", "ledger", "program")

    def __init__(self, source: MoveSource) -> None:
        super().__init__(source)
        self._rows = TimeTable({"agent": [*source.agents, *(BASE for _ in self._base)]}, source.cells)
        self._flows: list[Expr] = []
        self._noises: list[Expr] = []
        self._base_by_agents: list[Expr] = []
        if isinstance(source, Study):
            seen = source.observables
            base = [] if seen.base is None else [seen.base]
            self._base_by_agents = [by_agents for _, by_agents, *_ in base]
            self._flows = [*seen.flow_parts, *(flow for *_, flow, _ in base)]
            self._noises = [*seen.noise_parts, *(noise for *_, noise in base)]

    @property
    def _base(self) -> list[Quantity]:
        return ["base"] if "base" in self.source.has else []

    def expressions(self) -> Iterable[Expr]:
        return [*self._base_by_agents, *self._flows, *self._noises]

    def feed(self, moves: Moves) -> None:
        def by_cell(*arrays: Floats) -> Floats:
            return self.source.cells.split(np.concatenate(arrays))

        columns = bands(by_cell(moves.objectives, *map(moves.quantity, self._base)))
        if "ledger" in self.source.has:
            # Just before a replica diverges, one agent's effect can be ∞ and another's −∞.
            with np.errstate(invalid="ignore", over="ignore"):
                by_agents = moves.ledger.sum(axis=1)
            columns["by_agents"] = mean(by_cell(by_agents, self._base_parts(moves)))
        if isinstance(moves, Sample):
            columns["by_flow"] = mean(by_cell(moves.stack(self._flows)))
            columns["by_noise"] = mean(by_cell(moves.stack(self._noises)))
        self._rows.add(moves.times, columns)

    def _base_parts(self, moves: Moves) -> Floats:
        """∇B · Σ_j u_j of the base objective, (B, K, R); NaN if the source has only its value."""
        if isinstance(moves, Sample):
            return moves.stack(self._base_by_agents)
        return np.full((len(self._base), *moves.shape), np.nan)

    def result(self) -> pd.DataFrame:
        return self._rows.frame()
