"""The contract between the loop over time (simulate.py) and what runs the replicas."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Floats


class Replicas(ABC):
    """All replicas of a run: their present state, their records since the last chunk, and the way to go on.

    Values by slot are (R,), or (n, R) for a population's slot. A replica that leaves the finite numbers is frozen: it
    stays where it is, and its records are NaN. `prepare` comes first, then `begin` or `restore`.
    """

    record_size: int  # numbers that one record of all replicas takes

    def prepare(self, announce: Callable[[float], None], stop: Callable[[], bool]) -> bool:
        """Do what takes long before the first step; False where `stop()` ended the wait.

        announce(seconds) is called with an estimate if there is something to wait for.
        """
        return True

    # -- the state --------------------------------------------------------------------------------------------------

    @abstractmethod
    def begin(self) -> None:
        """Take the plan's initial state, let the events of time 0 happen, and freeze what is not finite then."""

    @abstractmethod
    def state(self) -> dict[str, Array]:
        """A copy of everything that a run needs to go on, by names of the runner's own."""

    @abstractmethod
    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Take the state that `state` of a runner of the same kind returned."""

    @abstractmethod
    def present(self) -> dict[str, Floats]:
        """A copy of the present values of all slots."""

    @abstractmethod
    def alive(self) -> NDArray[np.bool_]:
        """Which replicas have stayed finite, (R,)."""

    @abstractmethod
    def put(self, values: Mapping[str, Array], born: NDArray[np.bool_]) -> None:
        """Replace the values of these slots in all replicas; the replicas `born` (R,) are alive again."""

    @abstractmethod
    def divergence(self) -> tuple[Floats, NDArray[np.int64]]:
        """When each replica left the finite numbers (NaN: it did not), and the number of the program's state that did
        first (−1: none)."""

    # -- advancing ----------------------------------------------------------------------------------------------------

    @abstractmethod
    def advance(self, pool: Executor, tick: int, until: int, row: int) -> None:
        """Go from `tick` to `until` and write the records on the way into the rows `row`, `row` + 1, …"""

    # -- records ------------------------------------------------------------------------------------------------------

    @abstractmethod
    def new_records(self, capacity: int) -> None:
        """Forget the records and make room for `capacity` new ones."""

    @abstractmethod
    def record(self, row: int) -> None:
        """Write the present state into a row."""

    @abstractmethod
    def values(self, count: int) -> dict[str, Floats]:
        """The first `count` records by slot, (K, R) or (K, n, R); a copy."""
