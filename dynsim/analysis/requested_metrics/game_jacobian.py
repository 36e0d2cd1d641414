"""The Jacobian of the game, with its symmetric and antisymmetric parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...errors import InputError
from ...settings import number
from ..game.game_jacobian import GameJacobian
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import at_share
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric

MOST = 100  # controlled numbers; the table has a row for every pair


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class GameJacobianMatrix(RequestedMetric):
    """The Jacobian of the game, J = Dξ, and its symmetric and antisymmetric parts, J = S + A.

        J        ∂ξ_a/∂x_b
        S        (J + Jᵀ)/2, the part of a game with one shared objective
        A        (J − Jᵀ)/2, the part that makes the agents rotate around each other (Balduzzi et al. 2018)

    ξ_i is the gradient of agent i's effective objective, credit included, by what it controls, with its path factors
    applied. Objectives are minimised, so dx/dt = −ξ is descent. All derivatives are exact. The Jacobian is taken at the
    recorded tick nearest to the share `moment` of the run.

    Rows: quantity (J, S, A), a and b. Both name an agent and what it controls, "agent.variable".
    """

    name: ClassVar[str] = "game_jacobian"
    heading: ClassVar[str] = "How does each agent's gradient depend on what everybody controls?"
    caption: ClassVar[str] = (
        "The Jacobian of the game, J: row a's gradient by column b's control, at one moment. S: its symmetric part, as "
        "of a shared objective. A: its antisymmetric part, as of a zero-sum game."
    )
    value: ClassVar[str] = "second derivative"
    shape: ClassVar = "matrix"

    moment: float = number(1.0, at_least=0, at_most=1, doc="share of the run: 0 is its start, 1 its end")

    def values(self, study: Study) -> ReplicaValues:
        jacobian = GameJacobian.of(study)
        names = [f"{study.program.agents[i].name}.{v}" for i, v in jacobian.levers]
        if not names:
            raise InputError("no agent here controls anything: there is no game")
        if len(names) > MOST:
            raise InputError(f"the agents control {len(names)} numbers here, and at most {MOST} have a table")
        j = jacobian.values(study, at_share(study, self.moment))[0]
        turned = j.swapaxes(-1, -2)
        parts = np.stack([j, (j + turned) / 2, (j - turned) / 2])
        quantities, a, b = (np.repeat(["J", "S", "A"], len(names) ** 2), *np.meshgrid(names, names, indexing="ij"))
        values = np.moveaxis(parts, 1, -1).reshape(-1, study.replicas)
        keys = pd.DataFrame({"quantity": quantities, "a": np.tile(a.ravel(), 3), "b": np.tile(b.ravel(), 3)})
        return ReplicaValues(keys, values)
