"""The values of a requested metric in every replica, and the tables made from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...arrays import Floats, Integers
from ..numerics.bands import QUANTILES, bands
from .cells import COLUMN, Cells, varied
from .study import Study
from .timetable import TimeTable

STATISTICS = ("n", "mean", "se", *QUANTILES)
"""The columns of `spread`."""


@dataclass(frozen=True)
class ReplicaValues:
    """Values of a metric. keys: the key columns, one line per row. values: (rows, R), a number for every replica.

    replicas: the replicas of the columns of `values`, (r,), where these are not all; cells of other replicas then do
    not get these rows. unit: what a column of `values` stands for: a replica, or a population under selection, of which
    `replicas` has the first replica. cells: the cells to use instead of the study's.
    """

    keys: pd.DataFrame
    values: Floats
    replicas: Integers | None = None
    unit: Literal["replica", "population"] = "replica"
    cells: Cells | None = None


def over_time(times: Floats, values: Floats, **keys: Sequence[str]) -> ReplicaValues:
    """Values (items, K, R) at times (K,), with rows tick after tick. keys: the key columns, one entry per item."""
    rows = TimeTable(keys)
    rows.add(times, {})
    return ReplicaValues(rows.frame(), values.swapaxes(0, 1).reshape(-1, values.shape[-1]))


def statistics(found: ReplicaValues | Sequence[ReplicaValues], cells: Cells) -> pd.DataFrame:
    """The spread of every row over the replicas of each cell, cell after cell; columns `vary.PARAMETER` in front."""
    tables: list[pd.DataFrame] = []
    for part in _parts(found):
        own, rows = part.cells or cells, len(part.keys)
        if part.replicas is None:
            numbers, spreads = np.arange(own.count), spread(own.split(part.values))
        else:
            member = own.member[part.replicas]
            numbers = np.unique(member)
            each = [spread(part.values[:, member == c]) for c in numbers]
            spreads = {name: np.stack([one[name] for one in each], axis=1) for name in STATISTICS}
        front = {name: np.repeat(x, rows) for name, x in own.columns(numbers).items()}
        keys = part.keys.iloc[np.tile(np.arange(rows), len(numbers))].reset_index(drop=True)
        statistic = {name: x.T.ravel() for name, x in spreads.items()}
        tables.append(pd.concat([pd.DataFrame(front, index=keys.index), keys, pd.DataFrame(statistic)], axis=1))
    return pd.concat(tables, ignore_index=True)


def singles(found: ReplicaValues | Sequence[ReplicaValues], study: Study) -> pd.DataFrame:
    """A row per replica and row of the values: `replica`, the varied parameters, the keys, `value`."""
    parameters = study.recording.parameters
    tables = []
    for part in _parts(found):
        replicas = np.arange(study.replicas) if part.replicas is None else part.replicas
        names = part.cells.names if part.unit == "population" and part.cells else varied(study.program, parameters)
        rows = len(part.keys)
        numbers = replicas if part.unit == "replica" else np.arange(len(replicas))
        front: dict[str, NDArray[Any]] = {part.unit: np.repeat(numbers, rows)}
        front |= {COLUMN + name: np.repeat(parameters[name][replicas], rows) for name in names}
        keys = part.keys.iloc[np.tile(np.arange(rows), len(replicas))].reset_index(drop=True)
        tables.append(pd.concat([pd.DataFrame(front), keys], axis=1).assign(value=part.values.T.ravel()))
    return pd.concat(tables, ignore_index=True).sort_values(tables[0].columns[0], kind="stable", ignore_index=True)


def keys_of(table: pd.DataFrame) -> list[str]:
    """The key columns: those that tell the rows of one tick and one cell apart."""
    names = [str(column) for column in table.columns if column not in (*STATISTICS, "t", "x")]
    return [name for name in names if not name.startswith(COLUMN)]


def spread(values: Floats) -> dict[str, Floats]:
    """The statistics of a quantity over the last axis, the replicas: `n` (finite values), `mean`, `se` (the standard
    error of the mean, s/√n; NaN for fewer than two), and quantiles `q05`, `q25`, `median`, `q75`, `q95`."""
    finite = np.isfinite(values)
    count = finite.sum(axis=-1)
    found = bands(values)
    deviations = np.where(finite, values - found["mean"][..., None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.where(count > 1, np.sqrt((deviations**2).sum(axis=-1) / (count - 1) / count), np.nan)
    return {"n": count, "mean": found.pop("mean"), "se": se, **found}


def _parts(found: ReplicaValues | Sequence[ReplicaValues]) -> Sequence[ReplicaValues]:
    return [found] if isinstance(found, ReplicaValues) else found
