"""The Parquet files of a run: whole tables, and ranges of rows; damaged files raise InputError."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..arrays import Floats
from ..errors import InputError
from .files import atomic, opened

WHOLE = b"whole"  # key in the metadata of a whole table: its `shape_of`


@dataclass(frozen=True)
class Rows:
    """Ranges of rows of a Parquet file, for which only the necessary row groups are read."""

    file: pq.ParquetFile
    path: Path

    @property
    def rows(self) -> int:
        return self.file.metadata.num_rows

    def read(self, column: str, start: int, stop: int) -> Floats:
        """The column's rows start, …, stop − 1."""
        groups = range(
            int(np.searchsorted(self._starts, start, side="right")) - 1,
            int(np.searchsorted(self._starts, stop, side="left")),
        )
        if start >= stop:
            return np.empty(0)
        with damage_reported(self.path):
            values = self.file.read_row_groups(list(groups), columns=[column]).column(0).to_numpy(zero_copy_only=False)
        offset = int(self._starts[groups[0]])
        return values[start - offset : stop - offset]

    def first(self, column: str, count: int) -> pa.Array:
        """The column's first `count` rows."""
        with damage_reported(self.path):
            batches = self.file.iter_batches(batch_size=max(count, 1), columns=[column])
            return next(batches).column(0) if self.rows else pa.array([], pa.int32())

    def every(self, column: str, step: int) -> Floats:
        """The column's rows 0, step, 2·step, …"""
        parts = [np.empty(0)]
        for group, start in enumerate(self._starts[: self.file.metadata.num_row_groups]):
            with damage_reported(self.path):
                values = self.file.read_row_group(group, columns=[column]).column(0).to_numpy()
            parts.append(values[-start % step :: step].copy())
        return np.concatenate(parts)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """The first row of each row group."""
        metadata = self.file.metadata
        counts = [metadata.row_group(k).num_rows for k in range(metadata.num_row_groups)]
        return np.cumsum([0, *counts[:-1]], dtype=np.int64)


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table whose metadata contain its number of rows and columns, so that damage is noticed."""
    with atomic(path) as file:
        pq.write_table(table.replace_schema_metadata((table.schema.metadata or {}) | {WHOLE: shape_of(table)}), file)


def shape_of(table: pa.Table) -> bytes:
    """A short text that identifies the columns, their types and the number of rows of a table. All types of text count
    as one, because reading a table may change how text is stored."""
    types = [str(kind) if pa.types.is_primitive(kind) else "text" for kind in table.schema.types]
    columns = "\0".join(chain.from_iterable(zip(table.schema.names, types, strict=True)))
    return f"{table.num_rows} {sha256(columns.encode()).hexdigest()[:16]}".encode()


def read_frame(path: Path) -> pd.DataFrame:
    """A file of the record as a table. InputError if it is missing or damaged."""
    with damage_reported(path):
        frame: pd.DataFrame = opened_table(path).read().to_pandas()
    return frame


def read_table(path: Path, way_out: str) -> pd.DataFrame:
    """A table that `write_table` wrote. InputError if it is missing, damaged or a different one.

    way_out: end of the message, says what the user can do.
    """
    with damage_reported(path, way_out):
        table = opened_table(path, way_out).read()
        if (table.schema.metadata or {}).get(WHOLE) != shape_of(table):
            raise ValueError("its rows or columns are not those that were written")
        frame: pd.DataFrame = table.to_pandas()
    return frame


def read_metadata(path: Path, way_out: str) -> Mapping[bytes, bytes]:
    """The metadata of a table. InputError if the file is missing or damaged."""
    return opened_table(path, way_out).schema_arrow.metadata or {}


def opened_table(path: Path, way_out: str = "") -> pq.ParquetFile:
    with damage_reported(path, way_out):
        try:
            return pq.ParquetFile(_source(path))
        except FileNotFoundError:
            raise InputError(f"{path}: is missing") from None


def _source(path: Path) -> pa.OSFile:
    """The regular file at `path`, opened by Arrow.

    Arrow's threads may release what they have read from a Python file after the read has returned. For that they need
    the interpreter lock, and a thread that asks for it while Python shuts down aborts the process.
    """
    with opened(path) as file:
        source = pa.OSFile(os.fsencode(path))
        # Arrow follows links, so a file that was swapped in after `opened` checked the path is refused.
        if not os.path.samestat(os.fstat(file.fileno()), os.fstat(source.fileno())):
            raise InputError(f"{path}: cannot be read: it was replaced while it was opened")
    return source


@contextmanager
def damage_reported(path: Path, way_out: str = "") -> Iterator[None]:
    """Turns the errors that pyarrow raises for a damaged file into an InputError that ends with `way_out`."""
    try:
        yield
    except (OSError, pa.ArrowException, ValueError, KeyError) as error:
        reason = str(error).strip().split("\n")[0][:200].rstrip(".") or type(error).__name__
        raise InputError(f"{path}: is damaged: {reason}{way_out and '; '}{way_out}") from error
