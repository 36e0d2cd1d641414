"""Lanes: how replicas are dealt to blocks, and how values get from one to the other.

A block holds B lanes, and its work arrays are flat with the lane as the fastest axis (compiler/writing/layout.py), so
that one vector instruction makes the same operation for several replicas.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import Array
from ...compiler.program import Program
from ...compiler.writing.layout import Layout
from ..plan import Plan

MOST, FEWEST = 64, 16
CACHE_BYTES = 16 << 10  # of a block's states: half of a small first-level cache


def lanes_for(program: Program, replicas: int) -> int:
    """The smallest power of two that holds the replicas, as long as a block's states stay in the first-level cache.

    Many lanes hide the latency of one step behind the next; 16 keep enough of it if there are many states.
    """
    rows = sum(1 if s.domain.kind == "scalar" else program.topologies[s.domain.population].n for s in program.states)
    most = MOST
    while most > FEWEST and 8 * rows * most > CACHE_BYTES:
        most //= 2
    lanes = 1
    while lanes < min(replicas, most):
        lanes *= 2
    return lanes


class Lanes:
    """blocks: how many there are. width: numbers of one block's states. ids: the number of every lane's replica in its
    ensemble, (blocks, B)."""

    def __init__(self, place: Layout, plan: Plan) -> None:
        self.place, self.replicas = place, plan.replicas
        per_copy = -(-plan.ensemble // place.lanes)
        self.blocks, self.width = plan.copies * per_copy, place.rows_y * place.lanes
        # The empty lanes of a copy's last block repeat its last replica's values, which keeps them as harmless as that
        # replica. They have numbers of their own: `ids` must rise by 1 within a block, as pairs of lanes share noise.
        lanes, first = np.arange(per_copy * place.lanes), np.arange(plan.copies)[:, None]
        self._members = (first * plan.ensemble + np.minimum(lanes, plan.ensemble - 1)).reshape(-1)
        self.ids = np.tile((plan.first + lanes).astype(np.uint64), plan.copies).reshape(self.blocks, -1)
        places = (first * len(lanes) + lanes[: plan.ensemble]).reshape(-1)
        # One copy needs no index array: its replicas are the first lanes, and a slice costs no gathering.
        self._places = slice(plan.replicas) if plan.copies == 1 else places

    def write(self, array: Array, row: int, extent: int, values: Any) -> None:
        """Give rows of the blocks the values of the replicas: (R,), or (extent, R) for a population."""
        values = np.broadcast_to(values, (self.replicas,) if extent == 1 and np.ndim(values) < 2
                                 else (extent, self.replicas))
        lanes = self.place.lanes
        spread = values.reshape(extent, -1)[:, self._members].reshape(extent, self.blocks, lanes)
        array[:, row * lanes : (row + extent) * lanes] = spread.transpose(1, 0, 2).reshape(self.blocks, -1)

    def of_lanes(self, values: Array) -> Array:
        """A value per replica, (R,), as a value per lane, (blocks, B)."""
        return values[self._members].reshape(self.blocks, self.place.lanes)

    def of_replicas(self, by_lane: Array) -> Array:
        """A value per lane, (blocks, B), as a value per replica, (R,)."""
        return by_lane.reshape(-1)[self._places]

    def by_slot(self, states: Array) -> dict[str, Array]:
        """States (blocks, K, width) by slot: (K, R), for a population (K, n, R); a copy."""
        place, count = self.place, states.shape[1]
        rows = states.reshape(self.blocks, count, place.rows_y, place.lanes)
        # One copy of the whole puts the replicas in order; picking them slot by slot would walk the blocks every time.
        rows = rows.transpose(1, 2, 0, 3).copy().reshape(count, place.rows_y, -1)[:, :, self._places]
        return {
            slot: rows[:, row] if place.slots[slot].domain.kind == "scalar"
            else rows[:, row : row + place.extent(slot)]
            for slot, row in place.states.items()
        }
