"""Tables over time as arrays, thinned to as many points as a figure can show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...analysis.reading.cells import Cells
from ...arrays import Floats
from .data import QUANTILES, Bands

POINTS = 400  # of a curve


def items(table: pd.DataFrame, keys: Sequence[str]) -> list[tuple[str, ...]]:
    """The items for which a table has a row at every tick, in order."""
    first = table.iloc[: _count(table)]
    return list(zip(*(first[key].astype(str) for key in keys), strict=True))


def times(table: pd.DataFrame) -> Floats:
    """The times of a table, (T,)."""
    return table["t"].to_numpy(float)[:: max(_count(table), 1)]


def values(table: pd.DataFrame, column: str) -> Floats:
    """A column of a table, (items, T)."""
    return table[column].to_numpy(float).reshape(-1, max(_count(table), 1)).T


def table_bands(table: pd.DataFrame, key: str, cells: Cells, points: int = POINTS) -> list[tuple[Bands, ...]]:
    """For every item of a table, the thinned quantiles over time of each cell."""
    if not len(table):
        return []
    return list(zip(*(_bands(cells.rows(table, c), key, points) for c in range(cells.count)), strict=True))


def _bands(table: pd.DataFrame, key: str, points: int) -> list[Bands]:
    quantiles = np.stack([values(table, column) for column in QUANTILES])
    t = times(table)
    return [thin(Bands(name, t, quantiles[:, k]), points) for k, (name,) in enumerate(items(table, [key]))]


def thin(bands: Bands, points: int = POINTS) -> Bands:
    """At most `points` ticks, each for a stretch of neighbouring ticks: the mean of the medians, and the outermost
    value of every other quantile. An oscillation too fast for the figure becomes a wide band instead of a false
    wave."""
    if len(bands.times) <= points:
        return bands
    start = starts(len(bands.times), points)
    low, high = (reduce.reduceat(bands.quantiles, start, axis=1) for reduce in (np.fmin, np.fmax))
    middle = averaged(bands.quantiles[2:3], start)
    return Bands(bands.name, averaged(bands.times, start), np.concatenate([low[:2], middle, high[3:]]))


def starts(ticks: int, points: int) -> np.ndarray:
    """The first ticks of at most `points` stretches of about equal length."""
    return np.unique(np.linspace(0, ticks, min(points, ticks), endpoint=False).astype(np.intp))


def averaged(rows: Floats, start: np.ndarray) -> Floats:
    """Means over the stretches along the last axis, without NaN."""
    finite = np.isfinite(rows)
    sums = np.add.reduceat(np.where(finite, rows, 0.0), start, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums / np.add.reduceat(finite.astype(float), start, axis=-1)


def extremes(rows: Floats, points: int = POINTS) -> Floats:
    """Rows (S, K), thinned to the least and the largest value of every stretch, (S, ≤ points)."""
    if rows.shape[1] <= points:
        return rows
    start = starts(rows.shape[1], points // 2)
    pair = np.stack([np.fmin.reduceat(rows, start, axis=1), np.fmax.reduceat(rows, start, axis=1)], axis=2)
    return pair.reshape(len(rows), -1)


def _count(table: pd.DataFrame) -> int:
    """The number of rows per tick: a table has all rows of a tick before those of the next."""
    t = table["t"].to_numpy(float)
    return int(np.searchsorted(t, t[0], side="right")) if len(t) else 0
