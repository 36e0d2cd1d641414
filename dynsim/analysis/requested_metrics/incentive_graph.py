"""Which variables an agent's training gives it a reason to control, and which of them its label does not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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

    Such a path is an instrumental control incentive (Everitt et al. 2021): X is worth influencing, and can be. Asked of
    two graphs of what depends on what:

        declared     the declared objective alone; every derived variable that `paths` names is closed, no flow is
                     followed and nobody's learning seen
        effective    what the agent pursues, with the labels that it gets credit for; open are paths whose factor is not
                     0, flows up to its horizon, and the learning of others that a path or its rule looks at
        hidden       effective, not declared: an incentive that the label does not show

    Values are 1 or 0 per replica (weights and factors count as open where they are not 0 at some sampled tick), rows
    those that are 1 in some replica of the cell: quantity, agent, variable, and `via`, the shortest such way: → at
    once, ⇝ in time through a flow. A path says that training can see X, not that it does anything about it; that a
    slope happens to be 0 everywhere is not seen.
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


def _rows(found: Found, replicas: NDArray[np.int64]) -> ReplicaValues:
    """The rows in the order of the quantities."""
    keys = sorted(found, key=lambda key: QUANTITIES.index(key[0]))
    values = np.stack([found[key][1] for key in keys]) if keys else np.empty((0, len(replicas)))
    columns = {name: [key[k] for key in keys] for k, name in enumerate(("quantity", "agent", "variable"))}
    return ReplicaValues(pd.DataFrame({**columns, "via": [found[key][0] for key in keys]}), values, replicas)
