"""The work arrays of all lane blocks, and the calls of the compiled driver on them.

Every array has the block as its first axis, so that what belongs to a block is contiguous. The driver defines its
arguments in named groups; here each group is filled by the names of its fields.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array, Floats
from ...compiler.writing.layout import spans
from ...integrators.base import Integrator
from ...system.ticks import Ticks, first_step
from ..modules.kept import is_ready
from ..plan import Plan
from ..replicas import Replicas
from .background import in_background
from .drivers.common import Call, Given
from .kernel import Kernel, compile_seconds
from .lanes import Lanes

CALLS = 8  # per thread and advance, so that no thread waits long for the others


class Blocks(Replicas):
    """The replicas as blocks of lanes, run by a kernel."""

    def __init__(self, kernel: Kernel, plan: Plan, ticks: Ticks, threads: int) -> None:
        place, driver = kernel.place, kernel.driver
        self.kernel, self.plan = kernel, plan
        self.lanes = Lanes(place, plan)
        self.record_size = self.lanes.blocks * self.lanes.width
        p = np.zeros((self.lanes.blocks, place.rows_p * place.lanes))
        for slot, row in place.parameters.items():
            self.lanes.write(p, row, 1, plan.parameters[slot])
        graphs = tuple(a for t in kernel.program.topologies.values() for a in t.arrays)
        self.given = Given(p, self.lanes.ids, np.uint64(plan.seed), graphs)
        clock = _clock(kernel, ticks)
        self.clock = driver.Clock(**{name: clock[name] for name in driver.Clock._fields})
        self.live = self._state()
        self.rooms = [self._room() for _ in range(min(threads, self.lanes.blocks))]
        self.out = np.zeros((self.lanes.blocks, 0, self.lanes.width))

    def _state(self) -> Any:
        """The driver's `State` before the first step."""
        blocks, width, lanes = self.lanes.blocks, self.lanes.width, self.kernel.place.lanes
        shapes = {"y": (blocks, width), "start": (blocks, width), "inc": (blocks, self.kernel.stages, width)}
        first = first_step(self.kernel.program.clock)
        values = {"frozen_at": np.nan, "frozen_row": -1, "size": 1.0, "h": first}
        return _arrays(self.kernel.driver.State, shapes, (blocks, lanes), values)

    def _room(self) -> Any:
        """The driver's `Room`: one thread's room for the work on one block."""
        kernel, width, lanes = self.kernel, self.lanes.width, self.kernel.place.lanes
        shapes: dict[str, tuple[int, ...]] = {"s": (kernel.scratch,), "b": (kernel.buffers,)}
        shapes |= dict.fromkeys(("k", "saved", "dw"), (width,))
        shapes |= dict.fromkeys(("inc", "trial"), (kernel.stages, width))
        return _arrays(kernel.driver.Room, shapes, (lanes,), {"moves": False})

    def prepare(self, announce: Callable[[float], None], stop: Callable[[], bool]) -> bool:
        """Whether the kernel is compiled, or taken from the cache, before `stop()` says to wait no longer."""
        calls: list[tuple[Any, ...]] = [self._call(self.rooms[0], 0, 0, 0, 0, 0)]
        if self.kernel.program.events:
            calls.append(self._beginning(0))

        def call_for_no_blocks() -> None:
            for function, *arguments in calls:
                function(*arguments)

        if all(is_ready(*call) for call in calls):
            call_for_no_blocks()
            return True
        announce(compile_seconds(self.kernel.text))
        return in_background(call_for_no_blocks, stop)

    # -- the state --------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        place, live = self.kernel.place, self.live
        for slot, row in place.states.items():
            self.lanes.write(live.y, row, place.extent(slot), self.plan.initial[slot])
        if self.kernel.program.events:
            begin, *arguments = self._beginning(self.lanes.blocks)
            begin(*arguments)
        if not np.isfinite(live.y).all():
            lost = ~np.isfinite(live.y.reshape(self.lanes.blocks, place.rows_y, place.lanes))
            live.frozen_at[lost.any(axis=1)] = 0.0
            live.frozen_row[...] = np.where(lost.any(axis=1), lost.argmax(axis=1), -1)

    def _beginning(self, count: int) -> tuple[Any, ...]:
        """`begin` and its arguments for the first `count` blocks."""
        given, room = self.given, self.rooms[0]
        # On a continuous clock lanes may have times of their own, so generated code reads an array; a tick is a number.
        time = np.zeros(self.kernel.place.lanes) if self.kernel.program.clock.continuous else 0.0
        return self.kernel.module.begin, self.live.y[:count], given.p, room.k, room.s, room.b, time, given.graphs

    def state(self) -> dict[str, Array]:
        return {name: array.copy() for name, array in self.live._asdict().items()}

    def restore(self, arrays: Mapping[str, Array]) -> None:
        for name, array in self.live._asdict().items():
            array[...] = arrays[name]

    def present(self) -> dict[str, Floats]:
        return {slot: values[0] for slot, values in self.lanes.by_slot(self.live.y[:, None]).items()}

    def alive(self) -> NDArray[np.bool_]:
        return np.isnan(self.lanes.of_replicas(self.live.frozen_at))

    def put(self, values: Mapping[str, Array], born: NDArray[np.bool_]) -> None:
        place = self.kernel.place
        for slot, array in values.items():
            self.lanes.write(self.live.y, place.states[slot], place.extent(slot), array)
        reborn = self.lanes.of_lanes(born)
        self.live.frozen_at[reborn] = np.nan
        self.live.frozen_row[reborn] = -1

    def divergence(self) -> tuple[Floats, NDArray[np.int64]]:
        place = self.kernel.place
        number = {slot.name: k for k, slot in enumerate(self.kernel.program.states)}
        owner = np.array(
            [number[s] for s in place.states for _ in range(place.extent(s))] or [-1], dtype=np.int64
        )
        rows = self.lanes.of_replicas(self.live.frozen_row)
        return self.lanes.of_replicas(self.live.frozen_at).copy(), np.where(rows < 0, -1, owner[rows])

    # -- advancing ----------------------------------------------------------------------------------------------------

    def advance(self, pool: Executor, tick: int, until: int, row: int) -> None:
        blocks = self.lanes.blocks
        count = min(blocks, CALLS * len(self.rooms))
        left = deque(pairwise([blocks * i // count for i in range(count + 1)]))

        # Threads take the next blocks as they get done: blocks differ in how long they take (events, adaptive steps).
        def work(room: Any) -> None:
            while left:
                try:
                    first, last = left.popleft()
                except IndexError:  # another thread was faster
                    return
                entry, *arguments = self._call(room, first, last, tick, until, row)
                entry(*arguments)

        for done in [pool.submit(work, room) for room in self.rooms]:
            done.result()

    def _call(self, room: Any, first: int, last: int, tick: int, until: int, row: int) -> tuple[Any, ...]:
        """The driver's entry and its arguments for the blocks first … last − 1."""
        call = Call(first, last, tick, until, row)
        return self.kernel.module.advance, *call, *self.live, *self.given, *room, *self.clock, self.out

    # -- records ------------------------------------------------------------------------------------------------------

    def new_records(self, capacity: int) -> None:
        # The room of the last chunk is used again: fresh memory costs more than filling it.
        if self.out.shape[1] < capacity:
            self.out = np.empty((self.lanes.blocks, capacity, self.lanes.width))

    def record(self, row: int) -> None:
        self.out[:, row] = self.live.y
        frozen = ~np.isnan(self.live.frozen_at)
        if frozen.any():
            self.out[:, row][np.tile(frozen, (1, self.kernel.place.rows_y))] = np.nan

    def values(self, count: int) -> dict[str, Floats]:
        return self.lanes.by_slot(self.out[:, :count])


def _clock(kernel: Kernel, ticks: Ticks) -> dict[str, Any]:
    """Every field that a driver's `Clock` can have."""
    clock, table = kernel.program.clock, kernel.integrator
    if table is None:
        return {"every": ticks.every}
    moving = [s for s in kernel.place.states if s in kernel.program.drift or s in kernel.program.diffusion]
    return _table(table) | {
        "spans": np.array(spans(kernel.place, moving), dtype=np.int64).reshape(-1, 2),
        # A tick of an adaptive method is a recording interval, so its `every` is a time.
        "h": ticks.unit, "every": ticks.unit if table.adaptive else ticks.every,
        "final": ticks.last, "rest": ticks.final, "end": ticks.end,
        "rtol": clock.rtol, "atol": clock.atol, "power": -1.0 / table.order,
    }


def _table(table: Integrator) -> dict[str, Array]:
    """A method's table as arrays; a is filled up with zeros to a square."""
    a = np.zeros((table.stages, table.stages))
    for j, row in enumerate(table.a):
        a[j, : len(row)] = row
    return {"a": a, "b": np.array(table.b), "c": np.array(table.c),
            "error": np.array(table.error or ()), "dense": np.array(table.dense or ())}


def _arrays(
    group: Any, shapes: Mapping[str, tuple[int, ...]], by_lane: tuple[int, ...], values: Mapping[str, Any]
) -> Any:
    """A group of arrays: of these shapes, else `by_lane`, and full of these values, else 0."""
    return group(**{
        name: np.full(shapes.get(name, by_lane), values[name]) if name in values
        else np.zeros(shapes.get(name, by_lane))  # the system gives it out without touching it
        for name in group._fields
    })
