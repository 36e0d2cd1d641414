"""What the replicas of cells start from whose states are carried over: a row for each replica of such a cell, a column
for each slot with memory, which holds a number, or the list of the nodes' numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...arrays import Floats
from ...record.files import atomic
from ..model import Cell
from .store import STARTS


def write_starts(directory: Path, cells: Sequence[Cell]) -> None:
    """The table of all cells that have a start; no file if none has one."""
    rows = [
        {"cell": cell.number, "replica": replica, **{name: states[..., replica].tolist() for name, states in those}}
        for cell in cells if cell.start is not None and (those := sorted(cell.start.items()))
        for replica in range(those[0][1].shape[-1])
    ]
    if not rows:
        (directory / STARTS).unlink(missing_ok=True)
        return
    names = sorted({name for row in rows for name in row} - {"cell", "replica"})
    columns = {name: [row.get(name) for row in rows] for name in ("cell", "replica", *names)}
    with atomic(directory / STARTS) as file:
        pq.write_table(pa.table(columns), file)


def read_start(directory: Path, cell: int) -> dict[str, Floats] | None:
    """What the replicas of a cell start from, (R,) or (n, R) by slot; None: as the scenario says."""
    if not (directory / STARTS).exists():
        return None
    rows = pq.read_table(directory / STARTS)
    own = rows.filter(pc.equal(rows.column("cell"), cell)).drop_columns(["cell", "replica"])
    if not own.num_rows:
        return None
    lists = {name: own.column(name).to_pylist() for name in own.schema.names}
    return {name: np.array(values, dtype=float).T for name, values in lists.items() if values[0] is not None}
