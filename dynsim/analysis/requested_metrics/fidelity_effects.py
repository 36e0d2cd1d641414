"""The effects of varied parameters on the agents' label fidelity, by regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from ...arrays import Floats, Integers
from ...errors import InputError
from ..conflict_log.metrics.label_fidelity import LabelFidelity
from ..conflict_log.tables import single
from ..reading.cells import varied
from ..reading.replica_values import STATISTICS, ReplicaValues
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric

NORMAL = {"q05": -1.6449, "q25": -0.6745, "median": 0.0, "q75": 0.6745, "q95": 1.6449}
PREFIX = "label_fidelity."
ROUNDING = 1e-12  # of a fidelity, which lies in [−1, 1]


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class FidelityEffects(RequestedMetric):
    """Which parameter moves whose label fidelity, and by how much.

    The label fidelity F_jr of agent j in replica r (log metric `label_fidelity`, of the whole run) is regressed on all
    parameters k that differ between replicas, each scaled to [0, 1] from its least to its largest value:

        F_jr = β_j0 + Σ_k β_jk z_kr + ε_jr

    The effect is β_jk: the change from the least to the largest value of the parameter, with the others unchanged. In a
    full grid with two levels it is the main effect of a factorial experiment, the mean of one half minus the mean of
    the other (Box, Hunter & Hunter 2005). se is robust to unequal variances (HC2: MacKinnon & White 1985). The
    quantiles are those of a normal estimate, mean + z·se. NaN for an agent whose fidelity is not defined.

    The regression is over all replicas. With `by`, it is made within each cell, over the remaining parameters.

    Rows: a (the parameter), b (the agent). Interactions are part of ε: compare single cells for them.
    """

    name: ClassVar[str] = "fidelity_effects"
    heading: ClassVar[str] = "Which parameter moves whose label fidelity?"
    caption: ClassVar[str] = (
        "How much an agent's label fidelity (column) changes when a parameter (row) goes from its lowest to its "
        "highest value in the ensemble, all others unchanged."
    )
    value: ClassVar[str] = "change of label fidelity"
    shape: ClassVar[Literal["lines", "dots", "matrix", "curve"]] = "matrix"
    pooled: ClassVar[bool] = True

    def values(self, study: Study) -> ReplicaValues:
        raise InputError("an effect is one of all replicas together: single ones have a label_fidelity")

    def table(self, study: Study) -> pd.DataFrame:
        """The effects in every cell. They are properties of many replicas together, so there is no value per
        replica."""
        if not varied(study.program, study.recording.parameters):
            raise InputError("no parameter differs between the replicas: vary some (ensemble.vary or ensemble.grid)")
        fidelity = single(study, LabelFidelity.name)
        tables = []
        for c in range(study.cells.count):
            front = {name: x[0] for name, x in study.cells.columns([c]).items()}
            found = self._among(study, fidelity, study.cells.replicas(c))
            tables.append(pd.concat([pd.DataFrame(front, index=found.index), found], axis=1))
        return pd.concat(tables, ignore_index=True)

    def _among(self, study: Study, fidelity: pd.DataFrame, replicas: Integers) -> pd.DataFrame:
        """The rows of the effects over these replicas."""
        names, scaled = _scaled(study, replicas)
        rows = []
        for column in (name for name in fidelity if str(name).startswith(PREFIX)):
            effects, errors, count = _regressed(scaled, fidelity[column].to_numpy(float)[replicas])
            for name, effect, error in zip(names, effects, errors, strict=True):
                quantiles = {q: effect + z * error for q, z in NORMAL.items()}
                key = {"a": name, "b": str(column).removeprefix(PREFIX)}
                rows.append({**key, "n": count, "mean": effect, "se": error, **quantiles})
        table = pd.DataFrame(rows, columns=["a", "b", *STATISTICS])
        return table.sort_values("a", kind="stable", ignore_index=True)


def _scaled(study: Study, replicas: Integers) -> tuple[list[str], Floats]:
    """The names of the parameters that differ between these replicas, and their values scaled to [0, 1], (K, r)."""
    every = {name: x[replicas] for name, x in study.recording.parameters.items()}
    names = list(varied(study.program, every))
    scaled = [(every[name] - every[name].min()) / np.ptp(every[name]) for name in names]
    return names, np.array(scaled).reshape(len(names), len(replicas))


def _regressed(scaled: Floats, y: Floats) -> tuple[Floats, Floats, int]:
    """β without the intercept, its standard errors, and the number of replicas; NaN where the design is singular."""
    known = np.isfinite(y)
    design = np.vstack([np.ones(known.sum()), scaled[:, known]]).T
    nothing = np.full(len(scaled), np.nan)
    if len(design) <= design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        return nothing, nothing, int(known.sum())
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ y[known]
    leverage = np.einsum("ri,ij,rj->r", design, inverse, design)
    weights = (y[known] - design @ beta) ** 2 / np.maximum(1.0 - leverage, 1e-12)
    covariance = inverse @ (design.T * weights) @ design @ inverse
    effects, errors = beta[1:], np.sqrt(np.diagonal(covariance))[1:]
    same = np.abs(effects) < ROUNDING
    return np.where(same, 0.0, effects), np.where(same, 0.0, errors), int(known.sum())
