"""Step size control without compiling: the algorithm of drivers/adaptive.py over NumPy arrays of replicas."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...algebra.interpret import evaluate
from ...compiler.program import Program
from ..compiled.drivers.adaptive import GROW, LONGEST, MOMENT, SAFETY, SHRINK, SMALLEST
from .fixed import Interpreted, Values, combined

if TYPE_CHECKING:
    from ...system.ticks import Ticks
    from ..plan import Plan

Array = NDArray[Any]


class InterpretedAdaptive:
    """Has the interface of Blocks. t, h: every replica's time and next step; before, size, start: its last step."""

    def __init__(self, program: Program, plan: Plan, ticks: Ticks) -> None:
        self.plain = Interpreted(program, plan, ticks)
        self.program, self.clock, self.ticks = program, program.clock, ticks
        self.numbers = self.plain.numbers
        self.watched = [event.fired for event in program.events if event.watched]
        first = self.clock.dt or (self.clock.time or 1.0) * 1e-3
        replicas = plan.replicas
        self.lane = {"t": np.zeros(replicas), "h": np.full(replicas, first), "before": np.zeros(replicas),
                     "size": np.ones(replicas)}
        self.start: Values = {}
        self.inc: list[Values] = []

    def begin(self) -> None:
        self.plain.begin()
        self.start = self.plain.now

    def new_records(self, capacity: int) -> None:
        self.plain.new_records(capacity)

    def record(self, row: int) -> None:
        self.plain.record(row)

    def values(self, count: int) -> Values:
        return self.plain.values(count)

    def divergence(self) -> tuple[Array, Array]:
        return self.plain.divergence()

    def state(self) -> Values:
        last = {f"start:{s}": x.copy() for s, x in self.start.items()}
        stages = {f"inc{j}:{s}": x.copy() for j, i in enumerate(self.inc) for s, x in i.items()}
        return self.plain.state() | {n: x.copy() for n, x in self.lane.items()} | last | stages

    def restore(self, arrays: Mapping[str, Array]) -> None:
        self.plain.restore(arrays)
        self.lane = {name: np.array(arrays[name]) for name in self.lane}
        self.start = {s: np.array(arrays[f"start:{s}"]) for s in self.plain.now}
        table = self.plain.table
        assert table is not None
        self.inc = [{s: np.array(arrays[f"inc{j}:{s}"]) for s in self.plain.now if f"inc{j}:{s}" in arrays}
                    for j in range(table.stages)]

    def advance(self, pool: Executor, tick: int, until: int, row: int) -> None:
        for now in range(tick, until):
            goal = self.ticks.time(now + 1)
            while (waiting := (self.lane["t"] < goal) & np.isnan(self.plain.frozen_at)).any():
                with np.errstate(all="ignore"):
                    self._attempt(waiting)
            self._record(row + now - tick, goal)

    def _attempt(self, moving: Array) -> None:
        """One step of the replicas that move: accepted or rejected, each for itself."""
        table, lane, now = self.plain.table, self.lane, self.plain.now
        assert table is not None
        t = lane["t"]
        limit = self._next_event(now | self.plain.parameters, t)
        limit = np.where(lane["h"] == self.ticks.end - t, np.minimum(limit, self.ticks.end), limit)
        step = np.minimum(lane["h"], limit - t)
        if self.watched:
            step = np.minimum(step, LONGEST * self.ticks.end)
        trial: list[Values] = []
        for weights, c in zip(table.a, table.c, strict=True):
            point = now | self.plain.parameters | combined(now, trial, weights)
            trial.append(self.plain.increment(point, t + c * step, step, {}))
        after = now | combined(now, trial, table.b)
        error, worst = self._error(now, after, trial)
        accept = moving & (error <= 1.0)
        growth = np.where(np.isfinite(error), SAFETY * np.maximum(error, 1e-300) ** (-1.0 / table.order), SHRINK)
        factor = np.where(error <= 1e-10, GROW, np.clip(growth, SHRINK, GROW))
        at_event = step == limit - t
        settled = self.plain.fire(self.plain.projected(after), np.where(at_event, limit, t + step))
        early = accept & self._came_true(settled) & (step > MOMENT * self.ticks.end)
        accept &= ~early
        longer = np.where(at_event, np.maximum(lane["h"], step * factor), step * factor)
        beyond = ~np.isfinite(error) & (t + step > self.ticks.end)
        shorter = np.where(beyond, self.ticks.end - t, step * np.minimum(1.0, factor))
        shorter = np.where(early, 0.5 * step, shorter)
        lost = moving & ~accept & ~early & (shorter < SMALLEST * np.maximum(1.0, np.abs(t)))
        lane["before"] = np.where(accept, t, lane["before"])
        lane["size"] = np.where(accept, step, lane["size"])
        lane["h"] = np.where(accept, longer, np.where(moving, shorter, lane["h"]))
        lane["t"] = np.where(accept, np.where(at_event, limit, t + step), t)
        self.plain.frozen_at = np.where(lost, t, self.plain.frozen_at)
        self.plain.frozen_slot = np.where(lost, worst, self.plain.frozen_slot)
        self.start = {s: np.where(accept, x, self.start[s]) for s, x in now.items()}
        self.inc = [{s: np.where(accept, x, old.get(s, 0.0)) for s, x in new.items()}
                    for new, old in zip(trial, self.inc or [{}] * len(trial), strict=True)]
        self.plain.now = {s: np.where(accept, settled[s], x) for s, x in now.items()}
        self.plain.freeze(self.plain.now, lane["t"])

    def _came_true(self, settled: Values) -> Array:
        """Where an event that waits for a condition happens in this step."""
        came = np.zeros(len(self.lane["t"]), dtype=bool)
        for fired in self.watched:
            came |= settled[fired] != self.plain.now[fired]
        return came

    def _error(self, before: Values, after: Values, trial: list[Values]) -> tuple[Array, Array]:
        """max |e| / (atol + rtol·max(|x|, |x'|)) of every replica, and the number of the state that has it."""
        table = self.plain.table
        assert table is not None
        assert table.error is not None
        largest = np.zeros(len(self.lane["t"]))
        worst = np.zeros(len(largest), dtype=np.int64)
        number = {slot.name: k for k, slot in enumerate(self.program.states)}
        for slot in trial[0]:
            e = np.abs(sum(w * i[slot] for w, i in zip(table.error, trial, strict=True)))
            scale = self.clock.atol + self.clock.rtol * np.maximum(np.abs(before[slot]), np.abs(after[slot]))
            share = np.where(np.isfinite(after[slot]) & ~np.isnan(e), e / scale, np.inf)
            share = share if share.ndim == 1 else share.max(axis=0)
            worst = np.where(share > largest, number[slot], worst)
            largest = np.maximum(largest, share)
        return largest, worst

    def _next_event(self, values: Values, t: Array) -> Array:
        earliest = np.full(len(t), 1e308)
        for event in self.program.events:
            if event.time is not None:
                (at,) = evaluate([event.time], values, self.program.topologies, t)
                waits = (values[event.fired] < 0.5) & (t < at)
                earliest = np.where(waits, np.minimum(earliest, at), earliest)
        return earliest

    def _record(self, row: int, goal: float) -> None:
        """The state at the time `goal`, inside the last step of every replica."""
        table, lane = self.plain.table, self.lane
        assert table is not None
        assert table.dense is not None
        theta = (goal - lane["before"]) / lane["size"]
        past = lane["t"] > goal
        weights = [sum(c * theta ** (m + 1) for m, c in enumerate(coefficients)) for coefficients in table.dense]
        result = {s: np.where(past, self.start[s], x) for s, x in self.plain.now.items()}
        for slot in self.inc[0] if self.inc else {}:
            inside = self.start[slot] + sum(w * i[slot] for w, i in zip(weights, self.inc, strict=True))
            result[slot] = np.where(past, inside, result[slot])
        alive = np.isnan(self.plain.frozen_at)
        self.plain.out[row] = {s: np.where(alive, x, np.nan) for s, x in result.items()}
