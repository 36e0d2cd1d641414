"""The work arrays of all lane blocks, and the calls of the compiled driver on them."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .kernel import Kernel

if TYPE_CHECKING:
    from .simulate import Plan
    from .ticks import Ticks

Array = NDArray[Any]


class Blocks:
    """Every array has the block as its first axis, so that a block's part of it is contiguous."""

    def __init__(self, kernel: Kernel, plan: Plan, ticks: Ticks) -> None:
        place = kernel.place
        self.kernel, self.plan, self.ticks = kernel, plan, ticks
        self.lanes, self.count = place.lanes, -(-plan.replicas // place.lanes)
        width = place.rows_y * self.lanes
        # the last block's empty lanes repeat the last replica's values under numbers of their own
        self.members = np.minimum(np.arange(self.count * self.lanes), plan.replicas - 1)
        self.ids = np.arange(self.count * self.lanes, dtype=np.uint64).reshape(self.count, -1)
        self.p = np.zeros((self.count, place.rows_p * self.lanes))
        self.scratch = np.zeros((self.count, kernel.scratch))
        self.edges = np.zeros((self.count, kernel.buffers))
        self.k = np.zeros((self.count, width))
        self.saved = np.zeros((self.count, width))
        self.out = np.zeros((self.count, 0, width))
        self.graphs = tuple(
            a for t in kernel.program.topologies.values()
            for a in (t.source, t.target, t.weight, t.in_start, t.out_start, t.out_edges)
        )
        self.numbers = self.count * width
        self.live: dict[str, Array] = {
            "y": np.zeros((self.count, width)),
            "frozen_at": np.full((self.count, self.lanes), np.nan),
            "frozen_row": np.full((self.count, self.lanes), -1, dtype=np.int64),
        }
        self._prepare_clock(width)
        for slot, row in place.parameters.items():
            self._put(self.p, row, 1, plan.parameters[slot])

    def _prepare_clock(self, width: int) -> None:
        """What the drivers of continuous clocks need besides."""
        table, clock, place = self.kernel.integrator, self.kernel.program.clock, self.kernel.place
        if table is None:
            return
        program = self.kernel.program
        moving = [s for s in place.states if s in program.drift or s in program.diffusion]
        self.rows = np.array(
            [place.states[s] + i for s in moving for i in range(place.extent(s))], dtype=np.int64
        )
        a = np.zeros((table.stages, table.stages))
        for j, row in enumerate(table.a):
            a[j, : len(row)] = row
        self.table: tuple[Array, ...] = (a, np.array(table.b), np.array(table.c))
        self.t = np.zeros((self.count, self.lanes))
        self.inc = np.zeros((self.count, table.stages, width))
        if not table.adaptive:
            self.dw = np.zeros((self.count, width))
            return
        first = clock.dt or (clock.time or 1.0) * 1e-3
        self.live |= {
            "t": self.t, "inc": self.inc, "start": np.zeros((self.count, width)),
            "before": np.zeros((self.count, self.lanes)), "size": np.ones((self.count, self.lanes)),
            "h": np.full((self.count, self.lanes), first),
        }
        self.limit = np.zeros((self.count, self.lanes))
        self.table += (np.array(table.error), np.array(table.dense))

    # -- starting, saving -----------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The initial state, with the events of time 0."""
        place = self.kernel.place
        for slot, row in place.states.items():
            self._put(self.live["y"], row, place.extent(slot), self.plan.initial[slot])
        start = np.zeros(self.lanes) if self.kernel.integrator is not None else 0.0
        for q in range(self.count):
            y = self.live["y"][q]
            self.kernel.fire(self.p[q], y, self.k[q], self.scratch[q], self.edges[q], start, self.graphs)

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
        for done in [pool.submit(self._advance, q, tick, until, row) for q in range(self.count)]:
            done.result()

    def _advance(self, q: int, tick: int, until: int, row: int) -> None:
        live, table = self.live, self.kernel.integrator
        every = self.ticks.every
        common = (
            live["y"][q], self.p[q], self.k[q], self.scratch[q], self.edges[q], self.ids[q],
            np.uint64(self.plan.seed), self.graphs, self.saved[q], live["frozen_at"][q], live["frozen_row"][q],
            tick, until,
        )
        if table is None:
            self.kernel.advance(*common, every, self.out[q], row)
        elif not table.adaptive:
            self.kernel.advance(
                *common, every, self.out[q], row, self.t[q], self.rows, self.inc[q], self.dw[q], self.ticks.unit,
                *self.table,
            )
        else:
            clock = self.kernel.program.clock
            self.kernel.advance(
                *common, self.ticks.unit, self.out[q], row, self.t[q], self.rows, self.inc[q], live["start"][q],
                live["before"][q], live["h"][q], live["size"][q], self.limit[q], *self.table, self.ticks.end,
                clock.rtol, clock.atol, -1.0 / table.order,
            )

    # -- records --------------------------------------------------------------------------------------------------

    def new_records(self, capacity: int) -> None:
        self.out = np.empty((self.count, capacity, self.live["y"].shape[1]))

    def record(self, row: int) -> None:
        """Write the present state to a row; what is frozen is NaN."""
        width = self.kernel.place.rows_y
        frozen = ~np.isnan(self.live["frozen_at"])
        self.out[:, row] = np.where(np.tile(frozen, (1, width)), np.nan, self.live["y"])

    def values(self, count: int) -> dict[str, Array]:
        """The first `count` records by slot: (K, R), for a population (K, n, R)."""
        place, replicas = self.kernel.place, self.plan.replicas
        rows = self.out[:, :count].reshape(self.count, count, place.rows_y, self.lanes)
        rows = rows.transpose(1, 2, 0, 3).reshape(count, place.rows_y, -1)[:, :, :replicas]
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
        at = self.live["frozen_at"].reshape(-1)[: self.plan.replicas]
        rows = self.live["frozen_row"].reshape(-1)[: self.plan.replicas]
        return at.copy(), np.where(rows < 0, -1, owner[rows])
