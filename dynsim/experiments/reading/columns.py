"""The collected columns that a design reads: whether they exist, before anything runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...analysis.conflict_log.metrics.base import LOG_METRICS
from ...analysis.motion.verdicts import VERDICTS
from ...analysis.reading.study import Study
from ...compiler.program import Program
from ...engine.random.starts import initial_values, parameter_values
from ...errors import DynsimError, shown
from ...record.recording import Block, MemoryRecording
from ...registry import unknown
from ...system.grammar.problems import Place
from ...system.model import Model
from ..expressions import expression_of
from ..paths import below_path
from ..quantities import Quantity, quantity
from ..work.collected import columns_of
from .everywhere import Mistake, Named

VERDICT = "verdict"
FEW = 2  # replicas


def named_column(place: Place, name: str, collect: Sequence[str]) -> Named:
    """A column that is read at `place`: that of something in `collect`, `verdict`, or the share `verdict.NAME`."""
    return Named(place, name, _Column(name, [quantity(text) for text in collect]))


class _Column:
    """Whether what is collected of a model has the column."""

    def __init__(self, name: str, collect: Sequence[Quantity]) -> None:
        self._name, self._collect = name, collect

    def __call__(self, model: Model, program: Program) -> Mistake:
        if self._name == VERDICT:
            return "", None
        if self._name.startswith(f"{VERDICT}."):
            word = self._name.removeprefix(f"{VERDICT}.")
            return "" if word in VERDICTS else unknown(VERDICT, word, VERDICTS), None
        on_request = [one.about for one in self._collect if _on_request(one)]
        if any(below_path(self._name, metric) for metric in on_request):
            return "", None  # the names of its rows are known only once it is computed
        known = _known([one.text for one in self._collect if not _on_request(one)], model, program)
        if self._name in known:
            return "", None
        return self._missing([*known, *on_request], model, program), None

    def _missing(self, known: Sequence[str], model: Model, program: Program) -> str:
        asked = quantity(self._name)
        try:
            expression_of(asked.about, model, program)
        except DynsimError:
            return unknown("column", self._name, known)
        return f"{shown(self._name)} is not collected: add it to `collect`"


def _on_request(one: Quantity) -> bool:
    return one.kind == "metric" and one.about not in LOG_METRICS.names()


def _known(collect: Sequence[str], model: Model, program: Program) -> list[str]:
    """The columns of what is collected: those of a record that has nothing but the start of few replicas."""
    numbers = np.arange(FEW)
    parameters = parameter_values(model, numbers)
    start = initial_values(program, parameters, model.ensemble.seed, numbers)
    block = Block(np.zeros(1), {name: values[np.newaxis] for name, values in start.items()})
    recording = MemoryRecording([block], FEW, parameters, np.full(FEW, np.nan), np.full(FEW, -1))
    return list(columns_of(Study(program, recording, model, compiled=False), collect))
