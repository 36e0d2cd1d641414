"""Goodhart curves: the base objective as a function of the progress on a label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...settings import number
from ..reading.proxy_gains import base_gain_at, proxy_gains
from ..reading.replica_values import ReplicaValues
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric

POINTS = 41  # of a curve


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Goodhart(RequestedMetric):
    """The gain of the base objective over the gain of an agent's declared objective, the proxy, along the run.

        x = proxy(0) − proxy(t),      y = base(0) − base(t)

    y is taken at the first time at which x is reached, per replica; x runs from 0 to the largest gain of any replica of
    the same cell. Where y falls although x grows, the label is optimised at the expense of what it stands for (Goodhart
    1975; for reward models Gao et al. 2023). Both objectives are minimised, so a gain is a decrease. Agents whose label
    is the base objective itself are left out. `overoptimization` has the peak of the curve, and what is lost after it.
    """

    name: ClassVar[str] = "goodhart"
    heading: ClassVar[str] = "Does a better label mean a better whole?"
    caption: ClassVar[str] = (
        "The designers' gain at the moment when an agent's declared objective had gained that much. A curve that "
        "turns down is Goodhart's law: the label still improves, what it stands for does not."
    )
    value: ClassVar[str] = "gain of the base objective"
    shape: ClassVar = "curve"
    over: ClassVar[str] = "gain of the declared objective"

    ticks: float = number(200, at_least=2, whole=True, doc="how many of the recorded ticks are looked at")

    def values(self, study: Study) -> list[ReplicaValues]:
        found = proxy_gains(study, int(self.ticks))
        parts = []
        for mine in (study.cells.replicas(c) for c in range(study.cells.count)):
            for agent, proxy in zip(found.agents, found.proxies[..., mine], strict=True):
                best = np.max(proxy, initial=0.0, where=np.isfinite(proxy))
                grid = np.linspace(0.0, best, POINTS if best > 0.0 else 1)
                keys = pd.DataFrame({"agent": agent, "x": grid})
                parts.append(ReplicaValues(keys, base_gain_at(proxy, found.base[:, mine], grid), mine))
        return parts
