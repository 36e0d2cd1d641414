"""The record of a run directory, read block by block so that it need not fit into memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..arrays import Floats
from ..compiler.program import Program
from ..errors import InputError
from .layout import GENERATIONS, KEYS, REPLICAS, RESULTS, STATES, Layout, population_files
from .manifest import Manifest, read_manifest
from .parquet import Rows, damage_reported, opened_table
from .recording import Block


@dataclass(frozen=True)
class DirectoryRecording:
    """The record in a run directory, with the interface of `Recording`. program: that of the run, for its slots."""

    directory: Path
    program: Program

    def __getstate__(self) -> dict[str, object]:
        """Without the open files, so that it can be pickled; a copy opens them again."""
        return {"directory": self.directory, "program": self.program}

    def check(self, layout: Callable[[], Layout]) -> None:
        """Check that the files are complete: with the columns of the layout, and one row per tick, replica and element
        in this order. InputError if one is missing, as after an interrupted run, or damaged.

        layout: called only if all files exist.
        """
        for name in (REPLICAS, STATES, *self._files.values()):
            if not (self.directory / name).exists():
                raise InputError(f"{self.directory / name}: is missing: {self._why_missing()}")
        told = self._manifest.replicas
        if self.replicas != told or not _counts_up(self._replica_table.column("replica")):
            raise self._damaged(REPLICAS, f"expected a row for each of the {told} replicas, in their order")
        files = {STATES: self._states} | {self._files[name]: rows for name, rows in self._populations.items()}
        expected = layout().files
        for name, rows in files.items():
            found = rows.file.schema_arrow
            if not found.equals(expected[name]):
                columns = ", ".join(f"{field.name} ({field.type})" for field in expected[name])
                raise self._damaged(name, f"expected the columns {columns}")
        ticks, rest = divmod(self._states.rows, self.replicas)
        told = self._manifest.ticks or ticks
        times = self.times
        in_order = (np.diff(times) > 0).all() and _counts_up(self._states.first("replica", self.replicas))
        if rest or ticks != told or not in_order:
            raise self._damaged(STATES, f"expected a row per tick and replica: {told} times {self.replicas}, in order")
        for name, rows in self._populations.items():
            elements = self._elements(self._domains[name])
            per_tick = self.replicas * elements
            whole = rows.rows == ticks * per_tick and np.array_equal(rows.every("t", per_tick), times)
            if not whole or not _counts_up(rows.first("element", elements)):
                rows_of = f"{ticks} times {self.replicas} times {elements}"
                message = f"expected a row per tick, replica and element: {rows_of}, in order"
                raise self._damaged(self._files[name], message)

    def _why_missing(self) -> str:
        if self._manifest.status == "finished":
            return "it was there when the run finished; --force makes the run again"
        return "the run was cut off before its end; --resume goes on with it"

    def _damaged(self, name: str, message: str) -> InputError:
        return InputError(f"{self.directory / name}: is damaged: {message}")

    @cached_property
    def _manifest(self) -> Manifest:
        return read_manifest(self.directory)

    @property
    def replicas(self) -> int:
        return self._replica_table.num_rows

    @property
    def numbers(self) -> NDArray[np.int64]:
        return np.arange(self.replicas)

    @cached_property
    def times(self) -> Floats:
        return self._states.every("t", self.replicas)

    @cached_property
    def parameters(self) -> Mapping[str, Floats]:
        table = self._replica_table
        try:
            values = json.loads(table.schema.metadata[b"parameters"])
            found = {
                name: table.column(name).to_numpy() if value is None else np.broadcast_to(float(value), table.num_rows)
                for name, value in values.items()
            }
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise self._damaged(REPLICAS, f"its parameters cannot be read: {error}") from error
        missing = [slot.name for slot in self.program.parameters if slot.name not in found]
        if missing or any(values.dtype != np.float64 for values in found.values()):
            raise self._damaged(REPLICAS, f"expected a number for the parameter {(missing or [*found])[0]!r}")
        return found

    @cached_property
    def diverged_at(self) -> Floats:
        return self._replica_table.column("diverged_at").to_numpy()

    @cached_property
    def diverged_slot(self) -> NDArray[np.int64]:
        index = {slot.name: k for k, slot in enumerate(self.program.states)}
        names = self._replica_table.column("diverged_variable").to_pylist()
        unknown = [name for name in names if name is not None and name not in index]
        if unknown:
            raise self._damaged(REPLICAS, f"it says that {unknown[0]!r} diverged, which is no variable of the run")
        return np.array([-1 if name is None else index[name] for name in names], dtype=np.int64)

    @cached_property
    def seed(self) -> int:
        return self._manifest.seed

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
        path = self.directory / GENERATIONS
        rows = Rows(opened_table(path), path)
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
        """The values of a slot at the ticks start, …, stop − 1: (K, R), or (K, n, R) on a population."""
        rows = self.replicas * elements
        if name in self._populations:
            flat = self._populations[name].read("value", start * rows, stop * rows)
            return flat.reshape(stop - start, self.replicas, elements).swapaxes(1, 2)
        return self._states.read(name, start * rows, stop * rows).reshape(stop - start, self.replicas)

    @cached_property
    def _states(self) -> Rows:
        path = self.directory / STATES
        return Rows(opened_table(path), path)

    @cached_property
    def _populations(self) -> dict[str, Rows]:
        paths = {name: self.directory / file for name, file in self._files.items()}
        return {name: Rows(opened_table(path), path) for name, path in paths.items()}

    @cached_property
    def _files(self) -> dict[str, str]:
        """The file of every slot on a population."""
        return population_files(slot.name for slot in self.program.states if slot.domain.kind != "scalar")

    @cached_property
    def _replica_table(self) -> pa.Table:
        path = self.directory / REPLICAS
        with damage_reported(path):
            table = opened_table(path).read()
            for name, kind in zip(RESULTS, (pa.int32(), pa.float64(), pa.string()), strict=True):
                if table.column(name).type != kind:
                    raise ValueError(f"expected {kind} in the column {name}")
        return table

    @property
    def _domains(self) -> Mapping[str, str]:
        return {slot.name: slot.domain.population for slot in self.program.states}


def _counts_up(column: pa.Array | pa.ChunkedArray) -> bool:
    """Whether the column is 0, 1, 2, …"""
    values = column.to_numpy(zero_copy_only=False)
    return bool((values == np.arange(len(values))).all())
