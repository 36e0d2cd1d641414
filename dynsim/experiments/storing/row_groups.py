"""Parquet files in row groups of equal size, whatever parts their rows come in: equal rows give equal bytes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future, wait
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ...record.files import atomic

GROUP = 1 << 16  # rows of a row group


@contextmanager
def written(path: Path, schema: pa.Schema, packing: Executor) -> Iterator[Rows]:
    """A Parquet file to add rows to, whole or not there at all."""
    with atomic(path) as file, pq.ParquetWriter(file, schema) as writer:
        table = Rows(writer, schema, packing)
        try:
            yield table
            table.finish()
        finally:
            wait(table.packed)


class Rows:
    """The rows of a Parquet file. packing: one thread, which packs a row group while the next rows are made."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema, packing: Executor) -> None:
        self._writer, self._schema, self._packing = writer, schema, packing
        self._waiting: list[pa.Table] = []
        self._count = 0
        self.packed: list[Future[None]] = []

    def add(self, rows: pa.Table) -> None:
        self._waiting.append(rows)
        self._count += rows.num_rows
        if self._count >= GROUP:
            whole = pa.concat_tables(self._waiting)
            for start in range(0, self._count - GROUP + 1, GROUP):
                self._write(whole.slice(start, GROUP))
            rest = whole.slice(self._count - self._count % GROUP)
            self._waiting, self._count = [rest], rest.num_rows

    def finish(self) -> None:
        """Write what is left."""
        if self._count:
            self._write(pa.concat_tables([self._schema.empty_table(), *self._waiting]))
        self._settle()

    def _write(self, rows: pa.Table) -> None:
        self._settle()  # so that no more than one row group waits
        group = rows.combine_chunks()
        self.packed = [self._packing.submit(self._writer.write_table, group, row_group_size=GROUP)]

    def _settle(self) -> None:
        for packed in self.packed:
            packed.result()
