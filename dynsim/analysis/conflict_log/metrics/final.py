"""The first and last values of every replica: states, objectives, and the parameters that differ between replicas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...reading.moves import Moves, MoveSource
from ...reading.sample import Sample
from ...reading.study import Study
from ..columns import differing_names, ending_names
from ..finite import keep_first, keep_last, keep_undefined
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class Final(LogMetric):
    """Where every replica began and ended, and the parameters in which it differs from others.

    Per replica: every parameter that differs between replicas; every scalar state slot and every heritable parameter,
    at the last tick with a finite value. Per agent: "objective.NAME" is E_i at the last recorded tick with a finite
    value, "first_objective.NAME" at the first, and "mean_objective.NAME" the mean over all of them.
    "undefined_from.NAME" is the first recorded time at which E_i was NaN or infinite although the state was finite; NaN
    if this never happened.
    """

    name = "final"
    table = "summary"
    needs = ("objectives",)
    uses = ("program",)

    def __init__(self, source: MoveSource) -> None:
        super().__init__(source)
        self._slots = ending_names(source.program, source.parameters) if isinstance(source, Study) else []
        agents, replicas = len(source.agents), source.replicas
        self._states = np.full((len(self._slots), replicas), np.nan)
        self._first, self._last = np.full((2, agents, replicas), np.nan)
        self._sums = np.zeros((agents, replicas))
        self._counts = np.zeros((agents, replicas))
        self._undefined = np.full((agents, replicas), np.nan)

    def feed(self, moves: Moves) -> None:
        if isinstance(moves, Sample) and self._slots:
            keep_last(self._states, np.stack([moves.states[name] for name in self._slots]))
        objectives = moves.objectives
        keep_first(self._first, objectives)
        keep_last(self._last, objectives)
        finite = np.isfinite(objectives)
        keep_undefined(self._undefined, objectives, moves)
        self._counts += finite.sum(axis=1)
        # Ticks are added one by one: the rounding of `sum` would depend on the number of ticks in a block.
        for tick in np.where(finite, objectives, 0.0).swapaxes(0, 1):
            self._sums += tick

    def result(self) -> pd.DataFrame:
        agents, parameters = self.source.agents, self.source.parameters
        with np.errstate(invalid="ignore"):
            means = self._sums / self._counts
        columns = {name: parameters[name] for name in differing_names(parameters)}
        columns |= dict(zip(self._slots, self._states, strict=True))
        for what, rows in (
            ("objective", self._last), ("first_objective", self._first), ("mean_objective", means),
            ("undefined_from", self._undefined),
        ):
            columns |= {f"{what}.{agent}": row for agent, row in zip(agents, rows, strict=True)}
        return pd.DataFrame(columns)
