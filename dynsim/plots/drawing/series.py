"""Tables over time as arrays, and few enough points to draw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...analysis.reading.cells import Cells
from ...arrays import Floats
from .data import QUANTILES, Bands

POINTS = 400


def items(table: pd.DataFrame, keys: Sequence[str]) -> list[tuple[str, ...]]:
    """The items that a table has a row of at every tick, in order."""
    first = table.iloc[: _count(table)]
    return list(zip(*(first[key].astype(str) for key in keys), strict=True))


def times(table: pd.DataFrame) -> Floats:
    """(T,)"""
    return table["t"].to_numpy(float)[:: max(_count(table), 1)]


def values(table: pd.DataFrame, column: str) -> Floats:
    """A column as (items, T)."""
    return table[column].to_numpy(float).reshape(-1, max(_count(table), 1)).T


def table_bands(table: pd.DataFrame, key: str, cells: Cells, points: int = POINTS) -> list[tuple[Bands, ...]]:
    """The quantiles of every item of a table over time, for each cell, thinned."""
    if not len(table):
        return []
    return list(zip(*(_bands(cells.rows(table, c), key, points) for c in range(cells.count)), strict=True))


def _bands(table: pd.DataFrame, key: str, points: int) -> list[Bands]:
    quantiles = np.stack([values(table, column) for column in QUANTILES])
    t = times(table)
    return [thin(Bands(name, t, quantiles[:, k]), points) for k, (name,) in enumerate(items(table, [key]))]


def thin(bands: Bands, points: int = POINTS) -> Bands:
    """At most `points` ticks, each standing for a stretch of neighbouring ticks: the mean of the medians, and the
    outermost of every other quantile, so that an oscillation too fast to be drawn is a wide band and no false wave."""
    if len(bands.times) <= points:
        return bands
    start = starts(len(bands.times), points)
    low, high = (reduce.reduceat(bands.quantiles, start, axis=1) for reduce in (np.fmin, np.fmax))
    middle = averaged(bands.quantiles[2:3], start)
    return Bands(bands.name, averaged(bands.times, start), np.concatenate([low[:2], middle, high[3:]]))


def starts(ticks: int, points: int) -> np.ndarray:
    """Where at most `points` stretches of about equal length begin."""
    return np.unique(np.linspace(0, ticks, min(points, ticks), endpoint=False).astype(np.intp))


def averaged(rows: Floats, start: np.ndarray) -> Floats:
    """Means over the stretches along the last axis; NaN is left out."""
    finite = np.isfinite(rows)
    sums = np.add.reduceat(np.where(finite, rows, 0.0), start, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums / np.add.reduceat(finite.astype(float), start, axis=-1)


def extremes(rows: Floats, points: int = POINTS) -> Floats:
    """Rows (S, K) thinned to pairs of the least and the largest value of every stretch, (S, ≤ points)."""
    if rows.shape[1] <= points:
        return rows
    start = starts(rows.shape[1], points // 2)
    pair = np.stack([np.fmin.reduceat(rows, start, axis=1), np.fmax.reduceat(rows, start, axis=1)], axis=2)
    return pair.reshape(len(rows), -1)


def _count(table: pd.DataFrame) -> int:
    """Rows per tick: they come tick after tick."""
    t = table["t"].to_numpy(float)
    return int(np.searchsorted(t, t[0], side="right")) if len(t) else 0
