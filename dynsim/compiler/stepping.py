"""A program run by the interpreter: slow and plain, the oracle for compiled kernels.

Values are arrays: (R,) for a scalar slot, (n, R) for a population's. The random numbers of a step are given as one
array per leaf (dynsim.engine.drawn).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..algebra.graph import Expr
from ..algebra.interpret import evaluate
from ..arrays import Array
from .program import Program

Values = Mapping[str, Array]


def fire_events(program: Program, values: Values, t: float) -> dict[str, Array]:
    """The values after the events that fire at time t, one event after the other; each fires once per replica."""
    result = dict(values)
    for event in program.events:
        condition, *assigned = _evaluate(program, [event.condition, *event.assignments.values()], result, t)
        fires = np.asarray(condition, bool) & (result[event.fired] == 0.0)
        result[event.fired] = np.where(fires, 1.0, result[event.fired])
        for slot, value in zip(event.assignments, assigned, strict=True):
            result[slot] = np.where(fires, value, result[slot])
    return result


def step_discrete(
    program: Program, values: Values, tick: int, drawn: Mapping[str, Array] | None = None
) -> dict[str, Array]:
    """The values after the step from tick to tick + 1: every stage from those before it. drawn: its random numbers."""
    result = dict(values)
    for stage in program.stages:
        new = _evaluate(program, list(stage.values()), {**result, **(drawn or {})}, float(tick))
        result |= {slot: _shaped(x, result[slot]) for slot, x in zip(stage, new, strict=True)}
    return result


def derivative(
    program: Program, values: Values, t: float, drawn: Mapping[str, Array] | None = None
) -> dict[str, Array]:
    """dx/dt of every slot that drifts. drawn: the random numbers of the step."""
    rates = _evaluate(program, list(program.drift.values()), {**values, **(drawn or {})}, t)
    return {slot: _shaped(x, values[slot]) for slot, x in zip(program.drift, rates, strict=True)}


def _evaluate(program: Program, outputs: list[Expr], values: Values, t: float) -> list[Array]:
    return evaluate(outputs, values, program.topologies, t)


def _shaped(x: Array, like: Array) -> Array:
    return np.broadcast_to(x, like.shape).astype(float)
