"""Selection between replicas as systems: the fitness, what children inherit, and who competes with whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...algebra.graph import Expr
from ...algebra.value import components
from ...errors import DomainError, InputError, shown
from ...selection.base import Scheme, make
from ...settings import settings_of
from ..component_names import component_names
from ..expressions.context import Context
from ..expressions.plugin_settings import note_settings, parsers
from ..grammar.problems import ROOT, Place
from ..grammar.spec import GroupsSpec, Scenario, SelectionSpec
from ..model import Clock, Groups, Parameter, Selection, Variable
from ..ticks import chooses_steps, step_length, whole_units

PLACE = ROOT / "selection"


def declare_means(scenario: Scenario, context: Context) -> None:
    """Declare the means of a selection: parameters that it sets at the start of every generation."""
    for name in scenario.selection.means if scenario.selection is not None else ():
        if name not in context.broken:
            context.parameters[name] = Parameter(name, (), 0.0)
            context.declare(name, context.symbols(name, ()))


def resolve_selection(
    scenario: Scenario, context: Context, variables: Mapping[str, Variable], clock: Clock
) -> Selection | None:
    """The selection of a scenario; None if there is none or it is wrong."""
    spec = scenario.selection
    if spec is None:
        return None
    before = len(context.problems)
    if scenario.clock.steps is not None or scenario.clock.time is not None:
        _check_period(spec, clock, context)
    _check_sizes(spec, scenario.ensemble.replicas, context)
    fitness = context.one(PLACE / "fitness", spec.fitness, steps=True)
    changed = _changed(scenario)
    scheme = _scheme(PLACE / "scheme", spec.scheme, context, changed)
    heritable = _heritable(spec, context, variables)
    means = {name: context.one(PLACE / "means" / name, raw) for name, raw in spec.means.items()}
    groups = None if spec.groups is None else _groups(spec.groups, context, changed)
    if len(context.problems) > before or fitness is None or scheme is None:
        return None
    return Selection(
        fitness, spec.over, spec.every, scheme, heritable, spec.populations, groups,
        {name: mean for name, mean in means.items() if mean is not None},
    )


def _check_period(spec: SelectionSpec, clock: Clock, context: Context) -> None:
    """Note a lifetime that is not a whole number of steps, or does not end before the clock does."""
    place, problems = PLACE / "every", context.problems
    if chooses_steps(clock):
        problems.add(PLACE, f"expected steps of one length, but {clock.method} chooses its own: use rk4 with a dt")
        return
    step, end = step_length(clock), clock.time if clock.continuous else clock.steps
    count, rest = whole_units(spec.every, step)
    if not count or rest:
        problems.add(place, f"expected a whole number of steps{f' of {step:g}' if clock.continuous else ''}, "
                            f"got {spec.every:g}")
    elif end is not None and spec.every >= end:
        problems.add(place, f"expected less than the clock's {end:g}, got {spec.every:g}: no generation would ever end")


def _check_sizes(spec: SelectionSpec, replicas: int, context: Context) -> None:
    groups = 1 if spec.groups is None else spec.groups.count
    parts = spec.populations * groups
    said = _counted(spec.populations, "population")
    said += f" of {_counted(groups, 'group')}" if spec.groups is not None else ""
    if replicas % parts:
        context.problems.add(ROOT / "ensemble" / "replicas", f"expected a multiple of {parts} ({said}), got {replicas}")
    elif replicas // spec.populations < 2:
        context.problems.add(PLACE, f"expected at least 2 systems in a population, got {replicas} replicas for {said}")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _changed(scenario: Scenario) -> set[str]:
    """The names of everything that selection or an event changes."""
    assert scenario.selection is not None
    by_events = {name for event in scenario.events.values() for name in event.set or ()}
    return {*scenario.selection.heritable, *scenario.selection.means} | by_events


def _scheme(place: Place, raw: Mapping[str, Any], context: Context, changed: set[str]) -> Scheme | None:
    """The selection scheme. Its settings must be numbers or expressions of parameters that nothing changes."""
    ((kind, settings),) = raw.items()
    before = len(context.problems)
    try:
        scheme = make(kind, settings, *parsers(context, place.chosen(kind), settings))
    except InputError as error:
        note_settings(error, place, kind, settings, context.problems)
        return None
    fixed = {
        part for p in context.parameters.values() if p.name not in changed
        for part in component_names(p.name, p.shape) if part not in changed
    }
    for name in settings_of(type(scheme)):
        value = getattr(scheme, name)
        used = value.graph.reachable([value]) if isinstance(value, Expr) else []
        if any(value.graph.nodes[k].op in ("time", "symbol") and value.graph.nodes[k].data not in fixed for k in used):
            message = "expected a number or an expression of parameters that nothing changes"
            context.problems.add(place.chosen(kind) / name, message)
    return scheme if len(context.problems) == before else None


def _groups(spec: GroupsSpec, context: Context, changed: set[str]) -> Groups:
    place = PLACE / "groups"
    fitness = None if spec.fitness is None else context.one(place / "fitness", spec.fitness, steps=True)
    scheme = None if spec.scheme is None else _scheme(place / "scheme", spec.scheme, context, changed)
    migration = context.one(place / "migration", spec.migration)
    if spec.scheme is None and (spec.fitness is not None or spec.every > 1):
        context.problems.add(place, "expected a scheme: without one groups do not compete")
    return Groups(spec.count, scheme, fitness, spec.every, migration)


def _heritable(
    spec: SelectionSpec, context: Context, variables: Mapping[str, Variable]
) -> dict[str, Expr | None]:
    """Component → what a child inherits; None for an exact copy."""
    shapes = {n: (v.shape, v.population) for n, v in variables.items() if v.kind == "state"}
    shapes |= {n: (p.shape, None) for n, p in context.parameters.items() if n not in context.phases}
    single = {part: name for name, (shape, _) in shapes.items() if shape for part in component_names(name, shape)}
    found: dict[str, Expr | None] = {}
    if not spec.heritable:
        context.problems.add(PLACE / "heritable", "expected what children have from their parents, got nothing")
    for name, raw in spec.heritable.items():
        place = PLACE / "heritable" / name
        base = single.get(name, name)
        if name.split("[")[0] in context.broken:
            continue
        if base not in shapes:
            _not_heritable(place, name, variables, shapes, context)
            continue
        shape, population = shapes[base]
        parts = component_names(name, shape if base == name else ())
        if not found.keys().isdisjoint(parts):
            context.problems.add(place, f"{shown(name)} is inherited twice", at_key=True)
        found |= dict.fromkeys(parts)
        if raw is None:
            continue
        try:
            whole = shape if base == name else ()
            value = context.read(place, raw, shape=whole, population=population or "", random=True)
        except DomainError as error:
            context.problems.add(place, str(error))
            continue
        if value is not None:
            found |= dict(zip(parts, components(value), strict=True))
    return found


def _not_heritable(
    place: Place, name: str, variables: Mapping[str, Variable], shapes: Mapping[str, Any], context: Context
) -> None:
    if name in context.phases:
        context.refuse_phase(place, name)
    elif name in variables:
        message = f"{shown(name)} is a derived variable: what it is derived from can be inherited"
        context.problems.add(place, message, at_key=True)
    elif not context.refuse_per_node(place, name):
        context.problems.unknown(place, "state variable or parameter", name, shapes, at_key=True)
