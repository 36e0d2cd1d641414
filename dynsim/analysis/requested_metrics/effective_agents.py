"""The effective number of directions in which the agents' gradients point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...settings import number
from ..game.gram_matrix import gram_matrix
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import TICKS
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class EffectiveAgents(RequestedMetric):
    """(Σλ)²/Σλ², λ the eigenvalues of the Gram matrix cos(∇E_i, ∇E_j) of the agents that are not at rest, over time.

    This is the participation ratio of the gradients' directions: 1 if all lie on one line, the number of agents if they
    are orthogonal. It counts lines, not directions: two agents that pull in opposite directions count as one. Σλ is the
    trace and Σλ² the sum of the squared entries, so for m agents it equals m²/Σ_ij cos². NaN where all agents are at
    rest.
    """

    name: ClassVar[str] = "effective_agents"
    heading: ClassVar[str] = "How many different things do the agents want?"
    caption: ClassVar[str] = (
        "The effective number of directions in which the agents' gradients pull: 1 where all pull along one line (the "
        "same way or against each other), the number of agents where every one wants something of its own."
    )
    value: ClassVar[str] = "effective number"
    shape: ClassVar = "lines"

    ticks: float = number(TICKS, at_least=1, whole=True, doc="how many of the recorded ticks are looked at")

    def values(self, study: Study) -> ReplicaValues:
        found = gram_matrix(study, int(self.ticks))
        moving = (found.norms > 0.0).sum(axis=0)
        squares = np.nansum(found.cosines**2, axis=(0, 1))
        values = moving**2 / np.where(squares > 0.0, squares, np.nan)
        return ReplicaValues(pd.DataFrame({"t": found.times}), values)
