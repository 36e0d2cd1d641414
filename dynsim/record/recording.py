"""The record of a run as analyses read it: in blocks of ticks, from memory or from a run directory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats


@dataclass(frozen=True)
class Block:
    """K consecutive recorded ticks of R replicas. times: (K,). values: state slot → (K, R), or (K, n, R) for a slot on
    a population with n nodes."""

    times: Floats
    values: Mapping[str, Floats]

    @property
    def ticks(self) -> int:
        return len(self.times)

    @property
    def nbytes(self) -> int:
        return self.times.nbytes + sum(array.nbytes for array in self.values.values())

    def __getitem__(self, ticks: slice) -> Block:
        return Block(self.times[ticks], {name: array[ticks] for name, array in self.values.items()})


class Recording(Protocol):
    """The record of a run.

    times: (K,) recorded times. parameters: name → (R,). diverged_at: (R,) time at which each replica diverged, NaN if
    it stayed finite; from then on its values are NaN. diverged_slot: (R,) index into the program's states of the slot
    that diverged, −1 for none. seed: of the random numbers. numbers: (R,) the number of each replica in its ensemble,
    which its random numbers belong to.
    """

    @property
    def times(self) -> Floats: ...
    @property
    def replicas(self) -> int: ...
    @property
    def parameters(self) -> Mapping[str, Floats]: ...
    @property
    def diverged_at(self) -> Floats: ...
    @property
    def diverged_slot(self) -> NDArray[np.int64]: ...
    @property
    def seed(self) -> int: ...
    @property
    def numbers(self) -> NDArray[np.int64]: ...

    def blocks(self, max_bytes: int = 1 << 24) -> Iterator[Block]:
        """The whole record in order, in blocks of at most `max_bytes` (and at least one tick)."""
        ...

    def generations(self, max_bytes: int = 1 << 24) -> Iterator[Block]:
        """The generations of a selection in order, in blocks with times (G,) and values (G, R) for `parent`, `born`,
        `fitness` and the heritable scalar slots (see engine.plan.Births). Nothing without selection."""
        ...


@dataclass(frozen=True)
class MemoryRecording:
    """A record that is kept in memory. chunks: consecutive blocks of it, of any size. numbered: the replicas' numbers,
    where they are not 0, 1, 2, …"""

    chunks: Sequence[Block]
    replicas: int
    parameters: Mapping[str, Floats]
    diverged_at: Floats
    diverged_slot: NDArray[np.int64]
    births: Sequence[Block] = ()
    seed: int = 0
    numbered: NDArray[np.int64] | None = None

    @property
    def numbers(self) -> NDArray[np.int64]:
        return np.arange(self.replicas) if self.numbered is None else self.numbered

    @property
    def times(self) -> Floats:
        return np.concatenate([chunk.times for chunk in self.chunks]) if self.chunks else np.empty(0)

    def blocks(self, max_bytes: int = 1 << 24) -> Iterator[Block]:
        if self.chunks:
            yield from regroup(self.chunks, ticks_within(max_bytes, self.chunks[0]))

    def generations(self, max_bytes: int = 1 << 24) -> Iterator[Block]:
        if self.births:
            yield from regroup(self.births, ticks_within(max_bytes, self.births[0]))


def ticks_within(max_bytes: int, sample: Block) -> int:
    """The number of ticks, of the same size as those of `sample`, that fit into `max_bytes`; at least 1."""
    return max(1, max_bytes * max(sample.ticks, 1) // max(sample.nbytes, 1))


def regroup(blocks: Iterable[Block], ticks: int) -> Iterator[Block]:
    """The same record in blocks of `ticks` ticks; only the last may be shorter."""
    waiting: list[Block] = []
    count = 0
    for block in blocks:
        start = 0
        while count + block.ticks - start >= ticks:
            stop = start + ticks - count
            yield join([*waiting, block[start:stop]])
            waiting, count, start = [], 0, stop
        if start < block.ticks:
            waiting.append(block[start:])
            count += block.ticks - start
    if waiting:
        yield join(waiting)


def join(blocks: Sequence[Block]) -> Block:
    """Consecutive blocks as one."""
    if len(blocks) == 1:
        return blocks[0]
    names = blocks[0].values
    return Block(
        np.concatenate([block.times for block in blocks]),
        {name: np.concatenate([block.values[name] for block in blocks]) for name in names},
    )
