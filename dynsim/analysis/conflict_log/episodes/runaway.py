"""Runaway: variables grow without any sign of stopping, and are still finite when the record ends."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...motion.runaway_onset import Onset
from ...motion.verdicts import NUMBER, RUNNING_AWAY
from ...reading.moves import movers
from ...reading.sample import Sample
from ...reading.study import Study
from ..judge import Judge
from .base import COLUMNS, KINDS, EpisodeKind


@KINDS.register
class Runaway(EpisodeKind):
    """Variables grow without any sign of stopping, and are still finite when the record ends.

    One row per replica whose `verdict` is "running away", about the variables that run away. The verdict is based on
    the final half of the record. onset: the beginning of that half; or, if max_v |x_v| exceeded 10 times its first
    value earlier, the last recorded tick before it did. peak and end: the last recorded tick; the episode is open.
    agents: the movers of the variables. intensity 1; harm is not defined (NaN); outcome "running away".
    """

    name = "runaway"
    needs = ("program",)

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._judge = Judge(study)
        self._onset = Onset(study)

    def feed(self, sample: Sample) -> None:
        self._judge.feed(sample)
        self._onset.feed(sample)

    def result(self) -> pd.DataFrame:
        ending, times = self._judge.found, self.source.times
        replica = np.flatnonzero(ending["verdict"] == NUMBER[RUNNING_AWAY])
        if not len(replica):
            return pd.DataFrame(columns=list(COLUMNS))
        variables = ending["variables"][replica]
        # A verdict is about the final half only. A variable that exceeded the limit earlier has been running away since
        # then.
        onset = np.minimum(self._onset.time[replica], times[len(times) // 2])
        return pd.DataFrame({
            "replica": replica, "kind": self.name, "agents": [self._movers(names) for names in variables],
            "variables": variables, "onset": onset, "peak": times[-1], "end": times[-1], "open": True,
            "intensity": 1.0, "harm": np.nan, "harm_a": np.nan, "harm_b": np.nan, "outcome": RUNNING_AWAY,
        })[list(COLUMNS)]

    def _movers(self, variables: str) -> str:
        those = dict.fromkeys(j for name in variables.split(", ") for j in movers(self.source, name))
        return ", ".join(self.source.agents[j] for j in those)
