"""The directory of an experiment: what it is, and the finished units, each kept once and found by its key.

    experiment.yaml, resolved.yaml, manifest.json     what it is
    units/                                            results of tasks, each file whole or not there at all
    cells.parquet, replicas.parquet, failures.parquet the tables, made at the end from the units

A unit's key says what it computes. To go on after a crash, and to go on with more cells or more replicas, is to compute
what has no file yet.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from ...errors import InputError, OutputExists, RunError
from ...record.directory import check_links, locked
from ...record.files import TEMPORARY, atomic, make_directory, read_text, write_bytes, write_text
from ...version import __version__
from ..work.compute import UNITS
from ..work.units import parts_of

MANIFEST, AS_WRITTEN, RESOLVED = "manifest.json", "experiment.yaml", "resolved.yaml"
CELLS, REPLICAS, FAILURES, REPORT = "cells.parquet", "replicas.parquet", "failures.parquet", "report.html"
FOUND = "found.parquet"
"""What an adaptive design found."""
STARTS = "starts.parquet"
"""What the replicas of cells start from whose states are carried over."""
FOLDER, SUFFIX = "units", ".arrow"
OWN = frozenset({MANIFEST, AS_WRITTEN, RESOLVED, CELLS, REPLICAS, FAILURES, FOUND, STARTS, REPORT, FOLDER})
SHOWN = 30  # seconds until a shared file system has to show a file that another machine wrote
SHARED = "workers can write only to a directory that they and the driver have under the same path"

Ranges = tuple[tuple[int, int], ...]
"""Numbers of replicas, from … to (exclusive), in ascending order."""


@dataclass(frozen=True)
class Kept:
    """A finished unit: `count` rows from row `row` on of a file, for replicas `first` … of a cell. failure: why it has
    none."""

    file: str
    row: int
    first: int
    count: int
    failure: str = ""


@dataclass
class Store:
    """The finished units of a directory, by the key of their cell's content."""

    path: Path
    units: dict[str, list[Kept]] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    """The columns of every file."""

    def scan(self) -> None:
        """Find what is kept. A file that cannot be read counts as missing: its units are computed again."""
        self.units, self.columns = {}, {}
        for file in sorted((self.path / FOLDER).glob(f"*{SUFFIX}")):
            try:
                schema = pa.ipc.open_file(pa.memory_map(str(file))).schema
                self._note(file.name, schema)
            except (OSError, pa.ArrowException, KeyError, ValueError):
                continue
        for file in (self.path / FOLDER).glob(f".*{TEMPORARY}"):
            file.unlink(missing_ok=True)  # of a process that was killed

    def add(self, result: bytes) -> list[tuple[str, int, bool]]:
        """Keep the result of a task, and tell of each of its units the cell's content, the number of replicas, and
        whether it failed. Units that failed for a reason that may pass are computed again by the next process."""
        schema = pa.ipc.open_file(result).schema
        write_bytes(self.path / FOLDER / _name(schema), result)
        return self._note(_name(schema), schema, now=True)

    def add_written(self, schema: bytes) -> list[tuple[str, int, bool]]:
        """The same for a result that a worker has written, of which this is the schema."""
        found = pa.ipc.read_schema(pa.py_buffer(schema))
        file = self.path / FOLDER / _name(found)
        deadline = time.monotonic() + SHOWN
        while not file.exists():
            if time.monotonic() > deadline:
                raise RunError(f"{file}: a worker wrote it, and it is not here: {SHARED}")
            time.sleep(SHOWN / 100)
        return self._note(file.name, found, now=True)

    def _note(self, name: str, schema: pa.Schema, now: bool = False) -> list[tuple[str, int, bool]]:
        listed = json.loads(schema.metadata[UNITS])
        row, told = 0, []
        for key, rows, failure, lasting in listed:
            content, first, count = parts_of(key)
            if now or lasting or not failure:
                self.units.setdefault(content, []).append(Kept(name, row, first, count, failure))
            row += rows
            told.append((content, count, bool(failure)))
        self.columns[name] = schema.names
        return told

    def rows(self, content: str, ranges: Ranges) -> list[tuple[Kept, int, int]]:
        """What is kept of a cell's replicas, in order and each once: (unit, from, to) by number."""
        units = self.units.get(content)
        if not units:
            return []
        if len(units) == 1 and ranges == ((units[0].first, units[0].first + units[0].count),):  # nearly always
            return [(units[0], *ranges[0])]
        return [part for start, end in ranges for part in self._within(content, start, end)]

    def _within(self, content: str, start: int, end: int) -> Iterator[tuple[Kept, int, int]]:
        units, at = self.units.get(content, ()), start
        while at < end:
            there = [unit for unit in units if unit.first <= at < unit.first + unit.count]
            if there:
                unit = max(there, key=lambda unit: (not unit.failure, unit.first + unit.count, unit.file))
                until = min(unit.first + unit.count, end)
                yield unit, at, until
                at = until
            else:
                at = min((unit.first for unit in units if unit.first > at), default=end)

    def missing(self, content: str, ranges: Ranges, size: int) -> Iterator[tuple[int, int]]:
        """(first, count) of the blocks of at most `size` replicas that have to be computed; first is even."""
        for start, end in ranges:
            there = [(first, until) for _, first, until in self.rows(content, ((start, end),))]
            for first, until in [*there, (end, end)]:
                while start < first:
                    even = start - start % 2  # random numbers belong to pairs of replicas
                    count = min(size, first - even)
                    yield even, count
                    start = even + count
                start = until


def written(folder: Path, result: bytes) -> bytes:
    """Write the result of a task from a worker, and return its schema, for `Store.add_written`."""
    if not folder.is_dir():
        raise RunError(f"{folder}: is not there on {socket.gethostname()}: {SHARED}")
    schema = pa.ipc.open_file(result).schema
    # A task that was sent again may be written by two workers at the same time.
    writer = f"{socket.gethostname()}-{os.getpid()}-{threading.get_ident()}"
    with atomic(folder / _name(schema), folder / f".{_name(schema)}-{writer}{TEMPORARY}") as file:
        file.write(result)
    return bytes(schema.serialize())


def _name(schema: pa.Schema) -> str:
    """The file of a result: a hash of what it holds."""
    return hashlib.sha256(schema.metadata[UNITS]).hexdigest()[:24] + SUFFIX


@contextmanager
def opened(
    path: Path, identity: str, title: str, compiled: bool, texts: Mapping[str, bytes], resume: bool
) -> Iterator[Store]:
    """The locked directory of an experiment, made where it is not there.

    identity: a hash of the scenario without its changes; a directory of another scenario's experiment is refused.
    texts: file → content, of the experiment as written and as resolved, and what its scenario reads. OutputExists where
    the directory is not to be used, with nothing written.
    """
    check(path, identity, resume)
    make_directory(path)
    with locked(path):
        check(path, identity, resume or (path / MANIFEST).exists())
        make_directory(path / FOLDER)
        stated = {"kind": "experiment", "dynsim": __version__, "title": title, "compiled": compiled}
        stated["identity"] = identity
        write_text(path / MANIFEST, json.dumps(stated, indent=2, ensure_ascii=False) + "\n")
        for name, content in texts.items():
            make_directory((path / name).parent)
            write_bytes(path / name, content)
        store = Store(path)
        store.scan()
        yield store


def check(path: Path, identity: str, resume: bool) -> None:
    """OutputExists unless the experiment may be written to `path`."""
    if not path.exists() and not path.is_symlink():
        return
    if not path.is_dir():
        raise OutputExists(f"{path}: exists and is not a directory")
    there = {entry.name for entry in path.iterdir()}
    if not there:
        return
    check_links(path, OWN)
    if MANIFEST not in there:
        told = f"it has no {MANIFEST}"
        raise OutputExists(f"{path}: is not the directory of an experiment ({told}), so it is left alone")
    manifest = read_manifest(path)
    if manifest["identity"] != identity:
        raise OutputExists(f"{path}: is the directory of another experiment, {manifest['title']!r}; take another one")
    if not resume:
        raise OutputExists(f"{path}: exists; --resume goes on with it and computes what is missing")


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of an experiment's directory. InputError where it is none."""
    if not (path / MANIFEST).exists():
        raise InputError(f"{path}: not the directory of an experiment: it has no {MANIFEST}")
    try:
        found = json.loads(read_text(path / MANIFEST))
        if found["kind"] != "experiment" or not all(isinstance(found[name], str) for name in ("identity", "title")):
            raise ValueError("another program wrote it")
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path / MANIFEST}: not a manifest of an experiment") from error
    return dict(found)


