"""What a cell of a design that carries states over keeps of each replica, besides what is collected.

Columns `x.low` and `x.high` hold the extremes of every state variable over the second half of the record, `cycle` its
period there: 1 at rest, n for a cycle of n records, 0 for neither. Hidden columns, which begin with `#`, hold the first
state and that half of the record, for every slot with memory; no table shows them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from ...arrays import Floats
from ...compiler.program import Program
from ...record.recording import Block
from ..search.attractor import extremes, periods
from .collected import Columns

HIDDEN = "#"
CYCLE = "cycle"


def carried_columns(program: Program, chunks: Sequence[Block]) -> Columns:
    """The columns of all replicas, (R,) each, and the hidden ones: (R, 1 + K), or (R, n, 1 + K) for a population."""
    found: Columns = {}
    parts = []
    for slot in program.states:
        values = np.concatenate([chunk.values[slot.name] for chunk in chunks])
        record = values[len(values) // 2 :]
        found[HIDDEN + slot.name] = np.concatenate([values[:1], record]).T
        if slot.role == "state" and slot.domain.kind == "scalar":
            found[f"{slot.name}.low"], found[f"{slot.name}.high"] = extremes(record)
        parts.append(record.reshape(len(record), -1, record.shape[-1]))
    found[CYCLE] = periods(np.concatenate(parts, axis=1)).astype(float)
    return found


def nested(values: Floats) -> pa.Array:
    """A hidden column: a list for each replica, or a list of lists."""
    found = pa.array(values.reshape(-1))
    for length in reversed(values.shape[1:]):
        found = pa.FixedSizeListArray.from_arrays(found, length)
    return found


def records_of(rows: pd.DataFrame, replicas: int) -> dict[str, Floats]:
    """The hidden columns by slot, (1 + K, R) or (1 + K, n, R); NaN in replicas without a row, {} without rows."""
    found: dict[str, Floats] = {}
    for name in map(str, rows):
        if name.startswith(HIDDEN) and len(rows):
            record = np.array([np.stack(list(value)) for value in rows[name]])  # (rows, K) or (rows, n, K)
            whole = np.full((replicas, *record.shape[1:]), np.nan)
            whole[rows["replica"].to_numpy(int)] = record
            found[name.removeprefix(HIDDEN)] = whole.T
    return found
