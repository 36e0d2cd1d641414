"""Divergence: a replica leaves the finite numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ...algebra.graph import Expr
from ..episode import COLUMNS, KINDS, EpisodeKind
from ..study import Peaks, Sample, Study

# The runaway starts where the largest state variable leaves this many times its size at the first recorded tick.
RUNAWAY = 10.0


@KINDS.register
class Divergence(EpisodeKind):
    """A replica leaves the finite numbers.

    One row per replica that diverged: peak and end are the time at which the first value ceased to be finite, onset
    the last recorded tick at which max_v |x_v| had never exceeded RUNAWAY times its first value (the first tick, if
    it started at 0). agents: who moves the variable that diverged. intensity 1; harm is not defined (NaN);
    outcome "diverged".
    """

    name = "divergence"

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._peaks = Peaks(1, study.replicas)
        self._first = np.empty(0)
        self._onset = np.full(study.replicas, study.times[0] if len(study.times) else np.nan)

    def expressions(self) -> Iterable[Expr]:
        return ()

    def feed(self, sample: Sample) -> None:
        extent = self._peaks.feed(sample.extent[None])[0]
        if not self._first.size:
            self._first = extent[0]
        calm = np.isfinite(sample.extent) & (extent <= RUNAWAY * self._first)
        self._onset = np.maximum(self._onset, np.where(calm, sample.times[:, None], -np.inf).max(axis=0))

    def result(self) -> pd.DataFrame:
        recording, seen = self.study.recording, self.observables
        replica = np.flatnonzero(np.isfinite(recording.diverged_at))
        slots = [self.study.program.states[k].name for k in recording.diverged_slot[replica]]
        at = recording.diverged_at[replica]
        return pd.DataFrame({
            "replica": replica, "kind": self.name,
            "agents": [", ".join(seen.agents[j] for j in seen.movers(v)) for v in slots], "variables": slots,
            "onset": self._onset[replica], "peak": at, "end": at, "open": False, "intensity": 1.0,
            "harm": np.nan, "harm_a": np.nan, "harm_b": np.nan, "outcome": "diverged",
        })[list(COLUMNS)]
