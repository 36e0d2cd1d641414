"""Advice: what is valid but unlikely to be intended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import combinations
from typing import Any

from ...algebra.graph import Expr
from ...algebra.substitute import depends_on
from ...algebra.value import components
from ...compiler.program import AgentProgram, Program
from ...errors import Problem
from ...rules.base import Rule
from ...rules.building.information import needs
from ...settings import ExpressionSetting, settings_of
from ...system.builder import System
from ...system.flows import flows_beside, influences
from ...system.grammar.spec import VariableSpec
from ...system.model import Agent, Model
from ...system.reading.variables import default_start
from ...system.ticks import end_of

OWN = {"own gradient", "own value", "gradients elsewhere", "values elsewhere"}
OTHER = {"cross gradients", "gradients of given objectives", "J·v", "Jᵀ·v", "a target"}


def unlikely(system: System, model: Model, program: Program) -> list[Problem]:
    """A problem for everything that is unlikely to be intended and can be seen before anything is computed, with paths
    of the model. (`runaways` adds those about foresight.)"""
    return [*_unstated(system), *_off_simplex(model), *_crossed(model), *_late(model), *_idle(model, program)]


def _unstated(system: System) -> Iterator[Problem]:
    """State variables without `init`."""
    for name, raw in system.data.get("variables", {}).items():
        if raw is None or ("expr" not in raw and raw.get("init") is None):
            spec = VariableSpec.model_validate(raw or {})
            message = f"starts at {default_start(spec):.4g}, for it has no `init`: state where it starts"
            yield Problem(message, f"variables.{name}")


def _off_simplex(model: Model) -> Iterator[Problem]:
    """State variables that a game uses as a mixed strategy, and that an agent can move outside the simplex."""
    moved = {control.split("[")[0] for agent in model.agents.values() for control in agent.controls}
    told = set()
    for action in model.mixed:
        parts = components(action)
        names = {(part.name or "").split("[")[0] for part in parts}
        variable = model.variables.get(names.pop()) if len(names) == 1 else None
        if variable is None or variable.kind != "state" or variable.name not in moved or variable.name in told:
            continue
        if variable.space.kind == "simplex" or not all(part.op == "symbol" for part in parts):
            continue
        told.add(variable.name)
        if len(parts) > 1:
            message = "a game takes it for shares that sum to 1, and nothing keeps them so: write `space: simplex`"
            yield Problem(message, f"variables.{variable.name}")
        elif variable.space.kind == "real":
            message = "a game takes it for a chance, and nothing keeps it from 0 to 1: write `space: [0, 1]`"
            yield Problem(message, f"variables.{variable.name}")


def _crossed(model: Model) -> Iterator[Problem]:
    """Lists in `vary` whose lengths make them meet in some combinations and not in others."""
    listed = {name: sweep.values for name, sweep in model.ensemble.vary.items() if sweep.values is not None}
    for (one, a), (two, b) in combinations(listed.items(), 2):
        if len(a) % len(b) and len(b) % len(a):
            replicas = range(model.ensemble.replicas)
            met = len({(r * len(a) // len(replicas), r * len(b) // len(replicas)) for r in replicas})
            message = f"{len(a)} values of {one} and {len(b)} of {two} stand side by side: they meet in {met} of "
            yield Problem(f"{message}{len(a) * len(b)} combinations; `grid` takes every one", "ensemble.vary")


def _late(model: Model) -> Iterator[Problem]:
    """Events whose time is a constant after the end of the run."""
    end, swept = end_of(model.clock), {*model.ensemble.vary, *model.ensemble.grid}
    for event in model.events:
        place = f"events.{event.name}.at"
        stated = model.parameters.get(place)
        at = None if event.at is None else event.at.constant
        if stated is not None and place not in swept:
            at = stated.value
        if at is not None and at > end:
            yield Problem(f"the event never happens: the clock ends at {end:g}", place)


def _idle(model: Model, program: Program) -> Iterator[Problem]:
    """Agents whose rule uses only their own objective, and whose objective does not depend on what they move."""
    for seen in program.agents:
        agent = model.agents[seen.name]
        asked = _needs(agent.rule)
        moved = [program.graph.symbol(slot, e.domain) for slot, e in seen.moves.items()]
        if not asked & OWN or asked & OTHER or seen.objective.constant == 0.0 or _names_zero(model, seen.objective):
            continue
        if depends_on([seen.objective], moved) or any(e.constant != 0.0 for e in seen.gradient.values()):
            continue
        controls = ", ".join(agent.controls)
        message = f"the objective does not depend on what the agent moves ({controls}), so there is nothing to learn"
        yield Problem(message + _way_out(model, program, agent, seen, moved), _stated_at(agent))


def _needs(rule: Rule) -> set[str]:
    """What the rule and the rules nested in it need of the game, and "a target" if one has a target as a setting."""
    kind: Any = type(rule)
    found, settings = set(needs(kind)), settings_of(kind)
    if any(isinstance(s, ExpressionSetting) and getattr(rule, key) is not None for key, s in settings.items()):
        found.add("a target")
    for field in fields(rule):
        value = getattr(rule, field.name)
        for inner in value if isinstance(value, tuple) else (value,):
            found |= _needs(inner) if isinstance(inner, Rule) else set()
    return found


def _names_zero(model: Model, objective: Expr) -> bool:
    """Whether the objective is stated as the number 0, which is how a system gives an agent no objective."""
    parameter = model.parameters.get(str(objective.name))
    return parameter is not None and parameter.value == 0.0


def _stated_at(agent: Agent) -> str:
    return f"agents.{agent.name}.{'declared' if agent.pursues == agent.declared else 'pursues'}"


def _way_out(model: Model, program: Program, agent: Agent, seen: AgentProgram, moved: list[Expr]) -> str:
    """How to open a path from what the agent moves to its objective, as the end of a message; "" if nothing would."""
    if agent.horizon is None and influences(moved, [seen.objective], flows_beside(model.variables, agent.controls)):
        return ": what it moves gets there through a flow, in time, and `horizon` opens that path"
    for other in program.agents:
        theirs = [program.graph.symbol(slot, e.domain) for slot, e in other.moves.items()]
        if other is not seen and depends_on([seen.objective], theirs) and depends_on([other.objective], moved):
            return f": what it moves gets there through what {other.name!r} learns, and a path to it opens that"
    return ""
