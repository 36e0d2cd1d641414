"""Mutual predictability of the moves of two agents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Floats
from ...errors import InputError
from ...settings import number
from ..reading.observe import movement
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import evaluated, sampled
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric

STILL = 1e-10  # of the root of the number of ticks: smaller singular values of scaled moves count as 0
EPSILON = float(np.finfo(float).eps)


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Predictability(RequestedMetric):
    """−½ Σ_k ln(1 − r_k²) between the moves of two agents over the sampled ticks of a replica, in nats.

    r_k are the canonical correlations of the two moves; for single controls, r is their correlation. If moves were
    normal and independent from tick to tick, this would be their mutual information (Gel'fand & Yaglom 1957). Moves
    over a run are neither: a common trend counts, and two agents that both come to rest predict each other. The value
    has no direction and does not identify a cause. For independent moves of p and q numbers it is about pq/2K over K
    ticks, not 0. Moves that determine each other exactly reach the limit of rounding, 18 nats per pair of numbers. A
    population's move is its mean. NaN where a move does not vary, or there are at most p + q + 1 ticks. Replicas that
    diverged are left out.
    """

    name: ClassVar[str] = "predictability"
    heading: ClassVar[str] = "How much do the moves of two agents tell about each other?"
    caption: ClassVar[str] = (
        "Mutual predictability of two agents' moves over the run, in nats, from their correlations: 0 where knowing "
        "one says nothing about the other. A common trend counts; it is no sign of a cause."
    )
    value: ClassVar[str] = "nats"
    shape: ClassVar = "matrix"

    ticks: float = number(500, at_least=4, whole=True, doc="how many of the recorded ticks are looked at")

    def values(self, study: Study) -> ReplicaValues:
        agents = [agent for agent in study.program.agents if agent.moves]
        if len(agents) < 2:
            raise InputError("this metric compares agents: the system needs two that move something")
        block = sampled(study, int(self.ticks))
        bases = []
        for agent in agents:
            moves = evaluated(study, block, [movement(agent, slot) for slot in agent.moves])
            bases.append(_basis(moves.transpose(2, 1, 0)))
        pairs = [(i, j) for i in range(len(agents)) for j in range(i + 1, len(agents))]
        values = np.stack([information(bases[i], bases[j]) for i, j in pairs])
        keys = {"a": [agents[i].name for i, _ in pairs], "b": [agents[j].name for _, j in pairs]}
        return ReplicaValues(pd.DataFrame(keys), values)


def _basis(moves: Floats) -> Floats:
    """Orthonormal columns, (R, K, p), that span the centred moves, (R, K, p), over the ticks. Columns of directions
    that do not vary are 0; NaN where a move is not finite."""
    lost = ~np.isfinite(moves).all(axis=(1, 2), keepdims=True)
    known = np.where(lost, 0.0, moves)
    scale = np.abs(known).max(axis=1, keepdims=True)
    known = known / np.where(scale > 0.0, scale, 1.0)
    columns, sizes, _ = np.linalg.svd(known - known.mean(axis=1, keepdims=True), full_matrices=False)
    varies = sizes > STILL * np.sqrt(known.shape[1])
    return np.where(lost, np.nan, columns * varies[:, None, :])


def information(first: Floats, second: Floats) -> Floats:
    """The predictability, (R,), from two bases, (R, K, ·). Canonical correlations are the singular values of the
    products of the bases (Björck & Golub 1973)."""
    lost = ~np.isfinite(first).all(axis=(1, 2)) | ~np.isfinite(second).all(axis=(1, 2))
    ranks = [np.rint((np.nan_to_num(basis) ** 2).sum(axis=(1, 2))) for basis in (first, second)]
    products = np.nan_to_num(first).swapaxes(1, 2) @ np.nan_to_num(second)
    left = np.maximum(1.0 - np.linalg.svd(products, compute_uv=False) ** 2, EPSILON)
    undefined = lost | (ranks[0] == 0) | (ranks[1] == 0) | (ranks[0] + ranks[1] + 1 >= first.shape[1])
    return np.where(undefined, np.nan, -0.5 * np.log(left).sum(axis=1))
