"""All tables of the conflict log, in one pass over the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from ...errors import InputError, shown
from ...registry import Registry, unknown
from ..numerics.bands import QUANTILES
from ..reading.cells import Cells, each, varied
from ..reading.moves import QUANTITIES, MoveSource, Need
from ..reading.study import Study
from .columns import SUMMARY, named_columns, own_columns
from .episodes.base import COLUMNS, KINDS
from .metrics.base import LOG_METRICS, LogMetric

EPISODES = "episodes"

M = TypeVar("M", bound=LogMetric)


@dataclass(frozen=True, eq=False)
class Tables(Mapping[str, pd.DataFrame]):
    """Tables by name; each is an attribute, too.

    "summary" has one row per replica, "episodes" one row per episode. All others are over time, cell after cell
    (reading/cells.py): "ledger", "contest", "alignment", "pair_states", "objectives", and those of further log metrics.
    The metric of the same name documents the columns. A table is left out if the source lacks its data.
    """

    frames: Mapping[str, pd.DataFrame]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)

    def __getattr__(self, name: str) -> pd.DataFrame:
        # Called only for missing attributes; `frames` itself is missing while a copy is being made.
        if name == "frames" or name not in self.frames:
            raise AttributeError("frames" if name == "frames" else unknown("table", name, self.frames))
        return self.frames[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.frames]

    def but(self, **frames: pd.DataFrame) -> Tables:
        """A copy in which these tables replace those of the same names."""
        return Tables({**self.frames, **frames})

    def of_cell(self, cells: Cells, cell: int) -> Tables:
        """The tables of one cell, as if it were a separate run: replicas are numbered from 0."""
        mine, frames = cells.replicas(cell), {}
        for name, table in self.frames.items():
            if name == SUMMARY:
                frames[name] = table.iloc[mine].reset_index(drop=True).assign(replica=range(len(mine)))
            elif name == EPISODES:
                there = table[table["replica"].isin(mine)]
                frames[name] = there.assign(replica=np.searchsorted(mine, there["replica"].to_numpy(int)))
            else:
                frames[name] = cells.rows(table, cell)
        return Tables(frames)


def tables(source: MoveSource) -> Tables:
    """Evaluate every registered log metric and kind of episode that the source has the data for.

    InputError if the source has no objectives, or names that the tables could not tell apart.
    """
    _check(source)
    metrics, kinds = list(fitting(LOG_METRICS, source)), list(fitting(KINDS, source))
    read([*metrics, *kinds], source)
    found: dict[str, list[pd.DataFrame]] = {}
    for metric in metrics:
        found.setdefault(metric.table, []).append(metric.result())
    frames = {name: parts[0] for name, parts in found.items()}
    if kinds:
        frames[EPISODES] = _episodes([kind.result() for kind in kinds])
    return Tables(frames | {SUMMARY: _summary(source, found.get(SUMMARY, []))})


def table_names() -> tuple[str, ...]:
    """The names of all tables that there can be."""
    return tuple(sorted({*(LOG_METRICS.get(name).table for name in LOG_METRICS.names()), EPISODES}))


def read(metrics: Iterable[LogMetric], source: MoveSource) -> None:
    """One pass over the record for all metrics. Only quantities and expressions that a metric names are evaluated."""
    metrics = list(metrics)
    # Reading and evaluating are the main cost, so the union of all needs is evaluated once.
    named = dict.fromkeys(name for metric in metrics for name in (*metric.needs, *metric.uses))
    quantities = [name for name in QUANTITIES if name in named and name in source.has]
    exprs = [expr for metric in metrics for expr in metric.expressions()]
    for moves in source.samples(quantities, exprs):
        for metric in metrics:
            metric.feed(moves)


def single(source: MoveSource, name: str) -> pd.DataFrame:
    """The table of the metric `name`, computed alone. For the summary, its columns with one row per replica."""
    metric = LOG_METRICS.get(name)(source)
    read([metric], source)
    found = metric.result()
    if metric.table != SUMMARY:
        return found
    return pd.concat([pd.DataFrame({"replica": range(source.replicas)}), found], axis=1)


def per_replica(study: Study, name: str) -> pd.DataFrame:
    """The table of `single` with rows for every replica: values instead of means, the replica's parameters, and no
    quantiles."""
    parameters = study.recording.parameters
    names = varied(study.program, parameters)
    # If every replica has its own cell, the means over a cell are the replica's values.
    found = single(study.split_by(each(parameters, names, study.replicas)), name)
    if LOG_METRICS.get(name).table == SUMMARY:
        return found
    replica = np.repeat(np.arange(study.replicas), len(found) // study.replicas)
    values = found.drop(columns=[name for name in QUANTILES if name in found]).rename(columns={"mean": "value"})
    return pd.concat([pd.DataFrame({"replica": replica}), values], axis=1)


def _check(source: MoveSource) -> None:
    """InputError with everything that keeps the source's tables from being made."""
    problems = []
    if "objectives" not in source.has:
        problems.append("the source of moves offers no 'objectives' in `has`: every source needs them")
    for what, names in (("agents", source.agents), ("variables", source.variables)):
        for name, amount in Counter(names).items():
            if amount > 1:
                problems.append(f"{amount} {what} of the source of moves are named {shown(name)}: names must differ")
            if ", " in name:
                problems.append(f"the name {shown(name)} among the {what} of the source of moves contains ', ', which "
                                "separates names in the tables: use another name")
    if problems:
        raise InputError(*problems)


def fitting(registry: Registry[type[M]], source: MoveSource) -> Iterator[M]:
    """The plug-ins of a registry whose needs the source satisfies."""
    for name in registry.names():
        kind = registry.get(name)
        needs: set[Need] = set(kind.needs)
        if needs <= source.has:
            yield kind(source)


def _summary(source: MoveSource, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """One row per replica: first the columns that metrics declare, then all others in the order of the metrics."""
    summary = pd.concat([pd.DataFrame({"replica": range(source.replicas)}), *parts], axis=1)
    first = [name for name in own_columns() if name in summary]
    summary = summary[[*first, *summary.columns.difference(first, sort=False)]]
    known = {*first, *named_columns(source.program if isinstance(source, Study) else None, source.parameters)}
    undeclared = [name for name in map(str, summary.columns) if "." not in name and name not in known]
    # An undeclared plain word could also be the name of a user's variable, which would make two columns of one name.
    assert not undeclared, f"a metric has a column that it does not declare: {undeclared[0]}"
    return summary


def _episodes(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(COLUMNS))
    order = ["replica", "onset", "kind", "agents", "variables"]
    return pd.concat(filled, ignore_index=True).sort_values(order, ignore_index=True)
