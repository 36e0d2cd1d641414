"""Within populations over time: the effect of a group's nodes on themselves and on each other."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import add

import pandas as pd

from ....algebra.differentiate import own_gradient
from ....algebra.graph import Expr
from ....algebra.structural import total
from ....compiler.program import AgentProgram
from ...numerics.bands import bands, mean, positive
from ...reading.moves import NORMALISED, per_norms
from ...reading.sample import Sample
from ...reading.study import Study
from ...reading.timetable import TimeTable
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class Within(LogMetric):
    """The effect of a population's nodes on themselves and on each other, over time.

    If a population has one objective E_n per node, the ledger entry [i, i] is the sum of two parts:

        own      Σ_n ∂E_n/∂x_n · u_n          the effect of every node on itself, with its neighbours held fixed
        others   ledger[i, i] − own            the effect of the nodes on each other; positive values are harm

    Rows: t, agent (with one objective per node); mean and quantiles of `others` over replicas; own: the mean of `own`;
    normalised: the mean of others/(|∇E_i||u_i|); harm_share: the share of replicas with others > 0.
    """

    name = "within"
    table = "within"
    needs = ("program", *NORMALISED)

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        agents = study.program.agents
        self._groups = [i for i, agent in enumerate(agents) if agent.objective.domain.kind == "node" and agent.moves]
        self._own = [_own(agents[i]) for i in self._groups]
        self._rows = TimeTable({"agent": [agents[i].name for i in self._groups]}, study.cells)

    def expressions(self) -> Iterable[Expr]:
        return self._own

    def feed(self, sample: Sample) -> None:
        if not self._groups:
            return
        own = sample.stack(self._own)
        others = sample.ledger[self._groups, self._groups] - own
        norms = sample.gradient_norms[self._groups], sample.move_norms[self._groups]
        split = self.source.cells.split
        self._rows.add(sample.times, {
            **bands(split(others)), "own": mean(split(own)),
            "normalised": mean(split(per_norms(others, *norms))), "harm_share": mean(positive(split(others))),
        })

    def result(self) -> pd.DataFrame:
        return self._rows.frame()


def _own(agent: AgentProgram) -> Expr:
    """Σ_n ∂E_n/∂x_n · u_n over all controls."""
    graph = agent.objective.graph
    symbols = [graph.symbol(v, agent.objective.domain) for v in agent.moves]
    parts = own_gradient(agent.objective, symbols)
    return reduce(add, [total(g * agent.moves[v]) for v, g in zip(agent.moves, parts, strict=True)])
