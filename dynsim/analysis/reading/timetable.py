"""Tables over time, collected block by block: one row per cell, tick and item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ...arrays import Floats
from .cells import Cells


class TimeTable:
    """A table under construction. Rows are ordered by cell, then by tick, then by item.

    keys: the columns that tell items apart, one entry per item. cells: the cells whose statistics `add` takes; their
    columns come first. Without cells, the table has a single one.
    """

    def __init__(self, keys: Mapping[str, Sequence[str]], cells: Cells | None = None) -> None:
        self._keys = keys
        self._cells = cells
        self._count = len(next(iter(keys.values())))
        self._times: list[Floats] = [np.empty(0)]
        self._columns: dict[str, list[Floats]] = {}

    def add(self, times: Floats, columns: Mapping[str, Floats]) -> None:
        """Add the next block. Every column is (items, K, C), or (items, K) without cells."""
        self._times.append(times)
        for name, values in columns.items():
            self._columns.setdefault(name, []).append(values.T)

    def frame(self) -> pd.DataFrame:
        times = np.concatenate(self._times) if self._count else np.empty(0)
        cells = 1 if self._cells is None else self._cells.count
        rows = len(times) * self._count
        table: dict[str, object] = {}
        if self._cells is not None:
            table |= self._cells.columns(np.repeat(np.arange(cells), rows))
        table["t"] = np.tile(np.repeat(times, self._count), cells)
        for name, entries in self._keys.items():
            names = sorted(set(entries))
            codes = np.array([names.index(entry) for entry in entries], dtype=np.int32)
            table[name] = pd.Categorical.from_codes(np.tile(codes, len(times) * cells), categories=pd.Index(names))
        table |= {name: np.concatenate(blocks, axis=-2).ravel() for name, blocks in self._columns.items()}
        return pd.DataFrame(table)
