"""Label fidelity of updates: how much of what an agent does its declared objective explains."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

import numpy as np
import pandas as pd

from ...algebra.graph import Expr, total
from ...compiler.program import AgentProgram
from ..metric import METRICS, Metric
from ..study import Sample, Study


@METRICS.register
class LabelFidelity(Metric):
    """How much of what an agent does its declared objective explains.

    R² of the agent's moves u on its own declared, masked gradient d through the origin, over the recorded ticks:

        R² = (Σ_t u·d)²/(Σ_t |u|² Σ_t |d|²)

    one number per replica in [0, 1]: 1 where the agent always moves along its declared gradient by one rate, 0 where
    its moves have nothing to do with it; NaN where it never moves or its label has no gradient. The sign is not seen:
    an agent that climbs what it declares to descend has fidelity 1. Rules with memory score below 1 though honest.
    """

    name = "label_fidelity"
    table = "summary"

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._products = [_products(agent) for agent in study.program.agents]
        self._sums = np.zeros((len(self._products), 3, study.replicas))

    def expressions(self) -> Iterable[Expr]:
        return [expr for products in self._products for expr in products]

    def feed(self, sample: Sample) -> None:
        for sums, products in zip(self._sums, self._products, strict=True):
            values = sample.stack(products)
            values[:, ~np.isfinite(values).all(axis=0)] = 0.0
            for tick in range(values.shape[1]):  # in the order of time: the same rounding whatever the blocks
                sums += values[:, tick]

    def result(self) -> pd.DataFrame:
        cross, moved, declared = self._sums[:, 0], self._sums[:, 1], self._sums[:, 2]
        with np.errstate(all="ignore"):
            fidelity = cross / moved * (cross / declared)
        return pd.DataFrame({
            f"label_fidelity.{agent}": row for agent, row in zip(self.observables.agents, fidelity, strict=True)
        })


def _products(agent: AgentProgram) -> list[Expr]:
    """u·d, |u|² and |d|² of an agent."""
    graph = agent.objective.graph
    u, d = agent.moves, agent.declared_gradient
    pairs = [[(u[v], d[v]) for v in u if v in d], [(u[v], u[v]) for v in u], [(d[v], d[v]) for v in d]]
    return [reduce(lambda s, ab: s + total(ab[0] * ab[1]), p, graph.constant(0.0)) for p in pairs]
