"""The work arrays of all lane blocks, and the calls of the compiled driver on them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...compiler.writing.layout import spans
from ..modules.kept import is_ready
from .background import in_background
from .kernel import Kernel, compile_seconds

if TYPE_CHECKING:
    from ...system.ticks import Ticks
    from ..plan import Plan

Array = NDArray[Any]
PARTS = 8  # pieces of work per thread, so that none waits long for another


class Blocks:
    """Every array has the block as its first axis, so that a block's part of it is contiguous."""

    def __init__(self, kernel: Kernel, plan: Plan, ticks: Ticks, threads: int) -> None:
        place = kernel.place
        self.kernel, self.plan, self.ticks = kernel, plan, ticks
        per_copy = -(-plan.ensemble // place.lanes)
        self.lanes, self.count = place.lanes, plan.copies * per_copy
        self.width = place.rows_y * self.lanes
        self.numbers = self.count * self.width
        # the empty lanes of a copy's last block repeat its last replica's values under numbers of their own
        lanes, first = np.arange(per_copy * self.lanes), np.arange(plan.copies)[:, None]
        self.members = (first * plan.ensemble + np.minimum(lanes, plan.ensemble - 1)).reshape(-1)
        self.ids = np.tile(lanes.astype(np.uint64), plan.copies).reshape(self.count, -1)
        places = (first * len(lanes) + lanes[: plan.ensemble]).reshape(-1)
        self.places = slice(plan.replicas) if plan.copies == 1 else places  # of the replicas among all lanes
        self.p = np.zeros((self.count, place.rows_p * self.lanes))
        for slot, row in place.parameters.items():
            self._put(self.p, row, 1, plan.parameters[slot])
        self.out = np.zeros((self.count, 0, self.width))
        self.graphs = tuple(a for t in kernel.program.topologies.values() for a in t.arrays)
        self.live: dict[str, Array] = {
            "y": np.zeros((self.count, self.width)),
            "frozen_at": np.full((self.count, self.lanes), np.nan),
            "frozen_row": np.full((self.count, self.lanes), -1, dtype=np.int64),
        }
        self.table: tuple[Array, ...] = ()
        if kernel.integrator is not None:
            self._prepare_clock()
        self.workers = [self._room() for _ in range(min(threads, self.count))]

    def _prepare_clock(self) -> None:
        """What the drivers of continuous clocks need besides."""
        table, program, place = self.kernel.integrator, self.kernel.program, self.kernel.place
        assert table is not None
        moving = [s for s in place.states if s in program.drift or s in program.diffusion]
        self.spans = np.array(spans(place, moving), dtype=np.int64).reshape(-1, 2)
        a = np.zeros((table.stages, table.stages))
        for j, row in enumerate(table.a):
            a[j, : len(row)] = row
        self.table = (a, np.array(table.b), np.array(table.c))
        if table.error is None or table.dense is None:
            return
        self.table += (np.array(table.error), np.array(table.dense))
        first = program.clock.dt or (program.clock.time or 1.0) * 1e-3
        by_lane = {"t": 0.0, "before": 0.0, "size": 1.0, "h": first}
        self.live |= {name: np.full((self.count, self.lanes), value) for name, value in by_lane.items()}
        self.live["start"] = np.zeros((self.count, self.width))
        self.live["inc"] = np.zeros((self.count, table.stages, self.width))

    def _room(self) -> dict[str, Array]:
        """One thread's room for the work on one block."""
        kernel, lanes, width = self.kernel, self.lanes, self.width
        room = {"k": width, "s": kernel.scratch, "b": kernel.buffers, "saved": width, "dw": width, "t": lanes,
                "limit": lanes, "step": lanes}
        stages = kernel.integrator.stages if kernel.integrator is not None else 0
        arrays: dict[str, Array] = {name: np.zeros(size) for name, size in room.items()}
        return arrays | {"inc": np.zeros((stages, width)), "moves": np.zeros(lanes, dtype=np.bool_)}

    def compile(self, announce: Callable[[float], None], stop: Callable[[], bool]) -> bool:
        """Whether the kernel is compiled, or taken from the cache, before `stop()` says to wait no longer.

        announce(seconds) is called, with an estimate, where there is something to compile.
        """
        calls: list[tuple[Any, ...]] = [(self.kernel.advance, *self._arguments(self.workers[0], 0, 0, 0, 0, 0))]
        if self.kernel.program.events:
            calls.append((self.kernel.begin, *self._beginning(0)))

        def call_for_no_blocks() -> None:
            for function, *arguments in calls:
                function(*arguments)

        if all(is_ready(*call) for call in calls):
            call_for_no_blocks()
            return True
        announce(compile_seconds(self.kernel.text))
        return in_background(call_for_no_blocks, stop)

    # -- starting, saving -----------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The initial state, with the events of time 0; what is not finite then is frozen from the start."""
        place, y = self.kernel.place, self.live["y"]
        for slot, row in place.states.items():
            self._put(y, row, place.extent(slot), self.plan.initial[slot])
        if self.kernel.program.events:
            self.kernel.begin(*self._beginning(self.count))
        if not np.isfinite(y).all():
            lost = ~np.isfinite(y.reshape(self.count, place.rows_y, self.lanes))
            self.live["frozen_at"][lost.any(axis=1)] = 0.0
            self.live["frozen_row"][...] = np.where(lost.any(axis=1), lost.argmax(axis=1), -1)

    def _beginning(self, count: int) -> tuple[Any, ...]:
        """The arguments of `begin` for the first `count` blocks."""
        start = np.zeros(self.lanes) if self.kernel.integrator is not None else 0.0
        room = self.workers[0]
        return self.live["y"][:count], self.p, room["k"], room["s"], room["b"], start, self.graphs

    def present(self) -> dict[str, Array]:
        """The state of every replica by slot: (R,), or (n, R) for a population; a copy."""
        place = self.kernel.place
        rows = self.live["y"].reshape(self.count, place.rows_y, self.lanes).transpose(1, 0, 2)
        rows = rows.reshape(place.rows_y, -1)[:, self.places].copy()
        return {
            slot: rows[row] if place.slots[slot].domain.kind == "scalar" else rows[row : row + place.extent(slot)]
            for slot, row in place.states.items()
        }

    def alive(self) -> NDArray[np.bool_]:
        """Which replicas have stayed finite, (R,)."""
        return np.isnan(self.live["frozen_at"].reshape(-1)[self.places])

    def put(self, values: Mapping[str, Array], born: NDArray[np.bool_]) -> None:
        """Replace the values of slots, given as `present` gives them; who is born is alive."""
        place = self.kernel.place
        for slot, array in values.items():
            self._put(self.live["y"], place.states[slot], place.extent(slot), array)
        reborn = born[self.members].reshape(self.count, self.lanes)
        self.live["frozen_at"][reborn] = np.nan
        self.live["frozen_row"][reborn] = -1

    def state(self) -> dict[str, Array]:
        """A copy of everything that a run needs to go on."""
        return {name: array.copy() for name, array in self.live.items()}

    def restore(self, arrays: Mapping[str, Array]) -> None:
        for name, array in self.live.items():
            array[...] = arrays[name]

    def _put(self, array: Array, row: int, extent: int, values: Any) -> None:
        """Give rows of the blocks the values of the replicas: (R,), or (extent, R) for a population."""
        values = np.broadcast_to(values, (self.plan.replicas,) if extent == 1 and np.ndim(values) < 2
                                 else (extent, self.plan.replicas))
        spread = values.reshape(extent, -1)[:, self.members].reshape(extent, self.count, self.lanes)
        lanes = self.lanes
        array[:, row * lanes : (row + extent) * lanes] = spread.transpose(1, 0, 2).reshape(self.count, -1)

    # -- running --------------------------------------------------------------------------------------------------

    def advance(self, pool: Executor, tick: int, until: int, row: int) -> None:
        """All blocks from `tick` to `until`, the regular records into rows `row`, `row` + 1, …"""
        pieces = min(self.count, PARTS * len(self.workers))
        cuts = [self.count * i // pieces for i in range(pieces + 1)]
        parts = deque(pairwise(cuts))

        def work(room: dict[str, Array]) -> None:
            while parts:
                try:
                    first, last = parts.popleft()
                except IndexError:
                    return
                self.kernel.advance(*self._arguments(room, first, last, tick, until, row))

        for done in [pool.submit(work, room) for room in self.workers]:
            done.result()

    def _arguments(
        self, room: dict[str, Array], first: int, last: int, tick: int, until: int, row: int
    ) -> tuple[Any, ...]:
        """The arguments of `advance` for the blocks first … last − 1."""
        live, table, clock = self.live, self.kernel.integrator, self.kernel.program.clock
        common = (
            live["y"], self.p, self.ids, np.uint64(self.plan.seed), self.graphs, room["k"], room["s"], room["b"],
            room["saved"], live["frozen_at"], live["frozen_row"], first, last, tick, until,
        )
        if table is None:
            return *common, self.ticks.every, self.out, row
        if not table.adaptive:
            return (
                *common, self.ticks.every, self.out, row,
                room["t"], self.spans, room["inc"], room["dw"], self.ticks.unit, self.ticks.last,
                self.ticks.final, self.ticks.end, *self.table,
            )
        return (
            *common, self.ticks.unit, self.out, row,
            live["t"], live["inc"], live["start"], live["before"], live["size"], live["h"],
            room["inc"], room["t"], room["limit"], room["step"], room["moves"], self.spans, *self.table,
            self.ticks.last, self.ticks.end, clock.rtol, clock.atol, -1.0 / table.order,
        )

    # -- records --------------------------------------------------------------------------------------------------

    def new_records(self, capacity: int) -> None:
        """Room for a chunk's records; that of the last chunk is used again, fresh memory costs more than filling it."""
        if self.out.shape[1] < capacity:
            self.out = np.empty((self.count, capacity, self.width))

    def record(self, row: int) -> None:
        """Write the present state to a row; what is frozen is NaN."""
        self.out[:, row] = self.live["y"]
        frozen = ~np.isnan(self.live["frozen_at"])
        if frozen.any():
            self.out[:, row][np.tile(frozen, (1, self.kernel.place.rows_y))] = np.nan

    def values(self, count: int) -> dict[str, Array]:
        """The first `count` records by slot: (K, R), for a population (K, n, R); a copy, the room is used again."""
        place = self.kernel.place
        rows = self.out[:, :count].reshape(self.count, count, place.rows_y, self.lanes)
        rows = rows.transpose(1, 2, 0, 3).copy().reshape(count, place.rows_y, -1)[:, :, self.places]
        return {
            slot: rows[:, row] if place.slots[slot].domain.kind == "scalar"
            else rows[:, row : row + place.extent(slot)]
            for slot, row in place.states.items()
        }

    def divergence(self) -> tuple[Array, Array]:
        """When each replica left the finite numbers (NaN: it did not), and which of the program's states did first."""
        place = self.kernel.place
        number = {slot.name: k for k, slot in enumerate(self.kernel.program.states)}
        owner = np.array(
            [number[s] for s in place.states for _ in range(place.extent(s))] or [-1], dtype=np.int64
        )
        at = self.live["frozen_at"].reshape(-1)[self.places]
        rows = self.live["frozen_row"].reshape(-1)[self.places]
        return at.copy(), np.where(rows < 0, -1, owner[rows])
