"""What goes into a run of the engine, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats


@dataclass(frozen=True)
class Plan:
    """What to run: R replicas from a seed, with the parameters and the initial state of each.

    parameters: (R,) by slot. initial: (R,) by scalar slot, (n, R) by population slot. every: the distance of two
    records, in steps (with an adaptive method, in units of time). copies: R replicas may be several variants of one
    ensemble side by side; replica r of each variant then meets the same noise. first: the number of each copy's first
    replica, where the plan is a block of a larger ensemble; even, because two replicas share a block of random bits,
    and 0 where replicas compete.
    """

    replicas: int
    seed: int
    parameters: Mapping[str, Floats]
    initial: Mapping[str, Floats]
    every: float = 1
    copies: int = 1
    first: int = 0

    def __post_init__(self) -> None:
        if self.first % 2:
            raise ValueError(f"a block of replicas begins at an even number, not at {self.first}")

    @property
    def ensemble(self) -> int:
        """How many replicas are in one copy."""
        return self.replicas // self.copies

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The number of every replica in its ensemble, (R,). Its noise is a function of this number."""
        return np.tile(self.first + np.arange(self.ensemble), self.copies)


@dataclass(frozen=True)
class Checkpoint:
    """Everything that a run needs to go on: the number of records made, the tick reached, and `Replicas.state`."""

    records: int
    tick: int
    arrays: Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Births:
    """Some generations in a row.

    times (G,): when they began. values, each (G, R), with a column for every place: `parent`, the place from which its
    system descends (−1 at the start); `born`, whether its system is a child or lives on; `fitness` in the lifetime that
    ended there; and every heritable scalar slot, as the generation starts with it.
    """

    times: Floats
    values: Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Chunk:
    """Some records in a row, and the checkpoint after them.

    times (K,); values (K, R) by scalar slot and (K, n, R) by population slot. births: with selection, the generations
    that began since the last chunk; None without.
    """

    number: int
    times: Floats
    values: Mapping[str, Floats]
    checkpoint: Checkpoint
    births: Births | None = None


@dataclass(frozen=True)
class Outcome:
    """How the run ended: whether at the end of its clock, and at what time.

    diverged_at (R,): when a replica left the finite numbers, NaN where it stayed. diverged_slot (R,): the number of the
    program's state that left them first, −1 for none.
    """

    finished: bool
    time: float
    diverged_at: Floats
    diverged_slot: NDArray[np.int64]
