"""Writes a run to its directory: parts and checkpoints while it runs, the tables at its end.

Only a few chunks are in memory, never the whole record. The tables are written in blocks of ticks whose size depends on
the system alone. The files are therefore the same byte for byte, whatever the engine's chunks were and whether or not
the run was interrupted and resumed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..arrays import Floats
from .checkpoint import PARTIAL, Partial
from .files import atomic, make_directory
from .layout import GENERATIONS, POPULATIONS, REPLICAS, Layout
from .parquet import write_table
from .recording import Block, regroup, ticks_within

if TYPE_CHECKING:
    from ..engine.plan import Chunk

PART_BYTES = 1 << 26
PART_SECONDS = 5.0
BLOCK_BYTES = 1 << 24
ROWS = 1 << 18


@dataclass
class Writer:
    """The engine calls it with each chunk; at the end `write_tables` writes the tables.

    A part is written when the chunks since the last one have `part_bytes` bytes or are `part_seconds` seconds old, so a
    killed process loses at most that much. parts: number of existing parts of a resumed run.
    """

    directory: Path
    layout: Layout
    parts: int = 0
    part_bytes: int = PART_BYTES
    part_seconds: float = PART_SECONDS
    _waiting: list[Block] = field(default_factory=list)
    _births: list[Block] = field(default_factory=list)
    _last: Chunk | None = None
    _since: float = field(default_factory=time.monotonic)

    @property
    def partial(self) -> Partial:
        return Partial(self.directory / PARTIAL)

    def __call__(self, chunk: Chunk) -> None:
        self._waiting.append(Block(chunk.times, chunk.values))
        if chunk.births is not None:
            self._births.append(Block(chunk.births.times, chunk.births.values))
        self._last = chunk
        size = sum(block.nbytes for block in (*self._waiting, *self._births))
        if size >= self.part_bytes or time.monotonic() - self._since >= self.part_seconds:
            self.flush()

    def flush(self) -> None:
        """Write the chunks since the last part as a new part with a checkpoint."""
        if self._last is not None:
            self.partial.add(self.parts, self._waiting, self._last.checkpoint, self._births)
            self.parts += 1
            self._waiting, self._births, self._last = [], [], None
        self._since = time.monotonic()

    def write_tables(self, diverged_at: Floats, diverged_slot: NDArray[np.int64]) -> int:
        """Write states.parquet, populations/, generations.parquet and replicas.parquet. Returns the number of recorded
        ticks."""
        generations = chain(self.partial.generations(self.parts), self._births)
        ticks = write_record(self.directory, self.layout, self._record(), generations)
        write_replicas(self.directory, self.layout, diverged_at, diverged_slot)
        return ticks

    def _record(self) -> Iterator[Block]:
        yield from self.partial.blocks(self.parts)
        yield from self._waiting


def write_record(
    directory: Path, layout: Layout, record: Iterable[Block], generations: Iterable[Block] = ()
) -> int:
    """Write the record block by block to its Parquet files, which appear only when all of them are complete. Returns
    the number of ticks."""
    if any(name.startswith(POPULATIONS) for name in layout.files):
        make_directory(directory / POPULATIONS)
    ticks = 0
    with ExitStack() as places, ExitStack() as open_files:
        writers = {}
        for name, schema in layout.files.items():
            file = places.enter_context(atomic(directory / name))
            writers[name] = open_files.enter_context(_parquet(file, schema))
        for block in _even(record):
            for name, table in layout.tables(block):
                writers[name].write_table(table, row_group_size=ROWS)
            ticks += block.ticks
        for births in _even(generations):
            writers[GENERATIONS].write_table(layout.generations(births), row_group_size=ROWS)
    return ticks


def write_replicas(
    directory: Path, layout: Layout, diverged_at: Floats, diverged_slot: NDArray[np.int64]
) -> None:
    """Write replicas.parquet: one row per replica, with when and in which variable it diverged, and the parameters that
    differ between replicas.

    The metadata "parameters" are JSON with the values of all parameters, null for those that differ.
    """
    differing = set(layout.differing)
    values = {name: None if name in differing else float(x[0]) for name, x in layout.parameters.items()}
    names = [slot.name for slot in layout.program.states]
    columns = [
        np.arange(layout.replicas, dtype=np.int32),
        diverged_at,
        pa.array([names[k] if k >= 0 else None for k in diverged_slot], pa.string()),
        *(layout.parameters[name] for name in layout.differing),
    ]
    table = pa.table(columns, names=list(layout.replicas_columns))
    write_table(directory / REPLICAS, table.replace_schema_metadata({"parameters": json.dumps(values)}))


def _even(record: Iterable[Block]) -> Iterator[Block]:
    """The record in blocks whose size does not depend on the given ones."""
    record = iter(record)
    first = next(record, None)
    if first is not None:
        yield from regroup(chain([first], record), ticks_within(BLOCK_BYTES, first[:1]))


def _parquet(file: BinaryIO, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer with the fastest level of zstd. Numbers have their bytes grouped by significance, without which floats
    hardly compress; keys use dictionaries."""
    keys = [name for name in schema.names if name in ("replica", "t", "element", "parent", "born")]
    numbers = [name for name in schema.names if name not in keys]
    return pq.ParquetWriter(
        file, schema, compression="zstd", compression_level=1, use_dictionary=keys,
        use_byte_stream_split=numbers, write_statistics=keys,
    )
