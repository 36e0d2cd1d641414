"""Everything collected in an experiment, so that replicas of several variants can be put side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...arrays import Floats, Integers

KEYS = ("cell", "replica", "verdict")
VERDICT = "verdict."


@dataclass(frozen=True)
class Joined:
    """Replicas that several variants have at the same point, one after another. point, replica: (N,). rows: (k, N),
    where each of k variants has this replica in the table of replicas."""

    point: Integers
    replica: Integers
    rows: Integers


@dataclass(frozen=True)
class Values:
    """Everything collected, by variant and point: cells of all variants that have the same values of the axes are one
    point.

    points: their number P. cells: variant → (P,), the number of its cell at every point, −1 where there is none. Of
    each row of the table of replicas: columns, what was collected; verdict, an index of `verdicts`, −1 where unknown.
    Of each variant, in the order of points and replicas: keys, which are larger for later points; rows, where in the
    table. Memory grows with the number of replicas, and not with the largest number that any cell has. common: replicas
    below this number are in all cells, but for failures.
    """

    variants: tuple[str, ...]
    points: int
    cells: Mapping[str, Integers]
    columns: Mapping[str, Floats]
    verdicts: tuple[str, ...]
    verdict: Integers
    keys: Mapping[str, Integers]
    rows: Mapping[str, Integers]
    span: int
    common: int

    @property
    def quantities(self) -> tuple[str, ...]:
        """What was collected, then `verdict.NAME` for each verdict that occurs."""
        return (*self.columns, *(f"{VERDICT}{name}" for name in self.verdicts))

    def column(self, quantity: str) -> Floats:
        """A value for each row of the table of replicas, NaN where it is unknown; of a verdict, 1 where a replica ends
        so and 0 where it does not."""
        if quantity in self.columns:
            return self.columns[quantity]
        own = self.verdicts.index(quantity.removeprefix(VERDICT))
        return np.where(self.verdict < 0, np.nan, (self.verdict == own).astype(float))

    def joined(self, *variants: str) -> Joined:
        """The replicas that all these variants have."""
        first, *others = variants
        keys, rows = self.keys[first], [self.rows[first]]
        for name in others:
            there, own, other = np.intersect1d(keys, self.keys[name], assume_unique=True, return_indices=True)
            keys, rows = there, [*(one[own] for one in rows), self.rows[name][other]]
        return Joined(keys // self.span, keys % self.span, np.stack(rows))


def values_of(
    cells: pd.DataFrame, replicas: pd.DataFrame, axes: Sequence[str], common: int | None = None
) -> Values:
    """cells: columns cell, variant and the axes. replicas: columns cell, replica, verdict, and a number for everything
    collected. common: how many replicas each cell has at least; None: all have equally many."""
    point = _points(cells, axes)
    place = pd.Index(cells["cell"]).get_indexer(replicas["cell"])  # a row of `cells` for each replica
    count = int(point.max(initial=-1)) + 1
    span = int(replicas["replica"].max()) + 1 if len(replicas) else 1
    key = point[place] * span + replicas["replica"].to_numpy(np.int64)
    of_cell, names = pd.factorize(cells["variant"])
    of_replica = np.where(place < 0, -1, of_cell[place]) if len(cells) else place
    numbers, keys, rows = {}, {}, {}
    for k, name in enumerate(names):
        numbers[name] = np.full(count, -1)
        numbers[name][point[of_cell == k]] = cells["cell"].to_numpy()[of_cell == k]
        own = np.flatnonzero(of_replica == k)
        rows[name] = own[np.argsort(key[own], kind="stable")]
        keys[name] = key[rows[name]]
    columns = {
        str(name): replicas[name].to_numpy(float) for name in replicas
        if name not in KEYS and replicas[name].dtype.kind in "fiub"
    }
    verdicts: tuple[str, ...] = ()
    verdict = np.full(len(replicas), -1)
    if "verdict" in replicas:
        verdict, found = pd.factorize(replicas["verdict"].replace("", None), sort=True)
        verdicts = tuple(found)
    return Values(tuple(names), count, numbers, columns, verdicts, verdict, keys, rows, span, common or span)


def _points(cells: pd.DataFrame, axes: Sequence[str]) -> Integers:
    """Which point each cell belongs to. A sampled design may have the same values twice: they are two points."""
    point = np.zeros(len(cells), dtype=np.int64)
    for axis in axes:
        values: Any = cells[axis]
        # The text of anything but numbers, because a part of the structure may be a list.
        codes, _ = pd.factorize(values if values.dtype.kind in "fiub" else values.astype(str), use_na_sentinel=False)
        point = pd.factorize(point * (codes.max(initial=0) + 1) + codes)[0]
    turn = cells.groupby([cells["variant"], point]).cumcount().to_numpy(np.int64)
    return pd.factorize(point * (turn.max(initial=0) + 1) + turn)[0].astype(np.int64)
