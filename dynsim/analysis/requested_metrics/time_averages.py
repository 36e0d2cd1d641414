"""Time averages of states and objectives, with standard errors by batch means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...algebra.functions import mean
from ...arrays import Floats
from ...errors import InputError
from ...settings import number
from ..reading.batch_means import batch_means
from ..reading.replica_values import ReplicaValues
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric

LEAST = 4  # batches, from which a standard error and a drift are taken


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class TimeAverages(RequestedMetric):
    """The averages of states and objectives over the run, after a share of it, per replica.

        average          x̄ = Σ_t x(t)/T over the recorded ticks after `skip`
        standard error   of x̄ by batch means (Conway 1963): s/√B, with s the standard deviation of the means over B
                         consecutive batches, which absorb the correlation within a batch
        drift            (the mean of the later half of the batches − that of the earlier half)/(2 standard errors):
                         beyond ±3 the average has not settled, or batches are shorter than the correlation time

    In an ergodic run, the average of one replica over a long time equals that over replicas: the spread over replicas
    shows whether this holds. For populations, states are means over the nodes. Objectives are the effective ones; a
    population's is the sum over its nodes.

    Rows: quantity, of (the component of a state variable, or "objective of AGENT"). Drift has no value where nothing
    moves.
    """

    name: ClassVar[str] = "time_averages"
    heading: ClassVar[str] = "What is it like on average over time?"
    caption: ClassVar[str] = (
        "Averages of states and objectives over the later part of the run; their standard error, from the means of "
        "consecutive batches; drift: by how many standard errors the later half differs from the earlier."
    )
    value: ClassVar[str] = "average"
    shape: ClassVar = "dots"
    agents: ClassVar = False

    skip: float = number(0.5, at_least=0, below=1, doc="share of the recorded ticks that is left out at the start")
    batches: float = number(20, at_least=LEAST, whole=True, doc="how many batches the rest is cut into")

    def values(self, study: Study) -> ReplicaValues:
        seen = study.observables
        exprs = {}
        for slot in seen.slots:
            symbol = seen.symbol(slot)
            exprs[slot.name] = symbol if slot.domain.kind == "scalar" else mean(symbol)
        exprs |= {f"objective of {a}": e for a, e in zip(seen.agents, seen.objectives, strict=True)}
        means = batch_means(study, list(exprs.values()), self.skip, int(self.batches))
        if means.shape[1] < LEAST:
            raise InputError(f"{means.shape[1]} recorded ticks are too few: averages are taken over {LEAST} or more")
        rows = statistics(means)
        keys = {"quantity": [quantity for quantity in rows for _ in exprs], "of": list(exprs) * len(rows)}
        return ReplicaValues(pd.DataFrame(keys), np.concatenate(list(rows.values())))


def statistics(means: Floats) -> dict[str, Floats]:
    """Average, standard error and drift, (len, R) each, from batch means, (len, B, R)."""
    count = means.shape[1]
    average = means.mean(axis=1)
    se = means.std(axis=1, ddof=1) / np.sqrt(count)
    half = count // 2
    later, earlier = means[:, -half:].mean(axis=1), means[:, :half].mean(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        drift = np.where(se > 1e-14 * np.abs(average), (later - earlier) / (2.0 * se), np.nan)
    return {"average": average, "standard error": se, "drift": drift}
