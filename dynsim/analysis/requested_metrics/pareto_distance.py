"""The distance to Pareto stationarity: the minimum norm in the convex hull of the agents' gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from ...settings import number
from ..game.gram_matrix import gram_matrix
from ..numerics.min_norm import min_norm
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import TICKS
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class ParetoDistance(RequestedMetric):
    """min over weights α ≥ 0, Σα = 1 of |Σ_i α_i ∇E_i|, over time (the min-norm point of MGDA: Désidéri 2012).

    E_i are the effective objectives of all agents whose objective depends on the state; ∇ is by all state variables,
    whoever moves them. The value is 0 exactly where no direction lowers all objectives at once to first order (a
    Pareto-stationary point). Elsewhere it is the rate at which the steepest common descent direction lowers the
    objective that falls least. An agent at rest has the gradient 0, and the distance is then 0. The accuracy is 3e-7
    of the largest |∇E_i|.
    """

    name: ClassVar[str] = "pareto_distance"
    heading: ClassVar[str] = "Is there something left that would help everybody?"
    caption: ClassVar[str] = (
        "The shortest convex combination of the agents' gradients: 0 where no direction lowers all objectives at once, "
        "above 0 where the agents leave a common gain on the table."
    )
    value: ClassVar[str] = "gradient norm"
    shape: ClassVar = "lines"

    ticks: float = number(TICKS, at_least=1, whole=True, doc="how many of the recorded ticks are looked at")

    def values(self, study: Study) -> ReplicaValues:
        found = gram_matrix(study, int(self.ticks))
        n, _, ticks, replicas = found.products.shape
        norms, _ = min_norm(found.products.reshape(n, n, -1))
        return ReplicaValues(pd.DataFrame({"t": found.times}), norms.reshape(ticks, replicas))
