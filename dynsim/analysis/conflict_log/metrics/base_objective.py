"""The base objective: what the designers want from the whole system, at the start and end of every phase."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....arrays import Floats
from ...reading.moves import Moves, MoveSource
from ..finite import keep_first, keep_last, keep_undefined
from .base import LOG_METRICS, LogMetric

WHOLE = (-np.inf, np.inf)


@LOG_METRICS.register
class BaseObjective(LogMetric):
    """The base objective (`base`), if the scenario states one, at the start and at the end.

    Per replica, "base.first" and "base.last" are its values at the first and the last recorded tick with a finite
    value. If the run has phases, "base.first.PHASE" and "base.last.PHASE" are the same within each phase; a tick at
    which one phase ends and the next begins belongs to the next. "base.best" is the lowest value at a recorded tick,
    and "base.best_at" the time of the first such tick. "base.undefined_from" is the first recorded time at which the
    value was NaN or infinite although the state was finite; NaN if this never happened.
    """

    name = "base_objective"
    table = "summary"
    uses = ("base",)

    def __init__(self, source: MoveSource) -> None:
        super().__init__(source)
        self._stated = "base" in source.has
        # A phase lasts until the next one begins, so every recorded tick is in exactly one phase.
        starts = [start for start, _ in source.phases.values()]
        spans = zip(starts, [*starts[1:], np.inf], strict=False)
        self._spans = {"": WHOLE} | {f".{name}": span for name, span in zip(source.phases, spans, strict=True)}
        self._first, self._last = np.full((2, len(self._spans), source.replicas), np.nan)
        self._best, self._best_at = np.full((2, source.replicas), np.nan)
        self._undefined = np.full((1, source.replicas), np.nan)

    def feed(self, moves: Moves) -> None:
        if not self._stated:
            return
        values, times = moves.quantity("base"), moves.times[:, None]
        inside = np.stack([(times >= start) & (times < end) for start, end in self._spans.values()])
        kept = np.where(inside, values, np.nan)
        keep_first(self._first, kept)
        keep_last(self._last, kept)
        self._keep_best(moves.times, values[0])
        keep_undefined(self._undefined, values, moves)

    def result(self) -> pd.DataFrame:
        columns: dict[str, Floats] = {}
        for k, phase in enumerate(self._spans if self._stated else ()):
            columns |= {f"base.first{phase}": self._first[k], f"base.last{phase}": self._last[k]}
        if self._stated:
            columns |= {"base.best": self._best, "base.best_at": self._best_at}
            columns |= {"base.undefined_from": self._undefined[0]}
        return pd.DataFrame(columns)

    def _keep_best(self, times: Floats, values: Floats) -> None:
        """values: (K, R)."""
        finite = np.where(np.isfinite(values), values, np.inf)
        tick = finite.argmin(axis=0)
        least = finite[tick, np.arange(values.shape[1])]
        better = np.isfinite(least) & ~(self._best <= least)
        self._best[better], self._best_at[better] = least[better], times[tick][better]
