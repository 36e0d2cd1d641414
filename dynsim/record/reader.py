"""A run directory read back as a recording, block by block, so that its size doesn't matter."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..compiler.program import Program
from ..errors import InputError
from .layout import GENERATIONS, KEYS, REPLICAS, STATES, population_file
from .manifest import read_manifest
from .recording import Block, Floats


@dataclass(frozen=True)
class DirectoryRecording:
    """The record in a run directory; the interface is that of `Recording`. The program names its slots."""

    directory: Path
    program: Program

    def check(self) -> None:
        """InputError when a file is missing or damaged, as after a run that was cut off."""
        _ = self._replica_table, self._states, self._populations

    @property
    def replicas(self) -> int:
        return self._replica_table.num_rows

    @cached_property
    def times(self) -> Floats:
        return self._states.every("t", self.replicas)

    @cached_property
    def parameters(self) -> Mapping[str, Floats]:
        table = self._replica_table
        values = json.loads(table.schema.metadata[b"parameters"])
        return {
            name: table.column(name).to_numpy() if value is None else np.broadcast_to(float(value), table.num_rows)
            for name, value in values.items()
        }

    @cached_property
    def diverged_at(self) -> Floats:
        return self._replica_table.column("diverged_at").to_numpy()

    @cached_property
    def diverged_slot(self) -> NDArray[np.int64]:
        index = {slot.name: k for k, slot in enumerate(self.program.states)}
        names = self._replica_table.column("diverged_variable").to_pylist()
        return np.array([-1 if name is None else index[name] for name in names], dtype=np.int64)

    @cached_property
    def seed(self) -> int:
        return read_manifest(self.directory).seed

    def blocks(self, max_bytes: int = 1 << 24) -> Iterator[Block]:
        ticks = self._states.rows // self.replicas
        sizes = {slot.name: self._elements(slot.domain.population) for slot in self.program.states}
        per_tick = 8 * self.replicas * sum(sizes.values()) + 8
        step = max(1, max_bytes // per_tick)
        for start in range(0, ticks, step):
            stop = min(start + step, ticks)
            values = {name: self._values(name, size, start, stop) for name, size in sizes.items()}
            yield Block(self.times[start:stop], values)

    def generations(self, max_bytes: int = 1 << 24) -> Iterator[Block]:
        if self.program.selection is None:
            return
        rows = Rows(_open(self.directory / GENERATIONS))
        names = [name for name in rows.file.schema_arrow.names if name not in KEYS]
        times = rows.every("t", self.replicas)
        step = max(1, max_bytes // (8 * self.replicas * len(names)))
        for start in range(0, len(times), step):
            stop = min(start + step, len(times))
            shape = (stop - start, self.replicas)
            values = {n: rows.read(n, start * self.replicas, stop * self.replicas).reshape(shape) for n in names}
            yield Block(times[start:stop], values)

    def _elements(self, population: str) -> int:
        return self.program.topologies[population].n if population else 1

    def _values(self, name: str, elements: int, start: int, stop: int) -> Floats:
        """One slot's values at the ticks start … stop."""
        rows = self.replicas * elements
        if name in self._populations:
            flat = self._populations[name].read("value", start * rows, stop * rows)
            return flat.reshape(stop - start, self.replicas, elements).swapaxes(1, 2)
        return self._states.read(name, start * rows, stop * rows).reshape(stop - start, self.replicas)

    @cached_property
    def _states(self) -> Rows:
        return Rows(_open(self.directory / STATES))

    @cached_property
    def _populations(self) -> dict[str, Rows]:
        names = [slot.name for slot in self.program.states if slot.domain.kind != "scalar"]
        return {name: Rows(_open(self.directory / population_file(name))) for name in names}

    @cached_property
    def _replica_table(self) -> pa.Table:
        return _open(self.directory / REPLICAS).read()


@dataclass(frozen=True)
class Rows:
    """Ranges of rows of a Parquet file, of which only the row groups that are needed are read."""

    file: pq.ParquetFile

    @property
    def rows(self) -> int:
        return self.file.metadata.num_rows

    def read(self, column: str, start: int, stop: int) -> Floats:
        """The column's rows start … stop."""
        groups = range(
            int(np.searchsorted(self._starts, start, side="right")) - 1,
            int(np.searchsorted(self._starts, stop, side="left")),
        )
        if start >= stop:
            return np.empty(0)
        column_ = self.file.read_row_groups(list(groups), columns=[column]).column(0)
        values = column_.to_numpy(zero_copy_only=False)
        offset = int(self._starts[groups[0]])
        return values[start - offset : stop - offset]

    def every(self, column: str, step: int) -> Floats:
        """The column's rows 0, step, 2·step, …"""
        parts = [np.empty(0)]
        for group, start in enumerate(self._starts[: self.file.metadata.num_row_groups]):
            values = self.file.read_row_group(group, columns=[column]).column(0).to_numpy()
            parts.append(values[-start % step :: step].copy())
        return np.concatenate(parts)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """The first row of each row group."""
        metadata = self.file.metadata
        counts = [metadata.row_group(k).num_rows for k in range(metadata.num_row_groups)]
        return np.cumsum([0, *counts[:-1]], dtype=np.int64)


def _open(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except FileNotFoundError:
        message = "is missing: the run was cut off before its end; --resume goes on with it"
        raise InputError(f"{path}: {message}") from None
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
