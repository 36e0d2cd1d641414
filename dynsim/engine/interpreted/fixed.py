"""The same run without compiling: NumPy evaluates the program's expressions, all replicas at once.

It starts at once, which suits tiny jobs, and it is the oracle for the compiled kernels: it shares the program with
them and no code. Results agree to rounding (exp and its kind differ in the last bit), not bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...algebra.interpret import evaluate, random_name
from ...algebra.nodes import Node
from ...compiler.program import Program
from ...integrators.base import INTEGRATORS, Integrator
from ..random.steps import random_numbers
from .stepping import derivative, fire_events, step_discrete

if TYPE_CHECKING:
    from ...system.ticks import Ticks
    from ..plan import Plan

Array = NDArray[Any]
Values = dict[str, Array]


class Interpreted:
    """Has the interface of Blocks: begin, advance, record, values, present, alive, put, state, restore, divergence."""

    def __init__(self, program: Program, plan: Plan, ticks: Ticks) -> None:
        self.program, self.plan, self.ticks = program, plan, ticks
        self.table: Integrator | None = INTEGRATORS.get(program.clock.method) if program.clock.continuous else None
        self.parameters = {s.name: np.asarray(plan.parameters[s.name], float) for s in program.parameters}
        self.now: Values = {}
        self.frozen_at = np.full(plan.replicas, np.nan)
        self.frozen_slot = np.full(plan.replicas, -1, dtype=np.int64)
        self.out: dict[int, Values] = {}
        self.random = program.graph.random(program.computed)
        self.numbers = sum(np.size(plan.initial[s.name]) for s in program.states)

    def begin(self) -> None:
        shapes = {s.name: self.shape(s.name) for s in self.program.states}
        start = {n: np.broadcast_to(self.plan.initial[n], shape).astype(float) for n, shape in shapes.items()}
        self.now = self.fire(start, 0.0)
        self.freeze(self.now, 0.0)

    def new_records(self, capacity: int) -> None:
        self.out = {}

    def record(self, row: int) -> None:
        alive = np.isnan(self.frozen_at)
        self.out[row] = {slot: np.where(alive, x, np.nan) for slot, x in self.now.items()}

    def values(self, count: int) -> Values:
        return {slot: np.stack([self.out[row][slot] for row in range(count)]) for slot in self.now}

    def present(self) -> Values:
        return {slot: x.copy() for slot, x in self.now.items()}

    def alive(self) -> NDArray[np.bool_]:
        return np.isnan(self.frozen_at)

    def put(self, values: Mapping[str, Array], born: NDArray[np.bool_]) -> None:
        self.now = self.now | {slot: np.array(x, float) for slot, x in values.items()}
        self.frozen_at = np.where(born, np.nan, self.frozen_at)
        self.frozen_slot = np.where(born, -1, self.frozen_slot)

    def state(self) -> Values:
        return {f"y:{slot}": x.copy() for slot, x in self.now.items()} | {
            "frozen_at": self.frozen_at.copy(), "frozen_slot": self.frozen_slot.copy(),
        }

    def restore(self, arrays: Mapping[str, Array]) -> None:
        self.now = {s.name: np.array(arrays[f"y:{s.name}"]) for s in self.program.states}
        self.frozen_at, self.frozen_slot = np.array(arrays["frozen_at"]), np.array(arrays["frozen_slot"])

    def divergence(self) -> tuple[Array, Array]:
        return self.frozen_at.copy(), self.frozen_slot.copy()

    def advance(self, pool: Executor, tick: int, until: int, row: int) -> None:
        for now in range(tick, until):
            before = self.now
            with np.errstate(all="ignore"):
                after = self._step(now)
            t = self.ticks.time(now + 1)
            self.freeze(after, t)
            after = self.held(after, before)
            fired = self.fire(after, t)
            self.freeze(fired, t)
            self.now = self.held(fired, after)
            if (now + 1) % self.ticks.every == 0:
                self.record(row)
                row += 1

    # -- one step -------------------------------------------------------------------------------------------------

    def _step(self, tick: int) -> Values:
        known = self.now | self.parameters
        if self.table is None:
            after = step_discrete(self.program, known, tick, self._numbers(self.random, tick))
            return {slot: after[slot] for slot in self.now}
        h, t = self.ticks.final if tick + 1 == self.ticks.last else self.ticks.unit, self.ticks.time(tick)
        wiener = {slot: self.program.wiener[slot] for slot in self.program.diffusion}
        numbers = self._numbers(wiener.values(), tick)
        known |= self._numbers(self.random, tick)
        dw = {slot: np.sqrt(h) * numbers[random_name(leaf)] for slot, leaf in wiener.items()}
        increments: list[Values] = []
        for weights, c in zip(self.table.a, self.table.c, strict=True):
            point = known | combined(self.now, increments, weights)
            increments.append(self.increment(point, t + c * h, h, dw))
        return self.projected(self.now | combined(self.now, increments, self.table.b))

    def increment(self, values: Values, t: Any, h: Any, dw: Values) -> Values:
        result = {slot: h * rate for slot, rate in derivative(self.program, values, t).items()}
        if dw:
            amplitudes = evaluate(list(self.program.diffusion.values()), values, self.program.topologies, t)
            for slot, amplitude in zip(self.program.diffusion, amplitudes, strict=True):
                result[slot] = result.get(slot, 0.0) + amplitude * dw[slot]
        return result

    def _numbers(self, leaves: Iterable[Node], tick: int) -> Values:
        return random_numbers(leaves, self.program.topologies, self.plan.seed, self.plan.numbers, tick)

    def projected(self, values: Values) -> Values:
        new = evaluate(
            list(self.program.projection.values()), values | self.parameters, self.program.topologies
        )
        pairs = zip(self.program.projection, new, strict=True)
        return values | {slot: np.broadcast_to(x, values[slot].shape) for slot, x in pairs}

    def fire(self, values: Values, t: Any) -> Values:
        fired = fire_events(self.program, values | self.parameters, t)
        return self.held({slot: fired[slot] for slot in values}, values)

    def freeze(self, values: Values, t: Any) -> None:
        """Note when a replica leaves the finite numbers, and through which state."""
        for number, slot in enumerate(self.program.states):
            x = values[slot.name]
            bad = ~(np.isfinite(x) if x.ndim == 1 else np.isfinite(x).all(axis=0)) & np.isnan(self.frozen_at)
            self.frozen_at[bad] = np.inf
            self.frozen_slot[bad] = number
        self.frozen_at = np.where(np.isinf(self.frozen_at), t, self.frozen_at)

    def held(self, values: Values, before: Values) -> Values:
        """Frozen replicas keep the values they had."""
        alive = np.isnan(self.frozen_at)
        return values if alive.all() else {s: np.where(alive, x, before[s]) for s, x in values.items()}

    def shape(self, slot: str) -> tuple[int, ...]:
        domain = next(s.domain for s in self.program.states if s.name == slot)
        if domain.kind == "scalar":
            return (self.plan.replicas,)
        return (self.program.topologies[domain.population].n, self.plan.replicas)


def combined(start: Values, increments: list[Values], weights: Sequence[float]) -> Values:
    """start + Σ_j weights_j I_j for the slots that move."""
    moving = increments[0] if increments else {}
    return {
        slot: start[slot] + sum(w * i[slot] for w, i in zip(weights, increments, strict=True) if w) for slot in moving
    }
