"""Phases of a run, such as training and deployment: when each begins, and which agents move in it."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import shown
from ..expressions.context import Context
from ..grammar.problems import ROOT, Place
from ..grammar.spec import Scenario
from ..model import Clock, Parameter
from ..ticks import end_of


def resolve_phases(scenario: Scenario, context: Context) -> None:
    """Declare the indicator of every phase: a parameter that is 1 while the phase lasts and 0 otherwise."""
    for k, name in enumerate(scenario.phases):
        context.parameters[name] = Parameter(name, (), 0.0 if k else 1.0)
        context.declare(name, context.symbols(name, ()))
        context.phases.add(name)


def check_phases(scenario: Scenario, clock: Clock, context: Context) -> None:
    """Note phases that are not in ascending order, do not start at a step, or never start."""
    before = ""
    for name, start in scenario.phases.items():
        place = ROOT / "phases" / name
        message = ""
        if not before and start > 0 and not context.broken:
            message = f"the first phase begins at 0, got {start:g}"
        elif before and start <= scenario.phases[before]:
            message = f"expected a time after {scenario.phases[before]:g}, when {shown(before)} begins, got {start:g}"
        elif not clock.continuous and start != int(start):
            message = f"expected a whole number of steps, got {start:g}"
        elif (scenario.clock.steps or scenario.clock.time) and start >= end_of(clock):
            message = f"never starts: the clock ends at {end_of(clock):g}"
        if message:
            context.problems.add(place, message)
        before = name


def resolve_during(place: Place, names: Sequence[str] | None, scenario: Scenario, context: Context) -> tuple[str, ...]:
    """The phases in which an agent moves; empty if it moves in all."""
    if names is None:
        return ()
    if not names:
        context.problems.add(place, "expected at least one phase, got none: an agent that never moves is no agent")
    for name in names:
        if name not in scenario.phases and name not in context.broken:
            context.problems.unknown(place, "phase", name, scenario.phases)
    return () if set(scenario.phases) <= set(names) else tuple(names)
