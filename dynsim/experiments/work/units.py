"""Units, what an experiment computes and keeps, and tasks, what an executor gets.

A unit is one cell and a block of its replicas. Its key is a hash of all that its numbers depend on and of nothing else,
so that a finished unit is found again whatever other cells, replicas or executors an experiment has by then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from struct import pack
from typing import Any

from ...arrays import Floats
from ...version import __version__

KEY = 32  # hexadecimal digits of a key: 128 bits


@dataclass(frozen=True)
class Structure:
    """What programs are made from. text: a scenario, resolved, whose replicas and slots say nothing about the cells.
    files: content of the graphs and lists that it names. bound: the number of replicas, where a replica depends on it
    (replicas that compete, sweeps of the scenario's own), else 0. key: a hash of all of this. record: about how many
    bytes the record of one replica takes."""

    text: str
    files: Mapping[str, bytes]
    bound: int
    key: str
    record: int

    @classmethod
    def of(cls, text: str, files: Mapping[str, bytes], bound: int, record: int) -> Structure:
        content = [text.encode(), *(part for name in sorted(files) for part in (name.encode(), files[name]))]
        return cls(text, files, bound, hashed(*content, str(bound).encode()), record)


@dataclass(frozen=True)
class Unit:
    """A block of a cell's replicas: `count` from number `first` on. values: of the slots that the cell sets. start:
    what slots start from, (count,), or (n, count) for a population; a slot that is missing starts as the scenario
    says."""

    key: str
    cell: int
    first: int
    count: int
    values: Mapping[str, float]
    start: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """Units of one structure with blocks of equal numbers of replicas, simulated side by side. seed: of all random
    numbers. collect: the quantities, as the experiment names them. replicas: of a whole
    cell, whose kernel shorter blocks use too. packed: whether small cells may share a block of lanes, where nothing is
    random. carried: whether the end of the record is kept, for cells that go on from there."""

    structure: Structure
    units: tuple[Unit, ...]
    seed: int
    collect: tuple[str, ...]
    replicas: int
    packed: bool = False
    compiled: bool = True
    carried: bool = False

    @property
    def first(self) -> int:
        return self.units[0].first

    @property
    def count(self) -> int:
        return self.units[0].count


def content_key(
    structure: Structure, values: Mapping[str, float], seed: int, collect: Sequence[str], compiled: bool,
    plugins: Mapping[str, str], carried: bool = False, start: Mapping[str, Floats] | None = None,
) -> str:
    """A hash of what a cell's replicas depend on, and of what is kept of them. Interpreted and compiled numbers differ
    by rounding. plugins: from outside the package, with where each comes from, which changes with the content of its
    file. carried, start: see `Task` and `Unit`."""
    known, names = _known(
        structure.key, seed, tuple(collect), compiled, tuple(plugins.items()), carried, tuple(values)
    )
    digest = known.copy()
    digest.update(pack(f"{len(names)}d", *(values[name] for name in names)))
    digest.update(start_key(start or {}).encode() if carried else b"")
    return str(digest.hexdigest()[:KEY])


@lru_cache
def _known(
    structure: str, seed: int, collect: Sequence[str], compiled: bool, plugins: Sequence[tuple[str, str]],
    carried: bool, names: Sequence[str],
) -> tuple[Any, list[str]]:
    """The hash of what many cells have in common, to which each adds its own, and the names of slots in the order of
    their values there."""
    stated = [__version__, structure, seed, sorted(collect), compiled, sorted(plugins), carried, sorted(names)]
    return hashlib.sha256(json.dumps(stated).encode()), sorted(names)


def start_key(start: Mapping[str, Floats]) -> str:
    """A hash of what replicas start from."""
    return hashed(*(part for name in sorted(start) for part in (name.encode(), start[name].tobytes())))


def unit_key(content: str, first: int, count: int) -> str:
    """The key of a unit. It begins with the key of its cell's content, by which its neighbours are found."""
    return f"{content}-{first}-{count}"


def parts_of(key: str) -> tuple[str, int, int]:
    """Content key, first replica and number of replicas of a unit's key."""
    content, first, count = key.split("-")
    return content, int(first), int(count)


def hashed(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(str(len(part)).encode() + b":" + part)
    return digest.hexdigest()[:KEY]
