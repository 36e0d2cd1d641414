"""Collapse: whether shares concentrate on one option."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...algebra.value import components
from ...arrays import Floats
from ...errors import InputError
from ...settings import number
from ..reading.replica_values import ReplicaValues, over_time
from ..reading.sampling import TICKS, sampled
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Collapse(RequestedMetric):
    """1 − H(s)/ln n over time, for every variable of n shares on a simplex; H(s) = −Σ_k s_k ln s_k (Shannon 1948).

    0: all options have equal shares; 1: one option has everything. For populations, the mean over the nodes.
    """

    name: ClassVar[str] = "collapse"
    heading: ClassVar[str] = "Do shares end on one option?"
    caption: ClassVar[str] = "Of every variable of shares: 0 where all options are used alike, 1 where one has all."
    value: ClassVar[str] = "1 − entropy/ln n"
    shape: ClassVar = "lines"
    agents: ClassVar = False

    ticks: float = number(TICKS, at_least=1, whole=True, doc="how many of the recorded ticks are looked at")

    def values(self, study: Study) -> ReplicaValues:
        variables = () if study.model is None else study.model.variables.values()
        shares = {v.name: components(v.symbols) for v in variables if v.kind == "state" and v.space.kind == "simplex"}
        shares = {name: symbols for name, symbols in shares.items() if len(symbols) > 1}
        if not shares:
            raise InputError("there are no shares: no variable of several components lives on a simplex")
        block = sampled(study, int(self.ticks))
        values = [concentration(np.stack([block.values[str(e.name)] for e in symbols])) for symbols in shares.values()]
        means = np.stack([x if x.ndim == 2 else x.mean(axis=1) for x in values])
        return over_time(block.times, means, variable=list(shares))


def concentration(shares: Floats) -> Floats:
    """1 − H/ln n of shares, (n, …)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(shares > 0.0, shares * np.log(shares), np.where(np.isnan(shares), np.nan, 0.0))
    return 1.0 + terms.sum(axis=0) / np.log(len(shares))
