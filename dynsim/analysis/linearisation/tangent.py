"""Tangent dynamics: how small perturbations of a trajectory develop, as expressions and as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import add
from typing import Any

import numpy as np

from ...algebra.differentiate import jvp
from ...algebra.functions import log, maximum, sqrt
from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...algebra.structural import total
from ...arrays import Floats
from ...compiler.program import EventProgram, Program, Slot
from ...engine.interpreted.stepping import along, derivative, through_stages
from ...errors import InputError

Values = Mapping[str, Any]

GROWTH = "growth of the tangent"
VANISHED = 1e-300  # a shorter perturbation counts as 0


def tangent_name(slot: str) -> str:
    """The name of a slot's perturbation. No scenario can give this name."""
    return f"tangent of {slot}"


@dataclass(frozen=True)
class Tangent:
    """The perturbations δ of everything that moves: state variables and the rules' memory.

    The random numbers of noise and rules are the same with and without the perturbation; the amplitude of the noise may
    differ.
    """

    program: Program

    @cached_property
    def moving(self) -> tuple[Slot, ...]:
        """The slots that a step changes, except the sums of fitness that selection keeps."""
        program = self.program
        changed = {slot for stage in program.stages for slot in stage} | set(program.drift) | set(program.diffusion)
        changed -= set(() if program.selection is None else program.selection.counters)
        return tuple(slot for slot in program.states if slot.name in changed)

    @cached_property
    def symbols(self) -> list[Expr]:
        return [self.program.graph.symbol(slot.name, slot.domain) for slot in self.moving]

    @cached_property
    def directions(self) -> list[Expr]:
        """δ, as symbols."""
        return [self.program.graph.symbol(tangent_name(slot.name), slot.domain) for slot in self.moving]

    def of(self, values: Mapping[str, Expr]) -> dict[str, Expr]:
        """The directional derivatives Σ_w (∂value_v/∂x_w) δ_w for every moving slot v among the values."""
        own = {slot.name for slot in self.moving}
        mine = {name: value for name, value in values.items() if name in own}
        return dict(zip(mine, jvp(list(mine.values()), self.symbols, self.directions), strict=True))

    # -- perturbations as numbers -------------------------------------------------------------------------------------

    def after_step(
        self, values: Values, deltas: Values, time: Any, numbers: Values
    ) -> tuple[dict[str, Any], dict[str, Floats]]:
        """The state and its perturbations (by slot) after a step of a discrete clock, with these random numbers."""
        moved = dict(deltas)
        *met, after = through_stages(self.program, values, time, numbers)
        for of_stage, before in zip(self._of_stages, met, strict=True):
            moved |= self._evaluated(of_stage, {**before, **numbers}, moved, time)
        return after, moved

    def rates(self, values: Values, deltas: Values, time: Any, length: float) -> dict[str, Floats]:
        """The rates of change of perturbations on a continuous clock; at bounds, those of a projected Euler step of
        this length."""
        program = self.program
        rates = dict.fromkeys(deltas, np.zeros((1, 1, 1))) | self._evaluated(
            self.of(program.drift), values, deltas, time
        )
        if not program.projection:
            return rates
        ahead, projections = along(values, derivative(program, values, time), length), self.of(program.projection)
        through = self._evaluated(projections, ahead, rates, time)
        kept = self._evaluated(projections, ahead, deltas, time)
        return rates | {slot: through[slot] + (kept[slot] - deltas[slot]) / length for slot in projections}

    @cached_property
    def _of_stages(self) -> list[dict[str, Expr]]:
        return [self.of(stage) for stage in self.program.stages]

    def _evaluated(self, exprs: Mapping[str, Expr], values: Values, deltas: Values, time: Any) -> dict[str, Floats]:
        named = {tangent_name(slot): delta for slot, delta in deltas.items()}
        found = evaluate(list(exprs.values()), {**values, **named}, self.program.topologies, time)
        return dict(zip(exprs, found, strict=True))

    # -- perturbations in a program -----------------------------------------------------------------------------------

    def followed(self) -> Program:
        """The program with additional slots for a perturbation. After every step the perturbation is scaled back to
        length 1, and the logarithm of its length is added to the slot GROWTH.

        InputError under selection, and for noise on a continuous clock whose amplitude depends on what moves: the
        perturbation would then need the same noise.
        """
        program = self.program
        if program.selection is not None:
            raise InputError("selection puts other systems into the places of replicas: perturbations are not followed")
        if any(not _is_zero(change) for change in self.of(program.diffusion).values()):
            raise InputError("on a continuous clock, perturbations are not followed where noise depends on the state")
        slots = [Slot(tangent_name(slot.name), slot.domain, "memory") for slot in self.moving]
        scaled = self._scaled(self.of(program.projection))
        continuous = program.clock.continuous
        return replace(
            program,
            states=(*program.states, *slots, Slot(GROWTH, role="memory")),
            stages=() if continuous else (*map(self._beside, program.stages), scaled),
            drift=self._beside(program.drift),
            projection={**program.projection, **scaled} if continuous else {},
            events=tuple(self._event(event) for event in program.events),
        )

    def _beside(self, values: Mapping[str, Expr]) -> dict[str, Expr]:
        """The values, and their effect on the perturbation."""
        return {**values, **{tangent_name(slot): change for slot, change in self.of(values).items()}}

    def _scaled(self, projected: Mapping[str, Expr]) -> dict[str, Expr]:
        """The perturbation at length 1, and the growth so far. projected: what a projection changed."""
        graph = self.program.graph
        names = [slot.name for slot in self.moving]
        parts = [projected.get(name, direction) for name, direction in zip(names, self.directions, strict=True)]
        length = maximum(sqrt(reduce(add, [total(part * part) for part in parts])), VANISHED)
        result = {tangent_name(name): part / length for name, part in zip(names, parts, strict=True)}
        return result | {GROWTH: graph.symbol(GROWTH) + log(length)}

    def _event(self, event: EventProgram) -> EventProgram:
        return replace(event, assignments=self._beside(event.assignments))


def _is_zero(x: Expr) -> bool:
    return (x.args[0] if x.op == "fill" else x).constant == 0.0
