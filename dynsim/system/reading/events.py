"""Events: when they happen, and what they change."""

from __future__ import annotations

from collections.abc import Mapping

from ...algebra.graph import Expr
from ...algebra.value import components
from ...errors import shown
from ..component_names import component_names
from ..expressions.context import Context
from ..grammar.problems import ROOT
from ..grammar.spec import EventSpec, Scenario
from ..model import Event, Variable


def resolve_events(scenario: Scenario, context: Context, variables: Mapping[str, Variable]) -> tuple[Event, ...]:
    """All events, in the order of the scenario, which is also the order of those at the same tick."""
    return tuple(_event(name, spec, scenario, context, variables) for name, spec in scenario.events.items())


def _event(
    name: str, spec: EventSpec, scenario: Scenario, context: Context, variables: Mapping[str, Variable]
) -> Event:
    place, problems = ROOT / "events" / name, context.problems
    lost = {key for key in EventSpec.model_fields if f"{place.path}.{key}" in context.broken}
    if spec.at is None and spec.when is None and not lost & {"at", "when"}:
        problems.add(place, "expected `at` (a time), `when` (a condition), or both")
    if not spec.set and not spec.silence and not spec.restore and not lost & {"set", "silence", "restore"}:
        problems.add(place, "expected something that happens: set, silence or restore")
    at = when = None
    if spec.at is not None:
        if isinstance(spec.at, int | float) and spec.at < 0:
            problems.add(place / "at", f"expected a time of 0 or more, got {spec.at}")
        at = context.one(place / "at", spec.at)
    if spec.when is not None:
        when = context.one(place / "when", spec.when, condition=True)
    for key, names in (("silence", spec.silence or []), ("restore", spec.restore or [])):
        for agent in names:
            if agent not in scenario.agents and agent not in context.broken:
                problems.unknown(place / key, "agent", agent, scenario.agents)
    for agent in set(spec.silence or []) & set(spec.restore or []):
        problems.add(place / "restore", f"{shown(agent)} is silenced by the same event")
    values = _assignments(name, spec, context, variables)
    return Event(
        name,
        at,
        when,
        values,
        tuple(spec.silence or ()),
        tuple(spec.restore or ()),
    )


def _assignments(name: str, spec: EventSpec, context: Context, variables: Mapping[str, Variable]) -> dict[str, Expr]:
    """Component → new value, for everything that the event sets."""
    values: dict[str, Expr] = {}
    settable = {n: (v.shape, v.population) for n, v in variables.items() if v.kind == "state"}
    settable |= {n: (p.shape, None) for n, p in context.parameters.items() if n not in context.phases}
    for whole, (shape, population) in list(settable.items()):
        settable |= dict.fromkeys(component_names(whole, shape), ((), population))
    for target, raw in (spec.set or {}).items():
        place = ROOT / "events" / name / "set" / target
        if target.split("[")[0] in context.broken:
            continue
        if target not in settable:
            if context.refuse_per_node(place, target):
                pass
            elif target in context.phases:
                context.refuse_phase(place, target)
            elif target in variables:
                message = f"{shown(target)} is a derived variable: set what it is derived from"
                context.problems.add(place, message, at_key=True)
            else:
                whole_names = [n for n in settable if "[" not in n]
                context.problems.unknown(place, "variable or parameter", target, whole_names, at_key=True)
            continue
        shape, population = settable[target]
        value = context.read(place, raw, shape=shape, population=population or "")
        if value is not None:
            values |= dict(zip(component_names(target, shape), components(value), strict=True))
    return values
