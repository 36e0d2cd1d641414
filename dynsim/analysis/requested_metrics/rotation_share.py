"""The share of rotation in the agents' effects on each other's gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Floats
from ...errors import InputError
from ...settings import number
from ..game.game_jacobian import GameJacobian
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import TICKS, over_pieces, sampled
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class RotationShare(RequestedMetric):
    """|A|²/(|S|² + |A|²) over time: S = (H + Hᵀ)/2, A = (H − Hᵀ)/2, H the Jacobian of the game J = Dξ between agents.

    H is J without the blocks of single agents: it has the effects of agents on each other. | | is the Frobenius norm. 1
    is a purely Hamiltonian coupling, 0 a potential one (Balduzzi et al. 2018, who split all of J). ξ includes credit
    and has path factors applied. The split is local: it does not tell the global motion, nor whether it is stable or
    safe. NaN where no agent's gradient depends on what another controls.
    """

    name: ClassVar[str] = "rotation_share"
    heading: ClassVar[str] = "Do the agents turn around each other, or fall together?"
    caption: ClassVar[str] = (
        "The antisymmetric share of what agents do to each other's gradients, at each moment: 1 where they only turn "
        "around each other, as in a zero-sum game, 0 where they share a potential. It is local, and no verdict on "
        "safety."
    )
    value: ClassVar[str] = "antisymmetric share"
    shape: ClassVar = "lines"

    ticks: float = number(TICKS, at_least=1, whole=True, doc="how many of the recorded ticks are looked at")

    def values(self, study: Study) -> ReplicaValues:
        jacobian = GameJacobian.of(study)
        owner = np.array([i for i, _ in jacobian.levers])
        if len(set(owner.tolist())) < 2:
            raise InputError("a rotation takes two agents that control something")
        others = owner[:, None] != owner[None, :]
        block = sampled(study, int(self.ticks))
        values = over_pieces(study, block, lambda part: share(np.where(others, jacobian.values(study, part), 0.0)))
        return ReplicaValues(pd.DataFrame({"t": block.times}), values)


def share(matrices: Floats) -> Floats:
    """|A|²/(|S|² + |A|²) of matrices, (…, n, n); NaN for a matrix of 0."""
    turned = matrices.swapaxes(-1, -2)
    antisymmetric = ((matrices - turned) ** 2).sum(axis=(-1, -2))
    both = antisymmetric + ((matrices + turned) ** 2).sum(axis=(-1, -2))
    return antisymmetric / np.where(both > 0.0, both, np.nan)
