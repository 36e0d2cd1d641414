"""Parameters, state variables, derived variables and games, in an order in which each mentions only what is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np

from ...algebra.domain import SCALAR
from ...algebra.domain import node as node_of
from ...algebra.structural import named
from ...algebra.value import Value, components, like
from ...algebra.vector import Vector
from ...errors import DomainError, InputError
from ...games.base import make
from ..component_names import component_names
from ..expressions.context import Context
from ..expressions.mentioned import mentioned
from ..expressions.plugin_settings import note_settings, parsers
from ..grammar.problems import ROOT, Place, found
from ..grammar.spec import Scenario, VariableSpec
from ..model import Parameter, Population, Space, Variable

MAX_COMPONENTS = 1_000
"""Limit on the components of a vector: code is generated for each of them."""

MAX_NUMBERS = 10_000
"""Limit on the components of a parameter."""

_SIMPLEX_TOLERANCE = 1e-9


def resolve_parameters(scenario: Scenario, context: Context) -> None:
    """Declare every parameter as the symbols of its components."""
    for name, value in scenario.params.items():
        if isinstance(value, Mapping):  # one number per node: declared when the graphs are known
            continue
        shape = np.shape(value)
        place = ROOT / "params" / name
        if np.size(value) > MAX_NUMBERS:
            context.problems.add(place, f"expected at most {MAX_NUMBERS:,} numbers, got {np.size(value):,}")
            context.broken.add(name)
        else:
            context.parameters[name] = Parameter(name, shape, value)
            context.declare(name, context.symbols(name, shape))


def resolve_variables(
    scenario: Scenario, context: Context, populations: dict[str, Population]
) -> dict[str, Variable]:
    """All variables: first the states, without what moves them; then the derived ones, which read the states; then flow
    and noise, which read everything."""
    states = _states(scenario, context, populations)
    derived = _derived(scenario, context)
    return {**_moving(scenario, context, states), **derived}


def _states(scenario: Scenario, context: Context, populations: dict[str, Population]) -> dict[str, Variable]:
    """State variables with their symbols and initial values, still without flow and noise."""
    specs = {name: spec for name, spec in scenario.variables.items() if spec.expr is None}
    for name, spec in specs.items():
        place = ROOT / "variables" / name
        problems = context.problems
        before = len(problems)
        if spec.size is not None and spec.size > MAX_COMPONENTS:
            problems.add(
                place / "size",
                f"expected at most {MAX_COMPONENTS:,} components, got {spec.size:,}: put the variable on a graph",
            )
        if spec.on is not None and spec.on not in populations:
            if spec.on not in scenario.graphs and spec.on not in context.broken:
                problems.unknown(place / "on", "graph", spec.on, scenario.graphs)
            context.broken.add(name)
        if spec.space == "simplex" and (spec.size is None or spec.size < 2):
            problems.add(place / "space", "a simplex needs a size of 2 or more")
        if len(problems) > before:
            context.broken.add(name)
    starts = dict(context.scope)
    context.later = {*scenario.variables, *scenario.games}
    variables = {}
    for name, spec in specs.items():
        if name in context.broken:
            continue
        shape = () if spec.size is None else (spec.size,)
        domain = SCALAR if spec.on is None else node_of(spec.on)
        symbols = context.symbols(name, shape, domain)
        context.declare(name, symbols)
        init = _initial(ROOT / "variables" / name, spec, shape, context, starts)
        variables[name] = Variable(
            name, "state", symbols, shape, spec.on, _space(spec.space), init, stream=spec.draw or name
        )
    return variables


def _space(raw: Any) -> Space:
    if isinstance(raw, list):
        return Space("box", *raw)
    return Space(raw or "real")


def _initial(
    place: Place, spec: VariableSpec, shape: tuple[int, ...], context: Context, scope: dict[str, Any]
) -> Value | None:
    """The initial value. Constants that do not lie in the variable's space are noted."""
    raw = default_start(spec) if spec.init is None else spec.init
    numbers = raw if isinstance(raw, list) else [*raw.values()] if isinstance(raw, Mapping) else [raw]
    if numbers and all(isinstance(x, int | float) for x in numbers):
        message = _outside(spec.space, numbers, shape)
        if message:
            context.problems.add(place / "init", message)
    return context.read(place / "init", raw, shape=shape, population=spec.on or "", random=True, scope=scope)


def default_start(spec: VariableSpec) -> float:
    """The default initial value: 1/size on a simplex, otherwise 0 or the end of a box that is nearest to 0."""
    if spec.space == "simplex" and spec.size is not None:
        return 1.0 / spec.size
    low, high = spec.space if isinstance(spec.space, list) else (None, None)
    start = 0.0 if low is None else max(0.0, low)
    return start if high is None else min(start, high)


def _outside(space: Any, numbers: list[float], shape: tuple[int, ...]) -> str:
    """Why constant initial values do not lie in the space, as a message; "" if they do."""
    if isinstance(space, list):
        low, high = space
        for x in numbers:
            if (low is not None and x < low) or (high is not None and x > high):
                return f"expected a value in [{low}, {high}], got {found(x)}".replace("None", "∞")
    if space == "simplex":
        total = sum(numbers) * (shape[0] if len(numbers) == 1 else 1)
        if min(numbers) < 0 or abs(total - 1.0) > _SIMPLEX_TOLERANCE:
            wrong = f"the component {min(numbers):g}" if min(numbers) < 0 else f"the sum {total:.12g}"
            return f"expected components ≥ 0 that sum to 1 (a point of the simplex), got {wrong}"
    if space == "circle":
        for x in numbers:
            if not -np.pi <= x < np.pi:
                return f"expected an angle in [−π, π), got {found(x)}"
    return ""


def _moving(scenario: Scenario, context: Context, states: dict[str, Variable]) -> dict[str, Variable]:
    """The states with their flow and noise, which may mention everything."""
    result = {}
    for name, variable in states.items():
        spec, place = scenario.variables[name], ROOT / "variables" / name
        values: dict[str, Any] = {
            key: context.read(place / key, raw, shape=variable.shape, population=variable.population or "", steps=True)
            for key, raw in (("flow", spec.flow), ("noise", spec.noise))
            if raw is not None
        }
        result[name] = replace(variable, **values)
    return result


def _derived(scenario: Scenario, context: Context) -> dict[str, Variable]:
    """Derived variables and games, each read after those that it mentions."""
    raw: dict[str, Any] = {n: s.expr for n, s in scenario.variables.items() if s.expr is not None}
    for name in raw:
        spec, place = scenario.variables[name], ROOT / "variables" / name
        for key in ("init", "flow", "noise", "space", "on"):
            if getattr(spec, key) is not None:
                context.problems.add(
                    place / key,
                    f"a derived variable (it has expr) has no {key}: only a state variable has",
                    at_key=True,
                )
    raw |= scenario.games
    variables = {}
    for name in _order(raw, scenario, context):
        place = ROOT / ("variables" if name in scenario.variables else "games") / name
        value = _derived_value(name, raw[name], place, scenario, context)
        if value is None:
            context.broken.add(name)
            continue
        shape = value.shape if isinstance(value, Vector) else ()
        parts = components(value)
        symbols = like(shape, [named(x, n) for x, n in zip(parts, component_names(name, shape), strict=True)])
        context.declare(name, symbols)
        population = parts[0].domain.population or None
        stream = context.streams.get(name, name)
        variables[name] = Variable(name, "derived", symbols, shape, population, expr=value, stream=stream)
    return {name: variables[name] for name in raw if name in variables}


def _derived_value(name: str, raw: Any, place: Place, scenario: Scenario, context: Context) -> Value | None:
    if name in scenario.variables:
        size = scenario.variables[name].size
        return context.read(place / "expr", raw, shape=None if size is None else (size,), steps=True)
    return _losses(name, place, raw, context)


def _losses(name: str, place: Place, raw: dict[str, Any], context: Context) -> Vector | None:
    """The losses of a game's players. The setting `actions` has one expression per player; the others are the game's
    own."""
    ((kind, settings),) = raw.items()
    inside = place.chosen(kind)
    if not context.broken.isdisjoint(mentioned(settings)):
        return None
    own = {key: value for key, value in settings.items() if key != "actions"}
    raw_actions = settings.get("actions")
    if not isinstance(raw_actions, list | tuple) or not raw_actions:
        context.problems.add(
            place, f"expected `actions`, a list with one expression per player, got {found(raw_actions)}"
        )
        return None
    actions = [context.read(inside / "actions" / k, action, steps=True) for k, action in enumerate(raw_actions)]
    try:
        game = context.games[name] = make(kind, own, *parsers(context, inside, settings, steps=True))
        known = [action for action in actions if action is not None]
        if len(known) < len(actions):
            return None
        losses = game.losses(known)
        context.mixed += game.mixed(known)
        return losses
    except DomainError as error:
        context.problems.add(place, str(error))
    except InputError as error:
        note_settings(error, place, kind, settings, context.problems)
    return None


def _order(raw: dict[str, Any], scenario: Scenario, context: Context) -> list[str]:
    """The names of derived variables and games in topological order; those on a cycle are noted and left out."""
    position = {name: k for k, name in enumerate(raw)}
    uses = {name: sorted(mentioned(r) & raw.keys(), key=position.__getitem__) for name, r in raw.items()}
    while True:
        try:
            return [name for name in TopologicalSorter(uses).static_order() if name not in context.broken]
        except CycleError as error:
            cycle = error.args[1][:0:-1]
            start = min(range(len(cycle)), key=lambda k: position[cycle[k]])
            cycle = cycle[start:] + cycle[:start]
            group = "variables" if cycle[0] in scenario.variables else "games"
            path = " → ".join([*cycle, cycle[0]] if len(cycle) <= 12 else [*cycle[:12], "…", cycle[0]])
            context.problems.add(ROOT / group / cycle[0], f"derived variables refer to each other in a cycle: {path}")
            context.broken |= set(cycle)
            uses = {n: [d for d in ds if d not in cycle] for n, ds in uses.items() if n not in cycle}
