"""Step size control without compiling: the algorithm of compiled/drivers/adaptive.py over NumPy arrays of replicas."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor

import numpy as np

from ...algebra.interpret import evaluate
from ...arrays import Array
from ...compiler.program import Program
from ...integrators.base import INTEGRATORS
from ...system.ticks import Ticks, first_step
from ..plan import Plan
from ..step_control import GROW, LONGEST, MOMENT, SAFETY, SHRINK, SMALLEST
from .increments import combined, increment
from .replicas import InterpretedReplicas, Values


class AdaptiveSteps(InterpretedReplicas):
    """The replicas of an adaptive method, each with a step of its own.

    lane: by name, (R,): `t` and `h`, the time reached and the length to try next; `before` and `size`, the beginning
    and the length of the last step. start, inc: the state at its beginning, and the increments of its stages.
    """

    def __init__(self, program: Program, plan: Plan, ticks: Ticks) -> None:
        super().__init__(program, plan, ticks)
        self.clock, self.table = program.clock, INTEGRATORS.get(program.clock.method)
        self.error, self.dense = self.table.error or (), self.table.dense or ()
        self.watched = [event.fired for event in program.events if event.watched]
        replicas = plan.replicas
        self.lane = {"t": np.zeros(replicas), "h": np.full(replicas, first_step(self.clock)),
                     "before": np.zeros(replicas), "size": np.ones(replicas)}
        self.start: Values = {}
        self.inc: list[Values] = []

    def begin(self) -> None:
        super().begin()
        self.start = self.now

    def state(self) -> dict[str, Array]:
        last = {f"start:{s}": x.copy() for s, x in self.start.items()}
        stages = {f"inc{j}:{s}": x.copy() for j, i in enumerate(self.inc) for s, x in i.items()}
        return super().state() | {n: x.copy() for n, x in self.lane.items()} | last | stages

    def restore(self, arrays: Mapping[str, Array]) -> None:
        super().restore(arrays)
        self.lane = {name: np.array(arrays[name]) for name in self.lane}
        self.start = {s: np.array(arrays[f"start:{s}"]) for s in self.now}
        self.inc = [{s: np.array(arrays[f"inc{j}:{s}"]) for s in self.now if f"inc{j}:{s}" in arrays}
                    for j in range(self.table.stages)]

    def advance(self, pool: Executor, tick: int, until: int, row: int) -> None:
        for now in range(tick, until):
            goal = self.ticks.time(now + 1)
            while (waiting := (self.lane["t"] < goal) & self.alive()).any():
                with np.errstate(all="ignore"):
                    self._attempt(waiting)
            self._record(row + now - tick, goal)

    def _attempt(self, moving: Array) -> None:
        """One step of the replicas that move: accepted or rejected, each for itself."""
        lane, now, t, end = self.lane, self.now, self.lane["t"], self.ticks.end
        limit, step = self._lengths(t)
        after, trial = self._tried(t, step)
        error, worst = self._error(now, after, trial)
        accept = moving & (error <= 1.0)
        at_event = step == limit - t
        # A time that is reached by addition may miss the event's by rounding, and the event would wait for ever.
        reached = np.where(at_event, limit, t + step)
        settled = self.fire(self.projected(after), reached)
        early = accept & self._came_true(settled) & (step > MOMENT * end)
        accept &= ~early
        longer, shorter = self._next_lengths(error, step, at_event, t)
        shorter = np.where(early, 0.5 * step, shorter)
        lost = moving & ~accept & ~early & (shorter < SMALLEST * np.maximum(1.0, np.abs(t)))
        lane["before"] = np.where(accept, t, lane["before"])
        lane["size"] = np.where(accept, step, lane["size"])
        lane["h"] = np.where(accept, longer, np.where(moving, shorter, lane["h"]))
        lane["t"] = np.where(accept, reached, t)
        self.frozen_at = np.where(lost, t, self.frozen_at)
        self.frozen_slot = np.where(lost, worst, self.frozen_slot)
        self.start = {s: np.where(accept, x, self.start[s]) for s, x in now.items()}
        self.inc = [{s: np.where(accept, x, old.get(s, 0.0)) for s, x in new.items()}
                    for new, old in zip(trial, self.inc or [{}] * len(trial), strict=True)]
        self.now = {s: np.where(accept, settled[s], x) for s, x in now.items()}
        self.freeze(self.now, lane["t"])

    def _lengths(self, t: Array) -> tuple[Array, Array]:
        """Where every step must end at the latest, and the length to try."""
        h, end = self.lane["h"], self.ticks.end
        limit = self._next_event(self.known(), t)
        # A step that was cut to the end of the run ends exactly there, as if the end were an event.
        limit = np.where(h == end - t, np.minimum(limit, end), limit)
        step = np.minimum(h, limit - t)
        return limit, np.minimum(step, LONGEST * end) if self.watched else step

    def _tried(self, t: Array, step: Array) -> tuple[Values, list[Values]]:
        """The state after a step of this length, before projection and events, and the increments of its stages."""
        known = self.known()
        trial: list[Values] = []
        for weights, c in zip(self.table.a, self.table.c, strict=True):
            point = known | combined(self.now, trial, weights)
            trial.append(increment(self.program, point, t + c * step, step, {}))
        return self.now | combined(self.now, trial, self.table.b), trial

    def _next_lengths(self, error: Array, step: Array, at_event: Array, t: Array) -> tuple[Array, Array]:
        """The next length where this step is accepted, and where it is rejected."""
        power, end = -1.0 / self.table.order, self.ticks.end
        growth = np.where(np.isfinite(error), SAFETY * np.maximum(error, 1e-300) ** power, SHRINK)
        factor = np.where(error <= 1e-10, GROW, np.clip(growth, SHRINK, GROW))
        # A step that an event has cut short says little about the length that would have been possible.
        longer = np.where(at_event, np.maximum(self.lane["h"], step * factor), step * factor)
        # What is not defined beyond the end of the run is stepped to the end, and no farther.
        beyond = ~np.isfinite(error) & (t + step > end)
        return longer, np.where(beyond, end - t, step * np.minimum(1.0, factor))

    def _came_true(self, settled: Values) -> Array:
        """In which replicas an event that waits for a condition happens in this step."""
        came = np.zeros(len(self.lane["t"]), dtype=bool)
        for fired in self.watched:
            came |= settled[fired] != self.now[fired]
        return came

    def _error(self, before: Values, after: Values, trial: list[Values]) -> tuple[Array, Array]:
        """max |e| / (atol + rtol·max(|x|, |x'|)) of every replica, and the number of the state that has it."""
        largest = np.zeros(len(self.lane["t"]))
        worst = np.zeros(len(largest), dtype=np.int64)
        number = {slot.name: k for k, slot in enumerate(self.program.states)}
        for slot in trial[0]:
            terms: list[Array] = [w * i[slot] for w, i in zip(self.error, trial, strict=True)]
            e = np.abs(sum(terms))
            scale = self.clock.atol + self.clock.rtol * np.maximum(np.abs(before[slot]), np.abs(after[slot]))
            # Where a value is not finite the error is infinite: the step is tried again, shorter.
            share = np.where(np.isfinite(after[slot]) & ~np.isnan(e), e / scale, np.inf)
            share = share if share.ndim == 1 else share.max(axis=0)
            worst = np.where(share > largest, number[slot], worst)
            largest = np.maximum(largest, share)
        return largest, worst

    def _next_event(self, values: Values, t: Array) -> Array:
        """The next time that an event waits for, in every replica; 1e308 if there is none."""
        earliest = np.full(len(t), 1e308)
        for event in self.program.events:
            if event.time is not None:
                (at,) = evaluate([event.time], values, self.program.topologies, t)
                waits = (values[event.fired] < 0.5) & (t < at)
                earliest = np.where(waits, np.minimum(earliest, at), earliest)
        return earliest

    def _record(self, row: int, goal: float) -> None:
        """The state at the time `goal`, inside the last step of every replica."""
        lane = self.lane
        theta = (goal - lane["before"]) / lane["size"]
        past = lane["t"] > goal
        weights = [sum(c * theta ** (m + 1) for m, c in enumerate(coefficients)) for coefficients in self.dense]
        result = {s: np.where(past, self.start[s], x) for s, x in self.now.items()}
        for slot in self.inc[0] if self.inc else {}:
            inside = self.start[slot] + sum(w * i[slot] for w, i in zip(weights, self.inc, strict=True))
            result[slot] = np.where(past, inside, result[slot])
        self.out[row] = self.shown(result)
