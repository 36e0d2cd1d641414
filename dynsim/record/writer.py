"""The sink of a run that is kept: parts and checkpoints while it goes, the tables at its end.

Memory holds a few chunks, never the record. The tables are made from blocks of ticks whose size depends on
the system alone, so the files are the same byte for byte however the run was cut into chunks, or cut off and
resumed.
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
    """Called with each chunk; at the end `write_tables` makes the tables of what was recorded.

    A part goes to the disk when the chunks since the last one have `part_bytes` bytes or are `part_seconds`
    old: what a kill −9 costs is at most that. parts: how many are there already, when a run is resumed.
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
        """What is waiting becomes a part on the disk, and the run can go on from here."""
        if self._last is not None:
            self.partial.add(self.parts, self._waiting, self._last.checkpoint, self._births)
            self.parts += 1
            self._waiting, self._births, self._last = [], [], None
        self._since = time.monotonic()

    def write_tables(self, diverged_at: Floats, diverged_slot: NDArray[np.int64]) -> int:
        """Write states.parquet, populations/ and replicas.parquet; gives the number of recorded ticks."""
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
    """Stream the record into its Parquet files, which appear when all of them are whole. Gives its ticks."""
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
    """replicas.parquet: a row per replica, with where it diverged, if it did, and the parameters that differ.

    All parameters stand once, as JSON in the file's metadata ("parameters"), with null for those that differ.
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
    """The record in blocks of a size that doesn't depend on how it was cut."""
    record = iter(record)
    first = next(record, None)
    if first is not None:
        yield from regroup(chain([first], record), ticks_within(BLOCK_BYTES, first[:1]))


def _parquet(file: BinaryIO, schema: pa.Schema) -> pq.ParquetWriter:
    """zstd at its fastest; numbers with their bytes split by significance, which is what makes them compress.
    """
    keys = [name for name in schema.names if name in ("replica", "t", "element", "parent", "born")]
    numbers = [name for name in schema.names if name not in keys]
    return pq.ParquetWriter(
        file, schema, compression="zstd", compression_level=1, use_dictionary=keys,
        use_byte_stream_split=numbers, write_statistics=keys,
    )
