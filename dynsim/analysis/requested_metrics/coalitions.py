"""Coalitions: clusters of agents whose gradients agree."""

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

    A coalition is a cluster of the partition that maximises Σ w_ij over pairs in one cluster (correlation clustering:
    Bansal, Blum & Chawla 2004; the algorithm is in numerics/clustering.py). Gradients agree on the whole within a
    coalition, and not across. Unrelated pairs (w = 0) stay apart. E are the effective objectives, ∇ is by all state
    variables. Ticks at which either agent is at rest are left out; a pair without a common tick has weight 0.

    Rows: quantity, a, b. together: 1 in a replica in which a and b are in one coalition, so that the mean is the share
    of replicas. size (a = b): the number of agents in a's coalition, a included.
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
