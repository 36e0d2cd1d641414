"""Which of the parameters that a run varies moves whose label fidelity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from ...errors import InputError
from ..bands import Floats
from ..measure import MEASURES, Measure
from ..metrics.label_fidelity import LabelFidelity
from ..study import Study

NORMAL = {"q05": -1.6449, "q25": -0.6745, "median": 0.0, "q75": 0.6745, "q95": 1.6449}
PREFIX = "label_fidelity."
ROUNDING = 1e-12  # of a fidelity, which lies in [−1, 1]


@MEASURES.register
@dataclass(frozen=True)
class FidelityEffects(Measure):
    """Which parameter moves whose label fidelity, and by how much.

    Over the replicas r the label fidelity F_jr of agent j (metric label_fidelity, of the whole run) is regressed on all
    parameters k that differ between replicas, each scaled to [0, 1] from its least to its largest value:

        F_jr = β_j0 + Σ_k β_jk z_kr + ε_jr

    The effect is β_jk, the change from the least to the largest value, with the others as they are. In a full grid that
    is the main effect of a factorial experiment (Box, Hunter & Hunter 2005): the mean of the one half minus the mean of
    the other. se is robust to unequal variances (HC2: MacKinnon & White 1985); the quantiles are those of a normal
    estimate, mean + z·se. NaN for an agent whose fidelity is not defined.

    Rows: a (the parameter), b (the agent). What interactions there are stands in ε: compare single cells for them.
    """

    name: ClassVar[str] = "fidelity_effects"
    heading: ClassVar[str] = "Which parameter moves whose label fidelity?"
    caption: ClassVar[str] = (
        "The change of an agent's label fidelity (column) when a parameter (row) goes from its least to its largest "
        "value in the ensemble, the others as they are."
    )
    value: ClassVar[str] = "change of label fidelity"
    shape: ClassVar[Literal["lines", "dots", "matrix", "curve"]] = "matrix"

    def measure(self, study: Study) -> pd.DataFrame:
        names, scaled = _varied(study)
        if not names:
            raise InputError("no parameter differs between the replicas: vary some (ensemble.vary or ensemble.grid)")
        metric = LabelFidelity(study)
        for sample in study.samples(metric.expressions()):
            metric.feed(sample)
        fidelity = metric.result()
        rows = []
        for column in (name for name in fidelity if str(name).startswith(PREFIX)):
            effects, errors, count = _regressed(scaled, fidelity[column].to_numpy(float))
            for name, effect, error in zip(names, effects, errors, strict=True):
                quantiles = {q: effect + z * error for q, z in NORMAL.items()}
                key = {"a": name, "b": str(column).removeprefix(PREFIX)}
                rows.append({**key, "n": count, "mean": effect, "se": error, **quantiles})
        return pd.DataFrame(rows).sort_values("a", kind="stable", ignore_index=True)


def _varied(study: Study) -> tuple[list[str], Floats]:
    """The parameters that differ, with their values scaled to [0, 1], (K, R); without what is inherited."""
    selection = study.program.selection
    inherited = () if selection is None else (*selection.heritable, *selection.means)
    found = {
        name: values for name, values in study.recording.parameters.items()
        if name not in inherited and (values != values[0]).any()
    }
    scaled = [(x - x.min()) / (x.max() - x.min()) for x in found.values()]
    return list(found), np.array(scaled)


def _regressed(scaled: Floats, y: Floats) -> tuple[Floats, Floats, int]:
    """β without the intercept, its standard errors, from how many replicas; NaN where the design does not allow it."""
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
