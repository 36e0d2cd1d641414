"""Where every replica began and ended: final states, objectives, and the parameters in which it differs from others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ....algebra.graph import Expr
from ....arrays import Floats
from ....compiler.program import Program
from ...reading.study import Sample, Study
from ..finite import keep_first, keep_last, keep_undefined
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class Final(LogMetric):
    """Where every replica began and ended, and the parameters that make it different.

    Per replica: every parameter that differs between replicas; every scalar state slot, and every heritable parameter,
    at the last tick at which it was finite; per agent "objective.NAME", E_i at the last such tick,
    "first_objective.NAME" at the first, and "mean_objective.NAME", the mean over the recorded ticks with a finite
    value; "undefined_from.NAME": the first recorded time at which E_i was NaN or infinite although the state was
    finite, NaN if it never was.
    """

    name = "final"
    table = "summary"

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._slots = _ending(study.program, study.recording.parameters)
        agents, replicas = len(self.observables.agents), study.replicas
        self._states = np.full((len(self._slots), replicas), np.nan)
        self._first, self._last = np.full((2, agents, replicas), np.nan)
        self._sums = np.zeros((agents, replicas))
        self._counts = np.zeros((agents, replicas))
        self._undefined = np.full((agents, replicas), np.nan)

    def expressions(self) -> Iterable[Expr]:
        return self.observables.objectives

    def feed(self, sample: Sample) -> None:
        if self._slots:
            keep_last(self._states, np.stack([sample.states[name] for name in self._slots]))
        objectives = sample.stack(self.observables.objectives)
        keep_first(self._first, objectives)
        keep_last(self._last, objectives)
        finite = np.isfinite(objectives)
        keep_undefined(self._undefined, objectives, sample)
        self._counts += finite.sum(axis=1)
        for tick in np.where(finite, objectives, 0.0).swapaxes(0, 1):  # in the order of time, whatever the blocks
            self._sums += tick

    def result(self) -> pd.DataFrame:
        agents = self.observables.agents
        with np.errstate(invalid="ignore"):
            means = self._sums / self._counts
        parameters = self.study.recording.parameters
        columns = {name: parameters[name] for name in _differing(parameters)}
        columns |= dict(zip(self._slots, self._states, strict=True))
        for what, rows in (
            ("objective", self._last), ("first_objective", self._first), ("mean_objective", means),
            ("undefined_from", self._undefined),
        ):
            columns |= {f"{what}.{agent}": row for agent, row in zip(agents, rows, strict=True)}
        return pd.DataFrame(columns)


def named_columns(program: Program, parameters: Mapping[str, Floats]) -> list[str]:
    """The columns of the summary that have the names of variables and parameters."""
    return list(dict.fromkeys([*_differing(parameters), *_ending(program, parameters)]))


def _differing(parameters: Mapping[str, Floats]) -> list[str]:
    return [name for name, values in parameters.items() if (values != values[0]).any()]


def _ending(program: Program, parameters: Mapping[str, Floats]) -> list[str]:
    """Scalar state slots and heritable parameters."""
    inherited = [] if program.selection is None else [n for n in program.selection.heritable if n in parameters]
    return [slot.name for slot in program.states if slot.role == "state" and slot.domain.kind == "scalar"] + inherited
