"""What a run recorded, as an analysis reads it: in blocks of ticks, from memory or from a run directory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats


@dataclass(frozen=True)
class Block:
    """Consecutive recorded ticks: times (K,), and per state slot (K, R), or (K, n, R) for a population's."""

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
    """A run's record. parameters: (R,) per slot. diverged_at: (R,) times, NaN for a replica that stayed
    finite; diverged_slot: (R,) index into the program's states, −1 for none. From there on a replica's
    values are NaN. seed: of its random numbers.
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

    def blocks(self, max_bytes: int = 1 << 24) -> Iterator[Block]:
        """The whole record in order, each block of at most `max_bytes` (but at least one tick)."""
        ...

    def generations(self, max_bytes: int = 1 << 24) -> Iterator[Block]:
        """The generations of a selection in order, in blocks like the record's: times (G,), values (G, R) by name
        (`parent`, `born`, `fitness`, heritable scalar slots; see engine.plan.Births). Nothing without selection."""
        ...


@dataclass(frozen=True)
class MemoryRecording:
    """A record that was never written."""

    chunks: Sequence[Block]
    replicas: int
    parameters: Mapping[str, Floats]
    diverged_at: Floats
    diverged_slot: NDArray[np.int64]
    births: Sequence[Block] = ()
    seed: int = 0

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
    """How many ticks like those of `sample` make `max_bytes`; at least one."""
    return max(1, max_bytes * max(sample.ticks, 1) // max(sample.nbytes, 1))


def regroup(blocks: Iterable[Block], ticks: int) -> Iterator[Block]:
    """The same record in blocks of exactly `ticks` ticks, the last one shorter."""
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
