"""What goes into a run of the engine, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """What to run: R replicas from a seed, with the parameters' and the states' values of each.

    parameters: (R,) by slot. initial: (R,) by scalar slot, (n, R) by population slot. every: steps between two records
    (a unit of time with an adaptive method). copies: so many variants of one ensemble stand side by side, R in all, and
    replica r of each meets the same noise.
    """

    replicas: int
    seed: int
    parameters: Mapping[str, Floats]
    initial: Mapping[str, Floats]
    every: float = 1
    copies: int = 1

    @property
    def ensemble(self) -> int:
        """How many replicas are in one copy."""
        return self.replicas // self.copies

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The number of every replica in its copy, which its noise belongs to, (R,)."""
        return np.tile(np.arange(self.ensemble), self.copies)


@dataclass(frozen=True)
class Checkpoint:
    """Everything a run needs to go on: the number of records made, and the work arrays."""

    records: int
    tick: int
    arrays: Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Births:
    """Some generations in a row: when they began, times (G,), and by name (G, R): for every place `parent`, the place
    whose system its own comes from (−1 at the start); `born`, whether it is a child or lives on; `fitness`, that of the
    lifetime that ended there; and every heritable scalar slot, as the generation starts with it."""

    times: Floats
    values: Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Chunk:
    """Some records in a row. times (K,); values (K, R) by scalar slot and (K, n, R) by population slot. births: the
    generations that began with or since the first of them, where there is selection."""

    number: int
    times: Floats
    values: Mapping[str, Floats]
    checkpoint: Checkpoint
    births: Births | None = None


@dataclass(frozen=True)
class Outcome:
    """How the run ended. diverged_at (R,): NaN where a replica stayed finite; diverged_slot (R,): the number of
    the program's state that did first, −1 for none."""

    finished: bool
    time: float
    diverged_at: Floats
    diverged_slot: NDArray[np.int64]
