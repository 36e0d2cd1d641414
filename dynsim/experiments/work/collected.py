"""What `collect` names, read off the record of many cells at once: a column or a few, with a value in every replica.

Only the log metrics and kinds of episode that a name needs are computed, all of them in one pass over the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...algebra.graph import Expr
from ...analysis.conflict_log.episodes.base import KINDS
from ...analysis.conflict_log.finite import keep_last
from ...analysis.conflict_log.metrics.base import LOG_METRICS, LogMetric
from ...analysis.conflict_log.tables import fitting, read
from ...analysis.reading.cells import COLUMN
from ...analysis.reading.replica_values import STATISTICS
from ...analysis.reading.sample import Sample
from ...analysis.reading.study import Study
from ...analysis.requested_metrics.base import make
from ...errors import DynsimError, InputError
from ..expressions import expression_of
from ..quantities import Quantity, quantity

Columns = dict[str, NDArray[Any]]
KNOWN = frozenset({"replica", "value", *STATISTICS})
"""The columns of a metric's table of replicas that are no keys."""


def columns_of(study: Study, collect: Sequence[str]) -> Columns:
    """The columns of everything collected, (R,) each, without those that this system has not (an agent that a variant
    removes)."""
    wanted = [quantity(text) for text in collect]
    made: dict[str, LogMetric] = {}
    for one in wanted:
        for name, metric in _metrics(study, one):
            made.setdefault(name, metric)
    read(made.values(), study)
    results = {name: metric.result() for name, metric in made.items()}
    found: Columns = {}
    for one in wanted:
        found |= dict(_columns(study, one, results))
    return found


def needs_whole_cells(collect: Iterable[str]) -> bool:
    """Whether something is collected that may simulate the cell's replicas again: a metric on request."""
    asked = (quantity(text) for text in collect)
    return any(one.kind == "metric" and one.about not in LOG_METRICS.names() for one in asked)


def _metrics(study: Study, wanted: Quantity) -> Iterator[tuple[str, LogMetric]]:
    """The log metrics that a quantity is read off, by names under which quantities share them."""
    match wanted.kind:
        case "verdict":
            yield "verdict", LOG_METRICS.get("verdict")(study)
        case "objectives" | "final":
            yield "final", LOG_METRICS.get("final")(study)
        case "base":
            yield "base", LOG_METRICS.get("base_objective")(study)
        case "episodes":
            for kind in fitting(KINDS, study):
                yield f"episodes.{kind.name}", kind
        case "metric" if wanted.about in LOG_METRICS.names():
            yield wanted.about, LOG_METRICS.get(wanted.about)(study)
        case "mean" | "expression":
            expr = _expression(study, wanted.about)
            if expr is not None:
                yield wanted.text, (Mean if wanted.kind == "mean" else Last)(study, expr)


def _columns(
    study: Study, wanted: Quantity, results: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, NDArray[Any]]]:
    match wanted.kind:
        case "verdict":
            yield "verdict", results["verdict"]["verdict"].to_numpy(object)
        case "objectives":
            for agent in study.agents:
                for name in (f"objective.{agent}", f"first_objective.{agent}"):
                    yield name, results["final"][name].to_numpy(float)
        case "final":
            for slot in study.program.states:
                if slot.role == "state" and slot.domain.kind == "scalar":
                    yield slot.name, results["final"][slot.name].to_numpy(float)
        case "base":
            if "base.last" in results["base"]:
                yield "base.last", results["base"]["base.last"].to_numpy(float)
        case "episodes":
            for name in KINDS.names():
                if f"episodes.{name}" in results:
                    yield from _episodes(name, results[f"episodes.{name}"], study.replicas)
        case "metric" if wanted.about in results:
            yield from _of_summary(results[wanted.about], study)
        case "metric":
            yield from _requested(study, wanted)
        case _:
            if wanted.text in results:
                yield wanted.text, results[wanted.text]["value"].to_numpy(float)


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


class _OfExpression(LogMetric):
    """A number in each replica that is made of an expression's values over the record."""

    name = "collected"
    table = "collected"
    needs = ("program",)

    def __init__(self, study: Study, expr: Expr) -> None:
        super().__init__(study)
        self._expr = expr

    def expressions(self) -> Iterable[Expr]:
        return [self._expr]

    def _values(self, sample: Sample) -> NDArray[np.float64]:
        return sample.stack([self._expr])


class Last(_OfExpression):
    """The value at the last recorded tick at which it is finite; NaN where it never is."""

    def __init__(self, study: Study, expr: Expr) -> None:
        super().__init__(study, expr)
        self._last = np.full((1, study.replicas), np.nan)

    def feed(self, sample: Sample) -> None:
        keep_last(self._last, self._values(sample))

    def result(self) -> pd.DataFrame:
        return pd.DataFrame({"value": self._last[0]})


class Mean(_OfExpression):
    """The mean over the recorded ticks at which it is finite; NaN where it never is."""

    def __init__(self, study: Study, expr: Expr) -> None:
        super().__init__(study, expr)
        self._sum, self._count = np.zeros(study.replicas), np.zeros(study.replicas)

    def feed(self, sample: Sample) -> None:
        values = self._values(sample)[0]
        finite = np.isfinite(values)
        self._count += finite.sum(axis=0)
        # Tick after tick and not by `sum`, whose rounding depends on how many ticks a block happens to have.
        for tick in np.where(finite, values, 0.0):
            self._sum += tick

    def result(self) -> pd.DataFrame:
        with np.errstate(invalid="ignore"):
            return pd.DataFrame({"value": self._sum / self._count})
