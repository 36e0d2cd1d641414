"""Divergence: a value of a replica is no longer finite."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...motion.runaway_onset import Onset
from ...reading.moves import movers
from ...reading.sample import Sample
from ...reading.study import Study
from .base import COLUMNS, KINDS, EpisodeKind


@KINDS.register
class Divergence(EpisodeKind):
    """A value of a replica is no longer finite.

    One row per replica that diverged. peak and end: the time at which a value was first not finite. onset: the last
    recorded tick up to which max_v |x_v| had not exceeded 10 times (RUNAWAY) its first value (the first tick, if it
    started at 0). agents: the movers of the variable that diverged. intensity 1; harm is not defined (NaN); outcome
    "diverged".
    """

    name = "divergence"
    needs = ("program",)

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._study = study
        self._onset = Onset(study)

    def feed(self, sample: Sample) -> None:
        self._onset.feed(sample)

    def result(self) -> pd.DataFrame:
        study, recording = self._study, self._study.recording
        replica = np.flatnonzero(np.isfinite(recording.diverged_at))
        slots = [study.program.states[k].name for k in recording.diverged_slot[replica]]
        at = recording.diverged_at[replica]
        return pd.DataFrame({
            "replica": replica, "kind": self.name,
            "agents": [", ".join(study.agents[j] for j in movers(study, v)) for v in slots], "variables": slots,
            "onset": self._onset.time[replica], "peak": at, "end": at, "open": False, "intensity": 1.0,
            "harm": np.nan, "harm_a": np.nan, "harm_b": np.nan, "outcome": "diverged",
        })[list(COLUMNS)]
