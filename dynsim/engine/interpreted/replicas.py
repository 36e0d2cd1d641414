"""The replicas of an interpreted run: one NumPy array per slot, with all replicas.

The interpreter needs no compilation, which suits tiny jobs. It is also the oracle for the compiled kernels, as it
shares the program with them but no code. Results agree up to rounding (functions such as exp differ in the last bit),
not bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from ...algebra.nodes import Node
from ...arrays import Array, Floats
from ...compiler.program import Program
from ...system.ticks import Ticks
from ..plan import Plan
from ..random.steps import random_numbers
from ..replicas import Replicas
from .stepping import fire_events, projected

Values = dict[str, Array]


class InterpretedReplicas(Replicas):
    """now: the present values by slot. frozen_at, frozen_slot (R,): when and by which state a replica diverged."""

    def __init__(self, program: Program, plan: Plan, ticks: Ticks) -> None:
        self.program, self.plan, self.ticks = program, plan, ticks
        self.parameters = {s.name: np.asarray(plan.parameters[s.name], float) for s in program.parameters}
        self.now: Values = {}
        self.frozen_at = np.full(plan.replicas, np.nan)
        self.frozen_slot = np.full(plan.replicas, -1, dtype=np.int64)
        self.out: dict[int, Values] = {}
        self.random = program.graph.random(program.computed)  # the random leaves of a step
        self.record_size = sum(np.size(plan.initial[s.name]) for s in program.states)

    def begin(self) -> None:
        shapes = {s.name: self._shape(s.name) for s in self.program.states}
        start = {n: np.broadcast_to(self.plan.initial[n], shape).astype(float) for n, shape in shapes.items()}
        self.now = self.fire(start, 0.0)
        self.freeze(self.now, 0.0)

    def new_records(self, capacity: int) -> None:
        self.out = {}

    def record(self, row: int) -> None:
        self.out[row] = self.shown(self.now)

    def shown(self, values: Values) -> Values:
        """The values as they are recorded: NaN in frozen replicas."""
        alive = self.alive()
        return {slot: np.where(alive, x, np.nan) for slot, x in values.items()}

    def values(self, count: int) -> dict[str, Floats]:
        return {slot: np.stack([self.out[row][slot] for row in range(count)]) for slot in self.now}

    def present(self) -> dict[str, Floats]:
        return {slot: x.copy() for slot, x in self.now.items()}

    def alive(self) -> NDArray[np.bool_]:
        return np.isnan(self.frozen_at)

    def put(self, values: Mapping[str, Array], born: NDArray[np.bool_]) -> None:
        self.now = self.now | {slot: np.array(x, float) for slot, x in values.items()}
        self.frozen_at = np.where(born, np.nan, self.frozen_at)
        self.frozen_slot = np.where(born, -1, self.frozen_slot)

    def state(self) -> dict[str, Array]:
        return {f"y:{slot}": x.copy() for slot, x in self.now.items()} | {
            "frozen_at": self.frozen_at.copy(), "frozen_slot": self.frozen_slot.copy(),
        }

    def restore(self, arrays: Mapping[str, Array]) -> None:
        self.now = {s.name: np.array(arrays[f"y:{s.name}"]) for s in self.program.states}
        self.frozen_at, self.frozen_slot = np.array(arrays["frozen_at"]), np.array(arrays["frozen_slot"])

    def divergence(self) -> tuple[Floats, NDArray[np.int64]]:
        return self.frozen_at.copy(), self.frozen_slot.copy()

    # -- for the subclasses -------------------------------------------------------------------------------------------

    def known(self) -> Values:
        """Every present value by slot, parameters too."""
        return self.now | self.parameters

    def numbers(self, leaves: Iterable[Node], tick: int) -> Values:
        """The random numbers of a step."""
        return random_numbers(leaves, self.program.topologies, self.plan.seed, self.plan.numbers, tick)

    def projected(self, values: Values) -> Values:
        """The values with every state brought back into its space."""
        found = projected(self.program, values | self.parameters)
        return {slot: found[slot] for slot in values}

    def fire(self, values: Values, t: float | Floats) -> Values:
        """The values after the events of this time; frozen replicas have none."""
        fired = fire_events(self.program, values | self.parameters, t)
        return self.held({slot: fired[slot] for slot in values}, values)

    def freeze(self, values: Values, t: float | Floats) -> None:
        """Note when a replica leaves the finite numbers, and through which state."""
        for number, slot in enumerate(self.program.states):
            x = values[slot.name]
            bad = ~(np.isfinite(x) if x.ndim == 1 else np.isfinite(x).all(axis=0)) & np.isnan(self.frozen_at)
            # Infinity marks what froze here until all slots are seen: the first of them is the one that is noted.
            self.frozen_at[bad] = np.inf
            self.frozen_slot[bad] = number
        self.frozen_at = np.where(np.isinf(self.frozen_at), t, self.frozen_at)

    def held(self, values: Values, before: Values) -> Values:
        """The new values; frozen replicas keep the values `before`."""
        alive = self.alive()
        return values if alive.all() else {s: np.where(alive, x, before[s]) for s, x in values.items()}

    def _shape(self, slot: str) -> tuple[int, ...]:
        domain = next(s.domain for s in self.program.states if s.name == slot)
        if domain.kind == "scalar":
            return (self.plan.replicas,)
        return (self.program.topologies[domain.population].n, self.plan.replicas)
