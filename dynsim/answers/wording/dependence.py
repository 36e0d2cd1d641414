"""How a quantity depends on the parameters that vary: measured by ranks over the replicas, and put into a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...arrays import Floats
from .change import UNCHANGED
from .findings import Findings
from .sweep import LEAST, STRONG
from .words import DUST, listing, number, told_axis, told_cell

LEAST_PART = 1e-12  # relative to the largest state variable: smaller values are rounding errors
DEPENDS = 0.5  # the least share of the variance of ranks between cells that counts as a clear dependence


@dataclass(frozen=True)
class Dependence:
    """The dependence of one quantity on the parameters that vary.

    medians: one for each cell, (C,). ends: for each axis, the medians at its lowest and its highest values. axes:
    Spearman's (1904) rank correlation with the first parameter of each axis. between: the share of the variance of
    ranks that lies between cells (ε²: Kelley 1935), adjusted for their number; NaN if cells have fewer than two
    replicas on average; 1 if nothing is random, because replicas of one cell are then equal.
    """

    what: str
    medians: Floats
    ends: dict[str, tuple[float, float]]
    axes: dict[str, float]
    between: float

    @property
    def strength(self) -> float:
        return float(np.nanmax([self.between, *(abs(rank) for rank in self.axes.values())], initial=0.0))

    @property
    def steady(self) -> dict[str, float]:
        """The axes along which the quantity clearly rises or falls."""
        return {name: rank for name, rank in self.axes.items() if abs(rank) >= STRONG}

    @property
    def clear(self) -> bool:
        return bool(self.steady) or self.between >= DEPENDS


def dependence_of(found: Findings, what: str, column: str, start: str = "") -> Dependence | None:
    """The dependence of a column of the summary; None if its values are too few or hardly differ.

    what: its name in the sentence. start: the column with its value at the first tick, if there is one.
    """
    values = _values(found, column, start)
    known = values[np.isfinite(values)]
    if len(known) < LEAST or not np.ptp(known) > UNCHANGED * np.abs(known).max():
        return None
    return _dependence(found, what, values)


def sentences(found: Findings, every: Iterable[Dependence]) -> list[str]:
    """A sentence for each way of depending; it names all quantities that share the way and the numbers."""
    alike: dict[str, list[str]] = {}
    for one in every:
        alike.setdefault(_how(found, one), []).append(one.what)
    return [_sentence(whats, how) for how, whats in alike.items()]


def _values(found: Findings, column: str, start: str) -> Floats:
    """A column, NaN in replicas that diverged, 0 where a value is negligible: relative to its value at the start, or,
    for a state variable, to the largest one of the replica."""
    summary = found.tables.summary
    values = np.where(found.stayed, summary[column].to_numpy(float), np.nan)
    if start:
        return np.where(np.abs(values) < DUST * np.abs(summary[start].to_numpy(float)), 0.0, values)
    slots = [name for name in found.source.variables if name in summary]
    if column not in slots:
        return values
    largest = np.abs(summary[slots].to_numpy(float)).max(axis=1)
    return np.where(np.abs(values) < LEAST_PART * largest, 0.0, values)


def _dependence(found: Findings, what: str, values: Floats) -> Dependence:
    cells, known = found.cells, np.isfinite(values)
    ranks = pd.Series(np.where(known, values, np.nan)).rank()
    axes = {}
    for group in cells.axes:
        own = pd.Series(np.where(known, found.parameters[group[0]], np.nan)).rank()
        axes[group[0]] = float(ranks.corr(own)) if own.nunique() > 1 else 0.0
    by_cell = pd.Series(values).groupby(cells.member).median().reindex(range(cells.count))
    medians: Floats = np.asarray(by_cell, dtype=float)
    ends = {name: _ends_along(found, name, values) for name in axes}
    return Dependence(what, medians, ends, axes, _between(found, ranks, int(known.sum())))


def _between(found: Findings, ranks: pd.Series, known: int) -> float:
    """ε² of the ranks."""
    if found.cells.exact and not found.random:
        return 1.0
    by = ranks.groupby(found.cells.member)
    groups, total = int(by.count().gt(0).sum()), float(ranks.var(ddof=0)) * known
    within = float((by.var(ddof=0) * by.count()).sum())
    free = known - groups
    return 1.0 - within / total * (known - 1) / free if free >= groups else float("nan")


def _ends_along(found: Findings, name: str, values: Floats) -> tuple[float, float]:
    """The medians over the replicas in the first and in the last cells along an axis."""
    middle = found.cells.middle[found.cells.names.index(name)][found.cells.member]
    known = np.isfinite(values)
    first, last = middle[known].min(), middle[known].max()
    return float(np.median(values[known & (middle == first)])), float(np.median(values[known & (middle == last)]))


def _sentence(whats: list[str], how: str) -> str:
    first, *others = whats
    what = f"{first[:1].upper()}{first[1:]}" if first.startswith("the ") else first
    return f"{what} {how}.{f' The same holds for {listing(others)}.' if others else ''}"


def _how(found: Findings, one: Dependence) -> str:
    """ "rises with k (rank correlation 0.95): 0.1 at k = 0, 3 at k = 1" """
    cells = found.cells
    if one.steady:
        ways = [f"{'rises' if rank > 0 else 'falls'} with {name} (rank correlation {rank:.2f})"
                for name, rank in one.steady.items()]
        name = max(one.steady, key=lambda name: abs(one.steady[name]))
        middle = cells.middle[cells.names.index(name)]
        for end in (middle.min(), middle.max()):
            there = one.medians[(middle == end) & np.isfinite(one.medians)]
            if len({number(float(value)) for value in there}) > 1:  # the other parameters matter as well
                return f"{listing(ways)}: from {_extremes(found, one)}"
        places = told_axis(cells, name, int(middle.argmin())), told_axis(cells, name, int(middle.argmax()))
        first, last = (f"{number(value)} at {place}" for value, place in zip(one.ends[name], places, strict=True))
        return f"{listing(ways)}: {first}, {last}"
    names = listing([group[0] for group in cells.axes])
    return f"depends on {names}: from {_extremes(found, one)}"


def _extremes(found: Findings, one: Dependence) -> str:
    """ "0.1 (k = 0, m = 2) to 3 (k = 1, m = 0)": the least and the largest median of a cell."""
    there = np.flatnonzero(np.isfinite(one.medians))
    ordered = there[np.argsort(one.medians[there], kind="stable")]
    ends = (int(ordered[0]), int(ordered[-1]))
    low, high = (f"{number(float(one.medians[c]))} ({told_cell(found.cells, c)})" for c in ends)
    return f"{low} to {high}"
