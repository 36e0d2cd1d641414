"""Large graphs as Parquet tables: the edges source, target, weight, and the nodes with the column id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...errors import shown
from .edge_list import EdgeList, GraphFaults, fault

MAX_TABLE_BYTES = 4 * 2**30
"""Limit on a Parquet file, both compressed and uncompressed."""

MAX_ROWS = 100_000_000


def read_parquet(content: bytes, file: str, directed: bool | None) -> EdgeList:
    """The edges of a table with the columns source and target (text or whole numbers) and optionally weight."""
    table = _table(content, file)
    names, weight = table.column_names, np.ones(table.num_rows)
    if not {"source", "target"} <= {*names} <= {"source", "target", "weight"}:
        raise fault(f"expected the columns source, target and optionally weight in {file}, got {', '.join(names[:8])}")
    if "weight" in names:
        column = table.column("weight")
        if not pa.types.is_floating(column.type) and not pa.types.is_integer(column.type):
            raise fault(f"expected numbers in the column weight of {file}, got {column.type}")
        weight = column.to_numpy().astype(float)
        wrong = np.flatnonzero(~np.isfinite(weight))
        if len(wrong):
            raise GraphFaults(*((f"row {k} of {file}: expected a finite weight, got {weight[k]}", None) for k in wrong))
    edge_list = EdgeList(bool(directed), where="in row {}", file=file)
    ends = [_names(table.column(name), name, file) for name in ("source", "target")]
    for k, (a, b, w) in enumerate(zip(*ends, weight.tolist(), strict=True)):
        edge_list.add(a, b, w, k)
    return edge_list


def parquet_nodes(content: bytes, file: str) -> tuple[list[str], dict[str, list[Any]]]:
    """The names of nodes in the column id, and the other columns by name."""
    table = _table(content, file)
    if "id" not in table.column_names:
        raise fault(f"expected a column id in {file}, got {', '.join(table.column_names[:8])}")
    names = _names(table.column("id"), "id", file)
    if len(set(names)) < len(names):
        raise fault(f"expected different names in the column id of {file}")
    return names, {name: table.column(name).to_pylist() for name in table.column_names if name != "id"}


def parquet_bytes(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Columns as the content of a Parquet file, with all bits of the numbers."""
    buffer = BytesIO()
    pq.write_table(pa.table({name: pa.array(values) for name, values in columns.items()}), buffer, compression="zstd")
    return buffer.getvalue()


def _table(content: bytes, file: str) -> pa.Table:
    try:
        # Without Arrow's threads: one that still holds a Python object while Python shuts down aborts the process.
        parquet = pq.ParquetFile(BytesIO(content), pre_buffer=False)
        described = parquet.metadata
        groups = [described.row_group(k) for k in range(described.num_row_groups)]
        if described.num_rows > MAX_ROWS or sum(group.total_byte_size for group in groups) > MAX_TABLE_BYTES:
            raise fault(f"expected at most {MAX_ROWS:,} rows and {MAX_TABLE_BYTES // 2**30} GiB in {file}")
        table = parquet.read(use_threads=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, GraphFaults):
            raise
        raise fault(f"not a Parquet file: {file}: {shown(str(error), 120)}") from error
    return table


def _names(column: pa.ChunkedArray, name: str, file: str) -> list[str]:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if column.null_count:
        empty = np.flatnonzero(column.is_null().to_numpy())
        raise GraphFaults(*((f"row {k} of {file}: there is no name in the column {name}", None) for k in empty))
    if not (text or pa.types.is_integer(column.type)):
        raise fault(f"expected names as text or whole numbers in the column {name} of {file}, got {column.type}")
    names: list[str] = pc.cast(column, pa.string()).to_pylist()
    return names
