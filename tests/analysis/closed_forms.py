"""Records made by a formula, without a simulation, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynsim.algebra.graph import Graph
from dynsim.analysis import tables
from dynsim.analysis.conflict_log.tables import Tables
from dynsim.analysis.reading.study import Study
from dynsim.record.recording import Block, MemoryRecording
from dynsim.system.model import Clock
from tests.analysis.games import build

Floats = NDArray[np.float64]


def recording(values: Mapping[str, Floats], times: Floats | None = None, ticks: int = 0) -> MemoryRecording:
    """values: (K,) or (K, R) each; in blocks of so many ticks (0: one block)."""
    wide = {name: np.asarray(x, float).reshape(len(x), -1) for name, x in values.items()}
    count, replicas = next(iter(wide.values())).shape
    whole = Block(np.arange(float(count)) if times is None else times, wide)
    size = ticks or count
    blocks = [whole[k : k + size] for k in range(0, count, size)]
    return MemoryRecording(blocks, replicas, {}, np.full(replicas, np.nan), np.full(replicas, -1))


def log_of(values: Mapping[str, Floats], times: Floats | None = None, ticks: int = 0, **clock: Any) -> Tables:
    """The conflict log of a system that has these variables and nothing else, whose record is this."""
    program = build(Graph(), list(values), {}, clock=Clock(**(clock or {"steps": 1})))
    return tables(Study(program, recording(values, times, ticks)))


def ending(values: Mapping[str, Floats], times: Floats | None = None, ticks: int = 0, **clock: Any) -> dict[str, Any]:
    """The summary's row of the only replica."""
    (row,) = log_of(values, times, ticks, **clock).summary.to_dict("records")
    return dict(row)
