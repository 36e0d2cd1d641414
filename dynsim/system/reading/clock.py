"""The clock and the recording interval, and whether they fit the rest of the scenario."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import shown
from ...integrators.base import INTEGRATORS
from ..expressions.context import Context
from ..grammar.problems import ROOT, Problems
from ..grammar.spec import ClockSpec, Scenario
from ..model import Clock, Record, Variable
from ..ticks import Ticks, chooses_steps

_TIME_KEYS = ("dt", "method", "rtol", "atol")
_TOLERANCE_KEYS = ("rtol", "atol")
MAX_TICKS = 10**12


def resolve_clock(scenario: Scenario, problems: Problems, broken: set[str]) -> Clock:
    """The clock. The default method is rk4, or euler_maruyama (Itô) if any variable has noise."""
    spec, place = scenario.clock, ROOT / "clock"
    if (spec.steps is None) == (spec.time is None):
        got = ", got both" if spec.steps is not None else ""
        if "clock." not in broken:
            problems.add(place, f"expected either `steps` (a discrete clock) or `time` (a continuous one){got}")
        return Clock(steps=spec.steps or 1)
    if spec.time is None:
        for key in _TIME_KEYS:
            if getattr(spec, key) is not None:
                problems.add(
                    place / key, "belongs to a continuous clock, which has `time` instead of `steps`", at_key=True
                )
        return Clock(steps=spec.steps, order=_order(spec, scenario, problems, broken))
    if spec.order is not None:
        problems.add(place / "order", "belongs to a discrete clock, which has `steps` instead of `time`", at_key=True)
    return _continuous(spec, scenario, problems, broken)


def _order(spec: ClockSpec, scenario: Scenario, problems: Problems, broken: set[str]) -> tuple[str, ...] | None:
    """All agents in the order in which they move; None if all move at once."""
    agents = list(scenario.agents)
    if spec.order is None or spec.order == ["simultaneous"]:
        return None
    if spec.order == ["sequential"]:
        return tuple(agents)
    for name in spec.order:
        if name not in agents and name not in broken:
            problems.unknown(ROOT / "clock" / "order", "agent", name, [*agents, "simultaneous", "sequential"])
    left_out = [name for name in agents if name not in spec.order]
    if left_out and all(name in agents for name in spec.order):
        problems.add(
            ROOT / "clock" / "order", f"expected every agent once, got no {', '.join(map(shown, left_out[:5]))}"
        )
    return tuple(spec.order)


def _continuous(spec: ClockSpec, scenario: Scenario, problems: Problems, broken: set[str]) -> Clock:
    place = ROOT / "clock"
    noisy = [n for n, v in scenario.variables.items() if v.noise is not None]
    name = spec.method or ("euler_maruyama" if noisy else "rk4")
    if name not in INTEGRATORS.names():
        problems.unknown(place / "method", "integration method", name, INTEGRATORS.names())
        return Clock(time=spec.time, dt=spec.dt)
    method = INTEGRATORS.get(name)
    if noisy and method.noise == "none":
        noise_methods = " or ".join(n for n in INTEGRATORS.names() if INTEGRATORS.get(n).noise != "none")
        problems.add(
            place / "method", f"{name} integrates no noise, and {shown(noisy[0])} has some: use {noise_methods}"
        )
    if method.adaptive:
        return Clock(time=spec.time, dt=spec.dt, method=name, rtol=spec.rtol or 1e-6, atol=spec.atol or 1e-9)
    for key in _TOLERANCE_KEYS:
        if getattr(spec, key) is not None:
            problems.add(place / key, f"{name} has a fixed step: only an adaptive method has tolerances", at_key=True)
    if spec.dt is None:
        if "clock.dt" not in broken:
            problems.add(place, f"{name} needs the time step `dt`")
    elif spec.time is not None and spec.dt > spec.time:
        problems.add(place / "dt", f"expected a time step of at most the time {spec.time:g}, got {spec.dt:g}")
    elif spec.time is not None and spec.time / spec.dt > MAX_TICKS:
        problems.add(place / "dt", f"expected at most {MAX_TICKS:,} steps, got {spec.time / spec.dt:.3g}")
    return Clock(time=spec.time, dt=spec.dt, method=name)


def check_random_numbers(clock: Clock, context: Context) -> None:
    """Note the texts with random numbers at every step if the method is adaptive: their steps differ in length."""
    adaptive = clock.continuous and clock.method in INTEGRATORS.names() and INTEGRATORS.get(clock.method).adaptive
    for place in context.random_places if adaptive else ():
        context.problems.add(
            place, f"a number drawn at every step needs steps of one length, and {clock.method} chooses its own: take "
            "rk4 with a `dt`, or state white noise as the `noise` of a variable"
        )


def resolve_record(
    scenario: Scenario, clock: Clock, variables: Mapping[str, Variable], problems: Problems, broken: set[str]
) -> Record:
    """What is recorded. Notes an interval that does not fit the clock, and unknown derived variables."""
    spec, place = scenario.record, ROOT / "record"
    known = not clock.continuous or not (clock.dt is None or chooses_steps(clock))
    steps = Ticks.of(clock).last if known else None
    if steps is None:
        if clock.time is not None and spec.every > clock.time:
            problems.add(place / "every", f"expected at most the time {clock.time:g}, got {spec.every}")
    elif spec.every != int(spec.every):
        problems.add(place / "every", f"expected a whole number of steps, got {spec.every}")
    elif spec.every > steps and (scenario.clock.steps or scenario.clock.time):
        problems.add(place / "every", f"expected at most the {steps} steps of the clock, got {spec.every}")
    derived = [n for n, v in variables.items() if v.kind == "derived"]
    for name in spec.derived:
        if name in derived or name in broken:
            continue
        if name in variables:
            problems.add(place / "derived", f"{shown(name)} is a state variable, which is recorded anyway")
        else:
            problems.unknown(place / "derived", "derived variable", name, derived)
    return Record(spec.every if steps is None else max(1, int(spec.every)), tuple(spec.derived))
