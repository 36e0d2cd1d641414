"""One step of a program, made by the interpreter: what a discrete clock does, and what integrators put together.

Everything that steps a program without compiling it calls these functions: interpreted runs, analyses that make a step
of a recorded run again, and the tests that compiled kernels are compared with.

values: every parameter and state by slot, (R,) for a scalar and (n, R) for a population, or with more axes in the place
of R. time: a number, or an array that broadcasts to the batch. numbers: the random numbers of the step, as
`random_numbers` (random/steps.py) gives them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...arrays import Array
from ...compiler.program import Program

Values = Mapping[str, Array]
NOTHING: Values = {}


def fire_events(program: Program, values: Values, time: Any) -> dict[str, Array]:
    """The values after the events that fire at this time, one event after the other; each fires once per replica."""
    result = dict(values)
    for event in program.events:
        condition, *assigned = evaluate(
            [event.condition, *event.assignments.values()], result, program.topologies, time
        )
        # The switch remembers that the event has fired: a condition that stays true changes nothing any more.
        fires = np.asarray(condition, bool) & (result[event.fired] == 0.0)
        result[event.fired] = np.where(fires, 1.0, result[event.fired])
        for slot, value in zip(event.assignments, assigned, strict=True):
            result[slot] = np.where(fires, value, result[slot])
    return result


def through_stages(
    program: Program, values: Values, time: Any, numbers: Values = NOTHING
) -> Iterator[dict[str, Array]]:
    """The values as each stage of a discrete step meets them, and at last as the step leaves them."""
    now = dict(values)
    for stage in program.stages:
        yield now
        # A new mapping: who was given the values before this stage may still need them.
        now = now | _evaluated(program, stage, now, time, numbers)
    yield now


def step_discrete(program: Program, values: Values, time: Any, numbers: Values = NOTHING) -> dict[str, Array]:
    """The values after the step that begins at this time: every stage from what those before it have left."""
    *_, after = through_stages(program, values, time, numbers)
    return after


def derivative(program: Program, values: Values, time: Any, numbers: Values = NOTHING) -> dict[str, Array]:
    """dx/dt of every slot that drifts."""
    return _evaluated(program, program.drift, values, time, numbers)


def along(values: Values, rates: Values, length: Any) -> dict[str, Array]:
    """The values after a time of this length in which these rates of change stay as they are."""
    with np.errstate(all="ignore"):
        return {**values, **{slot: values[slot] + length * rate for slot, rate in rates.items()}}


def amplitudes(program: Program, values: Values, time: Any) -> dict[str, Array]:
    """The factor of dW of every slot that noise moves on a continuous clock."""
    return _evaluated(program, program.diffusion, values, time)


def projected(program: Program, values: Values) -> dict[str, Array]:
    """The values with every state brought back into its space, as a continuous clock does after each step."""
    return {**values, **_evaluated(program, program.projection, values, 0.0)}


def _evaluated(
    program: Program, exprs: Mapping[str, Expr], values: Values, time: Any, numbers: Values = NOTHING
) -> dict[str, Array]:
    """The expressions' values, each in the shape that its slot has."""
    found = evaluate(list(exprs.values()), {**values, **numbers}, program.topologies, time)
    return {slot: np.broadcast_to(x, values[slot].shape).astype(float) for slot, x in zip(exprs, found, strict=True)}
