"""Who goes with whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...settings import number
from ..game.gram_matrix import gram_matrix
from ..numerics.bands import mean
from ..numerics.clustering import clusters
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import TICKS
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Coalitions(RequestedMetric):
    """Clusters of the signed graph of agents, weighted by cos(∇E_i, ∇E_j) averaged over the sampled ticks, per replica.

    A coalition is a cluster of the partition that maximises Σ_{i<j together} w_ij (correlation clustering: Bansal,
    Blum & Chawla 2004; how: numerics/clustering.py): inside it gradients agree on the whole, across they do not.
    Pairs that have nothing to do with each other (w = 0) stay apart. E are the effective objectives, ∇ is by all state
    variables; ticks at which either agent is at rest are left out, a pair that is never awake together has weight 0.

    Rows: quantity, a, b. together: 1 in a replica in which a and b are in one coalition, so that its mean is the share
    of replicas; size (a = b): how many agents a's coalition has, itself included.
    """

    name: ClassVar[str] = "coalitions"
    heading: ClassVar[str] = "Who goes with whom?"
    caption: ClassVar[str] = (
        "Coalitions are clusters of agents whose gradients agree, over the whole run. together: 1 where two agents are "
        "in one coalition in most replicas; size, on the diagonal: how many agents an agent's coalition has."
    )
    value: ClassVar[str] = "1 or 0, or agents"
    shape: ClassVar = "matrix"

    ticks: float = number(TICKS, at_least=1, whole=True, doc="how many of the recorded ticks are looked at")

    def values(self, study: Study) -> ReplicaValues:
        found = gram_matrix(study, int(self.ticks))
        weights = mean(np.moveaxis(found.cosines, 2, -1)).transpose(2, 0, 1)
        lost = ~np.isfinite(found.norms).any(axis=(0, 1))
        labels = clusters(np.nan_to_num(weights, nan=0.0))
        together = np.where(lost, np.nan, (labels[:, :, None] == labels[:, None, :]).transpose(1, 2, 0))
        a, b = np.array(found.pairs).T
        names = np.array(found.agents)
        pairs = pd.DataFrame({"quantity": "together", "a": names[a], "b": names[b]})
        sizes = pd.DataFrame({"quantity": "size", "a": names, "b": names})
        return ReplicaValues(pd.concat([pairs, sizes]), np.concatenate([together[a, b], together.sum(axis=1)]))
