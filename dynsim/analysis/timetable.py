"""A table with one row per (tick, item), collected block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class TimeTable:
    """keys: columns that tell the items apart, one entry per item. Rows come tick after tick, items in order."""

    def __init__(self, keys: Mapping[str, Sequence[str]]) -> None:
        self._keys = keys
        self._count = len(next(iter(keys.values())))
        self._times: list[Floats] = []
        self._columns: dict[str, list[Floats]] = {}

    def add(self, times: Floats, columns: Mapping[str, Floats]) -> None:
        """A block: every column is (items, K)."""
        self._times.append(np.repeat(times, self._count))
        for name, values in columns.items():
            self._columns.setdefault(name, []).append(values.T.ravel())

    def frame(self) -> pd.DataFrame:
        times = np.concatenate(self._times) if self._times else np.empty(0)
        ticks = len(times) // self._count if self._count else 0
        table: dict[str, object] = {"t": times}
        for name, entries in self._keys.items():
            names = sorted(set(entries))
            codes = np.array([names.index(entry) for entry in entries], dtype=np.int32)
            table[name] = pd.Categorical.from_codes(np.tile(codes, ticks), categories=pd.Index(names))
        table |= {name: np.concatenate(blocks) for name, blocks in self._columns.items()}
        return pd.DataFrame(table)
