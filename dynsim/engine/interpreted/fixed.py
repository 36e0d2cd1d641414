"""Steps of a length that the clock gives: discrete ones, and those of Runge–Kutta tables, with or without noise."""

from __future__ import annotations

from abc import abstractmethod
from concurrent.futures import Executor

import numpy as np

from ...algebra.interpret import random_name
from ...compiler.program import Program
from ...integrators.base import INTEGRATORS
from ...system.ticks import Ticks
from ..plan import Plan
from .increments import combined, increment
from .replicas import InterpretedReplicas, Values
from .stepping import step_discrete


class EqualSteps(InterpretedReplicas):
    """All replicas make the same step at the same time."""

    @abstractmethod
    def step(self, tick: int) -> Values:
        """The values after the step from `tick` to `tick` + 1, before events."""

    def advance(self, pool: Executor, tick: int, until: int, row: int) -> None:
        for now in range(tick, until):
            before = self.now
            with np.errstate(all="ignore"):
                after = self.step(now)
            t = self.ticks.time(now + 1)
            # Before the events, which could replace the value that is not finite.
            self.freeze(after, t)
            after = self.held(after, before)
            fired = self.fire(after, t)
            self.freeze(fired, t)
            self.now = self.held(fired, after)
            if (now + 1) % self.ticks.every == 0:
                self.record(row)
                row += 1


class DiscreteSteps(EqualSteps):
    """The replicas of a discrete clock."""

    def step(self, tick: int) -> Values:
        after = step_discrete(self.program, self.known(), tick, self.numbers(self.random, tick))
        return {slot: after[slot] for slot in self.now}


class FixedSteps(EqualSteps):
    """The replicas of a continuous clock whose method has a fixed step (formulas: integrators/base.py)."""

    def __init__(self, program: Program, plan: Plan, ticks: Ticks) -> None:
        super().__init__(program, plan, ticks)
        self.table = INTEGRATORS.get(program.clock.method)
        self.wiener = {slot: program.wiener[slot] for slot in program.diffusion}

    def step(self, tick: int) -> Values:
        h, t = self.ticks.final if tick + 1 == self.ticks.last else self.ticks.unit, self.ticks.time(tick)
        # One ΔW for all stages (integrators/base.py).
        noise = self.numbers(self.wiener.values(), tick)
        dw = {slot: np.sqrt(h) * noise[random_name(leaf)] for slot, leaf in self.wiener.items()}
        known = self.known() | self.numbers(self.random, tick)
        increments: list[Values] = []
        for weights, c in zip(self.table.a, self.table.c, strict=True):
            point = known | combined(self.now, increments, weights)
            increments.append(increment(self.program, point, t + c * h, h, dw))
        return self.projected(self.now | combined(self.now, increments, self.table.b))
