"""What `collect` names, read off the record of many cells at once: a column or a few, with a value in every replica.

Only the log metrics and kinds of episode that a name needs are computed, all of them in one pass over the record; first
and last values are read off its ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...algebra.graph import Expr
from ...analysis.conflict_log.episodes.base import KINDS
from ...analysis.conflict_log.metrics.base import LOG_METRICS, LogMetric
from ...analysis.conflict_log.metrics.verdict import Verdict
from ...analysis.conflict_log.tables import fitting, read
from ...analysis.reading.cells import COLUMN
from ...analysis.reading.replica_values import STATISTICS
from ...analysis.reading.sample import Sample
from ...analysis.reading.study import Study
from ...analysis.requested_metrics.base import make
from ...errors import DynsimError, InputError
from ..expressions import expression_of
from ..quantities import Quantity, quantity
from .ends import Ends

Columns = dict[str, NDArray[Any]]
KNOWN = frozenset({"replica", "value", *STATISTICS})
"""The columns of a metric's table of replicas that are no keys."""


def columns_of(study: Study, collect: Sequence[str]) -> Columns:
    """The columns of everything collected, (R,) each, without those that this system has not (an agent that a variant
    removes). The verdict is its place in VERDICTS."""
    wanted = [quantity(text) for text in collect]
    made: dict[str, LogMetric] = {}
    for one in wanted:
        made |= {name: metric for name, metric in _metrics(study, one) if name not in made}
    read(made.values(), study)
    ends = Ends.read(study, [expr for one in wanted for expr in _ending(study, one).values()])
    found: Columns = {}
    for one in wanted:
        found |= dict(_columns(study, one, made, ends))
    return found


def needs_whole_cells(collect: Iterable[str]) -> bool:
    """Whether something is collected that may simulate the cell's replicas again: a metric on request."""
    asked = (quantity(text) for text in collect)
    return any(one.kind == "metric" and one.about not in LOG_METRICS.names() for one in asked)


def _metrics(study: Study, wanted: Quantity) -> Iterator[tuple[str, LogMetric]]:
    """The log metrics that a quantity is read off, by names under which quantities share them."""
    match wanted.kind:
        case "verdict":
            yield "verdict", Verdict(study)
        case "episodes":
            for kind in fitting(KINDS, study):
                yield f"episodes.{kind.name}", kind
        case "metric" if wanted.about in LOG_METRICS.names():
            yield f"metric.{wanted.about}", LOG_METRICS.get(wanted.about)(study)
        case "mean":
            expr = _expression(study, wanted.about)
            if expr is not None:
                yield wanted.text, Mean(study, expr)


def _ending(study: Study, wanted: Quantity) -> dict[str, Expr]:
    """The expressions whose first or last values make up a quantity, by the names of the columns of the last ones."""
    seen = study.observables
    match wanted.kind:
        case "objectives":
            return {f"objective.{agent}": expr for agent, expr in zip(seen.agents, seen.objectives, strict=True)}
        case "final":
            return {slot.name: seen.symbol(slot) for slot in seen.slots if slot.domain.kind == "scalar"}
        case "base" if seen.base is not None:
            return {"base.last": seen.base[0]}
        case "expression":
            value = _expression(study, wanted.about)
            return {} if value is None else {wanted.text: value}
    return {}


def _columns(
    study: Study, wanted: Quantity, made: Mapping[str, LogMetric], ends: Ends
) -> Iterator[tuple[str, NDArray[Any]]]:
    match wanted.kind:
        case "verdict":
            verdict = made["verdict"]
            assert isinstance(verdict, Verdict)
            yield "verdict", verdict.numbers
        case "episodes":
            for name in KINDS.names():
                if f"episodes.{name}" in made:
                    yield from _episodes(name, made[f"episodes.{name}"].result(), study.replicas)
        case "metric" if f"metric.{wanted.about}" in made:
            yield from _of_summary(made[f"metric.{wanted.about}"].result(), study)
        case "metric":
            yield from _requested(study, wanted)
        case "mean":
            if wanted.text in made:
                yield wanted.text, made[wanted.text].result()["value"].to_numpy(float)
        case _:
            for name, expr in _ending(study, wanted).items():
                yield name, ends.last[expr]
                if wanted.kind == "objectives":
                    yield f"first_{name}", ends.first[expr]


def _episodes(kind: str, rows: pd.DataFrame, replicas: int) -> Iterator[tuple[str, NDArray[Any]]]:
    """How many episodes of a kind each replica has, and when the first began: NaN where there is none."""
    replica, onset = rows["replica"].to_numpy(int), rows["onset"].to_numpy(float)
    first = np.full(replicas, np.inf)
    np.minimum.at(first, replica, onset)
    yield f"episodes.{kind}", np.bincount(replica, minlength=replicas).astype(float)
    yield f"onset.{kind}", np.where(np.isinf(first), np.nan, first)


def _of_summary(table: pd.DataFrame, study: Study) -> Iterator[tuple[str, NDArray[Any]]]:
    """The numbers of a log metric that has a row for each replica, but for parameters: which of them differ depends on
    the cells that happen to be read together."""
    for name in table.select_dtypes(["number", "bool"]):
        if name not in study.parameters:
            yield str(name), table[name].to_numpy(float)


def _requested(study: Study, wanted: Quantity) -> Iterator[tuple[str, NDArray[Any]]]:
    """The value of a metric on request in each replica; a column for each of its rows, named by the row's keys.
    InputError where it changes over time, or has no value in each replica."""
    table = make(wanted.about, {}).per_replica(study)
    if "replica" not in table or "t" in table:
        what = "changes over time" if "t" in table else "has no value in a single replica"
        raise InputError(f"{wanted.text}: the metric {what}, so no column can hold it")
    columns = [str(name) for name in table]
    keys = [name for name in columns if name not in KNOWN and not name.startswith(COLUMN)]
    if table.empty:
        return
    suffix = table[keys].astype(str).agg(".".join, axis=1) if keys else pd.Series("", index=table.index)
    for key in dict.fromkeys(suffix):
        rows, values = table[suffix == key], np.full(study.replicas, np.nan)
        values[rows["replica"].to_numpy(int)] = rows["value"].to_numpy(float)
        yield ".".join([wanted.about, key] if key else [wanted.about]), values


# -- expressions ------------------------------------------------------------------------------------------------------


def _expression(study: Study, text: str) -> Expr | None:
    """What a text means; None where the system has not what it names."""
    assert study.model is not None, "an experiment's study has its model"
    try:
        return expression_of(text, study.model, study.program)
    except DynsimError:
        return None


class Mean(LogMetric):
    """The mean of an expression over the recorded ticks at which it is finite; NaN where it never is."""

    name = "mean"
    table = "collected"
    needs = ("program",)

    def __init__(self, study: Study, expr: Expr) -> None:
        super().__init__(study)
        self._expr = expr
        self._sum, self._count = np.zeros(study.replicas), np.zeros(study.replicas)

    def expressions(self) -> Iterable[Expr]:
        return [self._expr]

    def feed(self, sample: Sample) -> None:
        values = sample[self._expr]
        finite = np.isfinite(values)
        self._count += finite.sum(axis=0)
        # Tick after tick and not by `sum`, whose rounding depends on how many ticks a block happens to have.
        for tick in np.where(finite, values, 0.0):
            self._sum += tick

    def result(self) -> pd.DataFrame:
        with np.errstate(invalid="ignore"):
            return pd.DataFrame({"value": self._sum / self._count})
