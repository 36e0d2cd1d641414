"""A run as plainly as it can be written, by the interpreter's steps: what kernels and rules are compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynsim.algebra.graph import Expr
from dynsim.algebra.interpret import evaluate
from dynsim.compiler.program import Program
from dynsim.engine.interpreted.stepping import along, amplitudes, derivative, fire_events, projected, step_discrete
from dynsim.engine.random.steps import random_numbers

Array = NDArray[Any]
Values = Mapping[str, Array]
Drawn = Callable[[int], Mapping[str, Array]]


def evaluate_in(program: Program, outputs: list[Expr], values: Values, t: float) -> list[Array]:
    """The outputs at time t."""
    return evaluate(outputs, values, program.topologies, t)


def step_euler(
    program: Program, values: Values, t: float, dt: float, numbers: Mapping[str, Array] | None = None
) -> dict[str, Array]:
    """x + dt·drift + √dt·diffusion·z, projected (Euler–Maruyama; Euler without noise)."""
    result = along(values, derivative(program, values, t), dt)
    if numbers:
        kicks = {slot: a * numbers[f"noise:{slot}"] for slot, a in amplitudes(program, values, t).items()}
        result = along(result, kicks, np.sqrt(dt))
    return projected(program, result)


def step_rk4(program: Program, values: Values, t: float, dt: float) -> dict[str, Array]:
    """The classical Runge–Kutta step of order 4 (Kutta 1901), projected."""
    k1 = derivative(program, values, t)
    k2 = derivative(program, along(values, k1, dt / 2), t + dt / 2)
    k3 = derivative(program, along(values, k2, dt / 2), t + dt / 2)
    k4 = derivative(program, along(values, k3, dt), t + dt)
    slope = {s: (k1[s] + 2 * k2[s] + 2 * k3[s] + k4[s]) / 6 for s in k1}
    return projected(program, along(values, slope, dt))


def interpret_run(
    program: Program, parameters: Values, initial: Values, ticks: int, numbers: Drawn | None = None
) -> Iterator[dict[str, Array]]:
    """The state at ticks 0, 1, …, `ticks`, after each tick's events; continuous clocks step by dt, with rk4 or euler.

    parameters: (R,) per parameter, those that events change included. initial: the states, switches and memories as
    far as they don't start where the program says. numbers(tick): the random numbers of a step, by leaf.
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
        now = numbers(tick) if numbers else {}
        if not clock.continuous:
            values = step_discrete(program, values, tick, now)
        elif clock.method == "rk4":
            values = step_rk4(program, values, t, dt)
        else:
            values = step_euler(program, values, t, dt, now)


def keyed(program: Program, replicas: int, seed: int = 1) -> Drawn:
    """The engine's own random numbers."""
    leaves = program.graph.random(e for stage in program.stages for e in stage.values())
    return lambda tick: random_numbers(leaves, program.topologies, seed, np.arange(replicas), tick)


def _start(program: Program, parameters: Values, initial: Values) -> dict[str, Array]:
    given = {name: np.asarray(x, float) for name, x in (dict(parameters) | dict(initial)).items()}
    replicas = max((x.shape[-1] for x in given.values() if x.ndim), default=1)
    values = dict(given)
    missing = [slot for slot in program.states if slot.name not in values]
    starts = evaluate_in(program, [program.initial[slot.name] for slot in missing], values, 0.0)
    for slot, start in zip(missing, starts, strict=True):
        values[slot.name] = start
    for slot in program.states:
        n = () if slot.domain.kind == "scalar" else (program.topologies[slot.domain.population].n,)
        x = values[slot.name]
        values[slot.name] = np.broadcast_to(x if x.ndim > len(n) else x[..., None], (*n, replicas)).copy()
    return values
