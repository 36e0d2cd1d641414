"""How much the moves of two agents tell about each other."""

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

STILL = 1e-10  # of the largest singular value: a direction in which a move does not vary
EPSILON = float(np.finfo(float).eps)


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Predictability(RequestedMetric):
    """−½ Σ_k ln(1 − r_k²) between the moves of two agents over the sampled ticks of a replica, in nats.

    r_k are the canonical correlations of the two moves (for single controls the correlation r): if moves were normal
    and independent from tick to tick, this would be their mutual information (Gel'fand & Yaglom 1957). Moves over a
    run are neither: a common trend counts, and two agents that both come to rest predict each other. It has no
    direction and finds no cause. For independent moves of p and q numbers it is about pq/2K over K ticks, not 0; moves
    that determine each other count as −½ ln of the rounding, 18 nats each. A population's move is its mean. NaN where a
    move does not vary, or where there are not more than p + q + 1 ticks; replicas that diverged are left out.
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
    """Orthonormal columns that span the centred moves (R, K, p) over the ticks, 0 for what does not vary; NaN where a
    move is not finite."""
    lost = ~np.isfinite(moves).all(axis=(1, 2), keepdims=True)
    known = np.where(lost, 0.0, moves)
    scale = np.abs(known).max(axis=1, keepdims=True)
    known = known / np.where(scale > 0.0, scale, 1.0)
    columns, sizes, _ = np.linalg.svd(known - known.mean(axis=1, keepdims=True), full_matrices=False)
    varies = sizes > STILL * np.sqrt(known.shape[1])
    return np.where(lost, np.nan, columns * varies[:, None, :])


def information(first: Floats, second: Floats) -> Floats:
    """(R,) from two bases (R, K, ·): the canonical correlations are the singular values of their products (Björck &
    Golub 1973)."""
    lost = ~np.isfinite(first).all(axis=(1, 2)) | ~np.isfinite(second).all(axis=(1, 2))
    ranks = [np.rint((np.nan_to_num(basis) ** 2).sum(axis=(1, 2))) for basis in (first, second)]
    products = np.nan_to_num(first).swapaxes(1, 2) @ np.nan_to_num(second)
    left = np.maximum(1.0 - np.linalg.svd(products, compute_uv=False) ** 2, EPSILON)
    undefined = lost | (ranks[0] == 0) | (ranks[1] == 0) | (ranks[0] + ranks[1] + 1 >= first.shape[1])
    return np.where(undefined, np.nan, -0.5 * np.log(left).sum(axis=1))
