"""A variant in which the influence of each agent's controls on the world can be scaled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from ...algebra.graph import Expr, fill
from ...algebra.structural import named
from ...algebra.substitute import substitute
from ...algebra.value import components
from ...algebra.vector import Vector
from ...system.model import Model, Parameter, Variable


def with_scaled_influence(model: Model) -> Model:
    """The system with a parameter `influence_of(agent)`, 1 by default, that multiplies the agent's controls wherever
    the world reads them: in derived variables, and in the flows of variables that the agent does not control.

    Objectives read controls directly as they are; what they read through derived variables is scaled. A derived
    variable that is itself an objective counts as an objective.
    """
    graph, parameters = model.graph, dict(model.parameters)
    scaled: dict[Expr, Expr] = {}
    for name, agent in model.agents.items():
        parameters[influence_of(name)] = Parameter(influence_of(name), (), 1.0)
        for control in agent.controls:
            for e in _components(model, control):
                scaled[e] = scaled.get(e, e) * fill(graph.symbol(influence_of(name)), e.domain)
    derived = _derived(model, scaled)
    variables = {name: _variable(model, v, scaled, derived) for name, v in model.variables.items()}
    return replace(
        model, parameters=parameters, variables=variables, agents=_rewritten(model.agents, derived),
        events=_rewritten(model.events, derived), base=_rewritten(model.base, derived),
    )


def influence_of(agent: str) -> str:
    """The parameter that scales an agent's influence."""
    return f"replay.{agent}.reach"


def _components(model: Model, control: str) -> list[Expr]:
    variable = model.variables[control.split("[")[0]]
    return [e for e in components(variable.symbols) if control in (variable.name, e.name)]


def _derived(model: Model, scaled: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
    """The new expression of every derived value. Node numbers ascend from what is read to its readers, so a value comes
    after those that it reads."""
    wanted = {e for agent in model.agents.values() for e in (agent.declared, agent.pursues)}
    wanted |= set() if model.base is None else {model.base.objective}
    values = [e for v in model.variables.values() if v.kind == "derived" for e in components(v.symbols)]
    found: dict[Expr, Expr] = {}
    for e in sorted(values, key=lambda e: e.index):
        (inner,) = substitute([e.args[0]], found if e in wanted else {**scaled, **found})
        found[e] = named(inner, str(e.name))
    return found


def _variable(model: Model, v: Variable, scaled: Mapping[Expr, Expr], derived: Mapping[Expr, Expr]) -> Variable:
    """The variable with its flow rewritten: scaled are the controls of agents that do not move this variable."""
    changed = _rewritten(v, derived)
    if v.flow is None:
        return changed
    flows, symbols = components(v.flow), components(v.symbols)
    flows = flows * len(symbols) if len(flows) == 1 else flows
    movers = [agent for agent in model.agents.values() if v.name in {c.split("[")[0] for c in agent.controls}]
    own = {e for agent in movers for control in agent.controls for e in _components(model, control)}
    others = {e: value for e, value in scaled.items() if e not in own}
    parts = substitute(flows, {**others, **derived})
    return replace(changed, flow=Vector(parts) if isinstance(v.symbols, Vector) else parts[0])


def _rewritten(value: Any, derived: Mapping[Expr, Expr]) -> Any:
    """The value with derived variables replaced in every expression that it contains."""
    if isinstance(value, Expr):
        return substitute([value], derived)[0]
    if isinstance(value, Vector):
        return Vector(_rewritten(part, derived) for part in value)
    if isinstance(value, Mapping):
        return {key: _rewritten(part, derived) for key, part in value.items()}
    if type(value) is tuple:
        return tuple(_rewritten(part, derived) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _rewritten(getattr(value, f.name), derived) for f in fields(value)})
    return value
