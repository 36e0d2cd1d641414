"""A program run by the interpreter: slow and plain, the oracle for compiled kernels.

Values are arrays: (R,) for a scalar slot, (n, R) for a population's. The noise of a step is given as one array per
noisy slot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..algebra.graph import Expr
from ..algebra.interpret import evaluate
from .program import Program

Array = NDArray[Any]
Values = Mapping[str, Array]
Noise = Callable[[int], Mapping[str, Array]]


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
    program: Program, values: Values, tick: int, noise: Mapping[str, Array] | None = None
) -> dict[str, Array]:
    """The values after the step from tick to tick + 1: every stage from those before it."""
    drawn = {f"noise:{slot}": z for slot, z in (noise or {}).items()}
    result = dict(values)
    for stage in program.stages:
        new = _evaluate(program, list(stage.values()), result | drawn, float(tick))
        result |= {slot: _shaped(x, result[slot]) for slot, x in zip(stage, new, strict=True)}
    return result


def derivative(program: Program, values: Values, t: float) -> dict[str, Array]:
    """dx/dt of every slot that drifts."""
    rates = _evaluate(program, list(program.drift.values()), values, t)
    return {slot: _shaped(x, values[slot]) for slot, x in zip(program.drift, rates, strict=True)}


def step_euler(
    program: Program, values: Values, t: float, dt: float, noise: Mapping[str, Array] | None = None
) -> dict[str, Array]:
    """x + dt·drift + √dt·diffusion·z, projected (Euler–Maruyama; Euler without noise)."""
    result = _moved(values, dt, derivative(program, values, t))
    if noise:
        spread = _evaluate(program, list(program.diffusion.values()), values, t)
        kicks = {slot: a * noise[slot] for slot, a in zip(program.diffusion, spread, strict=True)}
        result = _moved(result, np.sqrt(dt), kicks)
    return _projected(program, result, t)


def step_rk4(program: Program, values: Values, t: float, dt: float) -> dict[str, Array]:
    """The classical Runge–Kutta step of order 4 (Kutta 1901), projected."""
    k1 = derivative(program, values, t)
    k2 = derivative(program, _moved(values, dt / 2, k1), t + dt / 2)
    k3 = derivative(program, _moved(values, dt / 2, k2), t + dt / 2)
    k4 = derivative(program, _moved(values, dt, k3), t + dt)
    slope = {s: (k1[s] + 2 * k2[s] + 2 * k3[s] + k4[s]) / 6 for s in k1}
    return _projected(program, _moved(values, dt, slope), t + dt)


def interpret_run(
    program: Program, parameters: Values, initial: Values, ticks: int, noise: Noise | None = None
) -> Iterator[dict[str, Array]]:
    """The state at ticks 0, 1, …, `ticks`, after each tick's events; continuous clocks step by dt, with rk4 or euler.

    parameters: (R,) per parameter, those that events change included. initial: the states, switches and memories as
    far as they don't start where the program says. noise(tick): standard normal numbers per noisy slot.
    """
    clock = program.clock
    dt = clock.dt or 1.0
    values = _start(program, parameters, initial)
    for tick in range(ticks + 1):
        t = tick * dt if clock.continuous else float(tick)
        values = fire_events(program, values, t)
        yield {slot.name: values[slot.name] for slot in program.states}
        if tick == ticks:
            return
        drawn = noise(tick) if noise else None
        if not clock.continuous:
            values = step_discrete(program, values, tick, drawn)
        elif clock.method == "rk4":
            values = step_rk4(program, values, t, dt)
        else:
            values = step_euler(program, values, t, dt, drawn)


def _start(program: Program, parameters: Values, initial: Values) -> dict[str, Array]:
    given = {name: np.asarray(x, float) for name, x in (dict(parameters) | dict(initial)).items()}
    replicas = max((x.shape[-1] for x in given.values() if x.ndim), default=1)
    values = dict(given)
    missing = [slot for slot in program.states if slot.name not in values]
    starts = _evaluate(program, [program.initial[slot.name] for slot in missing], values, 0.0)
    for slot, start in zip(missing, starts, strict=True):
        values[slot.name] = start
    for slot in program.states:
        n = () if slot.domain.kind == "scalar" else (program.topologies[slot.domain.population].n,)
        x = values[slot.name]
        values[slot.name] = np.broadcast_to(x if x.ndim > len(n) else x[..., None], (*n, replicas)).copy()
    return values


def _evaluate(program: Program, outputs: list[Expr], values: Values, t: float) -> list[Array]:
    return evaluate(outputs, values, program.topologies, t)


def _shaped(x: Array, like: Array) -> Array:
    return np.broadcast_to(x, like.shape).astype(float)


def _moved(values: Values, dt: Any, slope: Values) -> dict[str, Array]:
    return dict(values) | {slot: values[slot] + dt * rate for slot, rate in slope.items()}


def _projected(program: Program, values: dict[str, Array], t: float) -> dict[str, Array]:
    new = _evaluate(program, list(program.projection.values()), values, t)
    return values | {slot: _shaped(x, values[slot]) for slot, x in zip(program.projection, new, strict=True)}
