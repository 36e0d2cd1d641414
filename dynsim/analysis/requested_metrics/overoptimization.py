"""Overoptimization: the peak of the base objective while a label is optimised, and what is lost after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...settings import number
from ..reading.proxy_gains import proxy_gains
from ..reading.replica_values import ReplicaValues
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Overoptimization(RequestedMetric):
    """The largest gain of the base objective along the run, and the gain of an agent's declared objective there.

        best      the largest gain of the base objective, base(0) − min_t base(t)
        best_at   the gain of the declared objective at that time
        lost      what is lost of the best until the end, base(end) − min_t base(t)

    Times are sampled ticks; of equal values the first counts. Agents whose label is the base objective itself are left
    out. `lost` above 0 while the declared objective still gains is overoptimization (Gao et al. 2023). `goodhart` has
    the whole curve.
    """

    name: ClassVar[str] = "overoptimization"
    heading: ClassVar[str] = "How far is it good to improve the label?"
    caption: ClassVar[str] = (
        "best: the most that the designers had gained at any time; best_at: how much the agent's declared objective "
        "had gained then; lost: what of the best was lost again by the end."
    )
    value: ClassVar[str] = "gain"
    shape: ClassVar = "dots"

    ticks: float = number(200, at_least=2, whole=True, doc="how many of the recorded ticks are looked at")

    def values(self, study: Study) -> ReplicaValues:
        found = proxy_gains(study, int(self.ticks))
        kept = np.isfinite(found.base).all(axis=0)
        base = np.where(kept, found.base, -np.inf)
        peak = base.argmax(axis=0)
        lane = np.arange(study.replicas)
        best = np.where(kept, base[peak, lane], np.nan)
        rows = []
        for agent, proxy in zip(found.agents, found.proxies, strict=True):
            rows += [
                ("best", agent, best), ("best_at", agent, np.where(kept, proxy[peak, lane], np.nan)),
                ("lost", agent, best - found.base[-1]),
            ]
        rows.sort(key=lambda row: ("best", "best_at", "lost").index(row[0]))
        quantity, agents, values = zip(*rows, strict=True)
        return ReplicaValues(pd.DataFrame({"quantity": quantity, "agent": agents}), np.stack(values))
