"""Gradient conflict: how often the gradients of two agents oppose each other, and how unequal they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...settings import number
from ..game.gram_matrix import gram_matrix
from ..numerics.bands import mean, positive
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import TICKS
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class GradientConflict(RequestedMetric):
    """The angle and the relative size of two agents' gradients g = ∇E_a and h = ∇E_b by all state variables.

        opposed_share   the share of ticks with cos(g, h) < 0     conflicting gradients (Yu et al. 2020, definition 1)
        cosine          the mean of cos(g, h)
        similarity      the mean of 2|g||h|/(|g|² + |h|²)         1: equally strong, 0: one dominates (definition 2)

    E are the effective objectives. Means are over the sampled ticks of the run, without those at which either agent is
    at rest. The log metric `alignment` has the cosine at every tick. Rows: quantity, a, b.
    """

    name: ClassVar[str] = "gradient_conflict"
    heading: ClassVar[str] = "How often do gradients oppose each other?"
    caption: ClassVar[str] = (
        "opposed_share: the share of the time in which two agents' gradients point against each other; cosine: how "
        "far, on average; similarity: whether they are equally strong (1) or one dwarfs the other (0)."
    )
    value: ClassVar[str] = "share, cosine or similarity"
    shape: ClassVar = "matrix"

    ticks: float = number(TICKS, at_least=1, whole=True, doc="how many of the recorded ticks are looked at")

    def values(self, study: Study) -> ReplicaValues:
        found = gram_matrix(study, int(self.ticks))
        a, b = np.array(found.pairs).T
        cosines = found.cosines[a, b]
        squares = found.norms**2
        with np.errstate(invalid="ignore", divide="ignore"):
            similarity = 2.0 * found.norms[a] * found.norms[b] / (squares[a] + squares[b])
        similarity = np.where(np.isfinite(cosines), similarity, np.nan)
        names = np.array(found.agents)
        rows = {"opposed_share": positive(-cosines), "cosine": cosines, "similarity": similarity}
        keys = [pd.DataFrame({"quantity": name, "a": names[a], "b": names[b]}) for name in rows]
        return ReplicaValues(pd.concat(keys), np.concatenate([mean(values.swapaxes(1, 2)) for values in rows.values()]))
