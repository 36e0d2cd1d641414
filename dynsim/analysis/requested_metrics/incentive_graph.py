"""The instrumental control incentives of agents, and which of them their labels do not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Integers
from ...settings import number
from ..causality.incentive_routes import QUANTITIES, Found, among, routes
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import TICKS
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class IncentiveGraph(RequestedMetric):
    """Whether there is a directed path decision → X → utility, for every agent and variable X that it does not control.

    Such a path is an instrumental control incentive (Everitt et al. 2021): influencing X pays, and is possible. The
    metric looks for them in two graphs of dependences:

        declared     the declared objective alone; derived variables that `paths` names are closed, and neither flows
                     nor others' learning count
        effective    what the agent pursues, and the labels that it gets credit for; open are paths with a nonzero
                     factor, flows up to its horizon, and the learning of others that a path or its rule includes
        hidden       effective and not declared: an incentive that the label does not show

    Values are 1 or 0 per replica. Weights and factors count as open where they are nonzero at some sampled tick. Rows
    are those that are 1 in some replica of the cell: quantity, agent, variable, and `via`, the shortest path, with →
    for a dependence at one time and ⇝ for one through a flow. A path means that training can see X, not that it acts
    on it. The graph does not see slopes that happen to be 0 everywhere.
    """

    name: ClassVar[str] = "incentive_graph"
    heading: ClassVar[str] = "Which variables does training give agents a reason to control?"
    caption: ClassVar[str] = (
        "1 where a path leads from what the agent decides through the variable to what it is trained for. declared: "
        "in what its label says; effective: in what it is really trained on; hidden: only in the latter."
    )
    value: ClassVar[str] = "share of replicas"
    shape: ClassVar = "dots"

    ticks: float = number(TICKS, at_least=1, whole=True, doc="how many of the recorded ticks are looked at")

    def values(self, study: Study) -> list[ReplicaValues]:
        every = routes(study, int(self.ticks))
        cells = [study.cells.replicas(c) for c in range(study.cells.count)]
        return [_rows(among(every, mine), mine) for mine in cells]


def _rows(found: Found, replicas: Integers) -> ReplicaValues:
    """The rows of these routes, ordered by quantity."""
    keys = sorted(found, key=lambda key: QUANTITIES.index(key[0]))
    values = np.stack([found[key][1] for key in keys]) if keys else np.empty((0, len(replicas)))
    columns = {name: [key[k] for key in keys] for k, name in enumerate(("quantity", "agent", "variable"))}
    return ReplicaValues(pd.DataFrame({**columns, "via": [found[key][0] for key in keys]}), values, replicas)
