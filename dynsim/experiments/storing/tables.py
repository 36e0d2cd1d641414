"""The tables of an experiment, made from the finished units in the order of cells and replicas.

They are written a batch of cells at a time, so that memory does not grow with their number. Batches are counted by
cells and row groups by rows, whatever files the units came from: equal content gives equal bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...analysis.motion.verdicts import VERDICTS
from ...analysis.reading.replica_values import spread
from ...answers.wording.wilson import intervals
from ...arrays import Floats, Integers
from ..model import Cell, Experiment
from ..work.carried import HIDDEN
from .columns import STATISTICS, VERDICT, axis_values, cells_schema, replicas_schema
from .row_groups import written
from .store import CELLS, FAILURES, FOLDER, REPLICAS, Ranges, Store

BATCH = 256  # cells whose rows are in memory at once
OPEN = 64  # files of units that stay open


@dataclass(frozen=True)
class Numbered:
    """A cell, the key of its content, and the numbers of its replicas. content None: it has no program, for this
    reason."""

    cell: Cell
    content: str | None
    ranges: Ranges
    failure: str = ""

    @property
    def replicas(self) -> int:
        return sum(end - start for start, end in self.ranges)


def write_tables(store: Store, experiment: Experiment, cells: Sequence[Numbered]) -> None:
    """cells.parquet, replicas.parquet and failures.parquet of the cells, in the order of their numbers."""
    names = column_names(store, cells)
    schemas = {
        REPLICAS: replicas_schema(names), CELLS: cells_schema(experiment, [one.cell for one in cells], names),
        FAILURES: pa.schema([("cell", pa.int64()), ("variant", pa.string()), ("message", pa.string())]),
    }
    reader = _Reader(store)
    with ThreadPoolExecutor(1, "dynsim-tables") as packing, ExitStack() as stack:
        tables = {
            name: stack.enter_context(written(store.path / name, schema, packing)) for name, schema in schemas.items()
        }
        for start in range(0, len(cells), BATCH):
            batch = Batch.read(reader, cells[start : start + BATCH], names)
            tables[REPLICAS].add(batch.replicas(schemas[REPLICAS]))
            tables[CELLS].add(batch.cells(experiment, schemas[CELLS]))
            tables[FAILURES].add(batch.failures(schemas[FAILURES]))


def cells_table(
    store: Store, experiment: Experiment, cells: Sequence[Numbered], only: Sequence[str] | None = None
) -> pa.Table:
    """The rows of cells.parquet for some cells. only: columns of replicas.parquet, if not all are wanted."""
    names = [name for name in column_names(store, cells) if only is None or name in only]
    schema, reader = cells_schema(experiment, [one.cell for one in cells], names), _Reader(store)
    batches = (cells[start : start + BATCH] for start in range(0, len(cells), BATCH))
    made = [Batch.read(reader, batch, names).cells(experiment, schema) for batch in batches]
    return pa.concat_tables([schema.empty_table(), *made])


def replicas_table(store: Store, one: Numbered) -> pa.Table:
    """The rows of replicas.parquet for a cell."""
    names = column_names(store, [one])
    return Batch.read(_Reader(store), [one], names).replicas(replicas_schema(names))


def hidden_table(store: Store, one: Numbered) -> pa.Table:
    """The hidden columns of a cell's replicas, beside the rows of `replicas_table`."""
    reader, parts = _Reader(store), []
    for unit, first, end in _rows(store, one):
        if not unit.failure:
            rows = reader.rows(unit.file, unit.row + first - unit.first, end - first)
            parts.append(rows.select([name for name in rows.schema.names if name.startswith(HIDDEN)]))
    return pa.concat_tables([part.replace_schema_metadata() for part in parts]) if parts else pa.table({})


def column_names(store: Store, cells: Sequence[Numbered]) -> list[str]:
    """What was collected in any of the cells, in the order in which it first appears."""
    files = dict.fromkeys(unit.file for one in cells for unit, *_ in _rows(store, one) if not unit.failure)
    names = dict.fromkeys(name for file in files for name in store.columns[file])
    return [name for name in names if not name.startswith(HIDDEN)]


def _rows(store: Store, one: Numbered) -> list[tuple[Any, int, int]]:
    return [] if one.content is None else store.rows(one.content, one.ranges)


class _Reader:
    """The rows of units, from files that are mapped into memory."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._tables: OrderedDict[str, pa.Table] = OrderedDict()

    def rows(self, file: str, row: int, count: int) -> pa.Table:
        if file not in self._tables:
            with pa.memory_map(str(self.store.path / FOLDER / file)) as source:
                self._tables[file] = pa.ipc.open_file(source).read_all()
            while len(self._tables) > OPEN:
                self._tables.popitem(last=False)
        self._tables.move_to_end(file)
        return self._tables[file].slice(row, count)


@dataclass
class Batch:
    """Some consecutive cells with the rows of their replicas, cell after cell. bounds: where each cell's rows begin and
    end. messages: why replicas failed, "" where none did."""

    numbered: Sequence[Numbered]
    rows: pa.Table
    bounds: list[tuple[int, int]]
    messages: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, reader: _Reader, cells: Sequence[Numbered], names: Sequence[str]) -> Batch:
        runs: list[tuple[str, int, int]] = []  # file, first row, number of rows
        spans, bounds, messages, at = [], [], [], 0
        for one in cells:
            start, message = at, one.failure
            for unit, first, end in _rows(reader.store, one):
                if unit.failure:
                    message = message or unit.failure
                    continue
                file, row, count = unit.file, unit.row + first - unit.first, end - first
                if runs and runs[-1][0] == file and runs[-1][1] + runs[-1][2] == row:  # where the last cell ends
                    _, row, before = runs.pop()
                    runs.append((file, row, before + count))
                else:
                    runs.append((file, row, count))
                spans.append((one.cell.number, first, count))
                at += count
            bounds.append((start, at))
            messages.append(message)
        parts = [reader.rows(*run) for run in runs]
        return cls(cells, _completed(parts, spans, replicas_schema(names)), bounds, messages)

    def replicas(self, schema: pa.Schema) -> pa.Table:
        return self.rows.cast(schema)

    def failures(self, schema: pa.Schema) -> pa.Table:
        failed = [
            {"cell": one.cell.number, "variant": one.cell.variant, "message": message}
            for one, message in zip(self.numbered, self.messages, strict=True) if message
        ]
        return pa.Table.from_pylist(failed, schema)

    def cells(self, experiment: Experiment, schema: pa.Schema) -> pa.Table:
        cells = [one.cell for one in self.numbered]
        counts = np.array([end - start for start, end in self.bounds])
        columns: dict[str, Any] = {
            "cell": [cell.number for cell in cells], "variant": [cell.variant for cell in cells],
            **{axis.path: axis_values([cell.values.get(axis.path) for cell in cells], schema.field(axis.path))
               for axis in experiment.axes},
            "replicas": counts, "failed": np.array([one.replicas for one in self.numbered]) - counts,
        }
        for name in self.rows.schema.names[2:]:
            if name == VERDICT:
                columns |= self._shares()
            else:
                columns |= {f"{name}.{what}": values for what, values in self._statistics(name, counts).items()}
        if experiment.until is not None:
            columns["reached"] = experiment.until.reached(columns)
        return pa.table([pa.array(columns[name], schema.field(name).type) for name in schema.names], schema)

    def _shares(self) -> dict[str, Any]:
        """The share of every verdict in each cell, with its 95 % interval."""
        counts = np.array([end - start for start, end in self.bounds])
        number = pc.index_in(self.rows.column(VERDICT), pa.array(VERDICTS)).to_numpy()
        place = np.repeat(np.arange(len(counts)), counts) * len(VERDICTS) + number
        hits = np.bincount(place[~np.isnan(place)].astype(int), minlength=len(counts) * len(VERDICTS))
        hits = hits.reshape(len(counts), len(VERDICTS)).T
        low, high = intervals(hits, counts)
        with np.errstate(invalid="ignore"):  # a cell without a replica has no shares
            shares = hits / counts
        found: dict[str, Any] = {}
        for k, word in enumerate(VERDICTS):
            ends = {f"{VERDICT}.{word}.low": low[k], f"{VERDICT}.{word}.high": high[k]}
            found |= {f"{VERDICT}.{word}": shares[k], **ends}
        return found

    def _statistics(self, name: str, counts: Integers) -> dict[str, Floats]:
        """Mean, standard error and quantiles over the replicas in which the quantity is finite; NaN where it is in
        none."""
        values = self.rows.column(name).to_numpy(zero_copy_only=False)
        table = np.full((len(counts), max(1, counts.max(initial=1))), np.nan)
        table[np.arange(table.shape[1]) < counts[:, None]] = values
        with np.errstate(over="ignore"):  # what nearly left the finite numbers may have no variance
            found = spread(table)
        return {what: found[what] for what in STATISTICS}


def _completed(parts: Sequence[pa.Table], spans: Sequence[tuple[int, int, int]], schema: pa.Schema) -> pa.Table:
    """The rows with the numbers of their cells and replicas, and with nulls for what a cell has not. spans: cell, first
    replica and number of replicas of consecutive rows."""
    plain = [part.replace_schema_metadata() for part in parts]
    rows = pa.concat_tables(plain, promote_options="default") if plain else None
    cell, first, counts = np.array(spans, dtype=np.int64).reshape(-1, 3).T
    before = np.cumsum(counts) - counts
    numbers = {"cell": np.repeat(cell, counts), "replica": np.arange(counts.sum()) + np.repeat(first - before, counts)}
    columns = [
        pa.array(numbers[field.name], field.type) if field.name in numbers
        else pa.nulls(int(counts.sum()), field.type) if rows is None or field.name not in rows.schema.names
        else rows.column(field.name).cast(field.type)
        for field in schema
    ]
    return pa.table(columns, schema).combine_chunks()
