"""The paths of an agent's gradient: through derived variables, flows up to a horizon, and the learning of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...algebra.graph import Expr
from ...algebra.substitute import depends_on
from ...algebra.value import components
from ...errors import shown
from ..expressions.context import Context
from ..flows import flows_beside, reached
from ..grammar.problems import ROOT, Place
from ..grammar.spec import AgentSpec, Scenario
from ..model import Agent, Clock, Variable
from ..ticks import chooses_steps

NOTHING = "a factor on this path changes nothing"


@dataclass
class Paths:
    """variables: component → factor on the paths through it. learning: agent → factor on the path through its
    learning."""

    variables: dict[str, Expr] = field(default_factory=dict)
    learning: dict[str, Expr] = field(default_factory=dict)


def resolve_paths(
    name: str, scenario: Scenario, context: Context, variables: Mapping[str, Variable], controls: Mapping[str, Expr]
) -> Paths:
    """The path factors of the agent `name`. `check_reach` checks whether they have an effect, when all agents are
    known."""
    spec, paths = scenario.agents[name], Paths()
    for target, raw in (spec.paths or {}).items():
        place = ROOT / "agents" / name / "paths" / target
        if target in context.broken:
            continue
        message = _impassable(name, target, spec, scenario, context, variables, controls)
        if message:
            context.problems.add(place, message, at_key=True)
            continue
        if target not in variables and target not in scenario.agents:
            known = [n for n, v in variables.items() if v.kind == "derived" or (spec.horizon and v.flow is not None)]
            context.problems.unknown(
                place, "derived variable or agent", target, [*known, *(set(scenario.agents) - {name})], at_key=True
            )
            continue
        value = context.one(place, raw, steps=True)
        if value is not None and target in variables:
            paths.variables |= {str(e.name): value for e in components(variables[target].symbols)}
        elif value is not None:
            paths.learning[target] = value
    return paths


def _impassable(
    name: str,
    target: str,
    spec: AgentSpec,
    scenario: Scenario,
    context: Context,
    variables: Mapping[str, Variable],
    controls: Mapping[str, Expr],
) -> str:
    """Why no path leads through the existing variable, parameter or agent `target`, as a message; "" if one does."""
    variable = variables.get(target)
    if variable is not None and target in scenario.agents:
        return f"{shown(target)} is a variable and an agent: rename one of them, or the path could mean both"
    if target == name:
        return "the own learning is no path: name another agent"
    if target in scenario.params:
        return f"{shown(target)} is a parameter: no path leads through what stays as it is"
    if variable is None or variable.kind == "derived":
        return ""
    if variable.flow is None:
        return f"{shown(target)} is a state variable without a flow: no path leads through it"
    if spec.horizon is None:
        return f"{shown(target)} is a state variable: `horizon` opens the path through its flow"
    if depends_on(components(variable.symbols), list(flows_beside(variables, controls))):
        return ""
    return f"{shown(target)} is in the agent's own hands: its flow is no path"


def resolve_horizon(
    place: Place,
    horizon: float | str | None,
    context: Context,
    variables: Mapping[str, Variable],
    controls: Mapping[str, Expr],
    clock: Clock,
) -> None:
    """Note why the agent cannot have this horizon."""
    if horizon is None or not controls:
        return
    problems = context.problems
    if not flows_beside(variables, controls):
        whose = " that the agent leaves alone" if any(v.flow is not None for v in variables.values()) else ""
        problems.add(place, f"no variable{whose} has a flow: there is nothing to look ahead at")
    elif isinstance(horizon, str):
        return
    elif not clock.continuous:
        if horizon != int(horizon):
            problems.add(place, f"expected a whole number of steps or fixed_point, got {horizon:g}")
    elif clock.dt is None and chooses_steps(clock):
        problems.add(place, f"{clock.method} chooses its own steps: to look ahead, give the clock the time step `dt`")


def check_reach(
    agents: Mapping[str, Agent], scenario: Scenario, variables: Mapping[str, Variable], context: Context
) -> None:
    """Note path factors and horizons that have no effect, because none of the agent's objectives depends on them.

    These are the objectives that it pursues and declares, and those whose credit it gets.
    """
    for name, agent in agents.items():
        place = ROOT / "agents" / name
        if any(other not in agents for other in agent.credit):
            continue
        wanted = [agent.pursues, agent.declared, *(agents[other].declared for other in agent.credit)]
        flows = flows_beside(variables, agent.controls)
        ahead = reached(wanted, flows) if agent.horizon is not None else {}
        if agent.horizon is not None and flows and not ahead:
            message = "the objective depends on no variable that has a flow: a horizon changes nothing"
            context.problems.add(place / "horizon", message)
            continue
        for target in scenario.agents[name].paths or {}:
            if target not in variables:  # an agent
                continue
            symbols = components(variables[target].symbols)
            values = wanted if variables[target].kind == "state" else [*wanted, *ahead.values()]
            if not depends_on(values, symbols):
                message = f"the objective does not depend on {shown(target)}: {NOTHING}"
                context.problems.add(place / "paths" / target, message, at_key=True)
        if agent.horizon == "fixed_point":
            _check_fixed_point(place / "horizon", agent, ahead, variables, context)


def _check_fixed_point(
    place: Place, agent: Agent, ahead: Mapping[Expr, Expr], variables: Mapping[str, Variable], context: Context
) -> None:
    """Note a fixed_point horizon that cannot be solved (the implicit derivative is implemented for scalars) or has no
    effect."""
    per_node = [e for e in ahead if e.domain.kind != "scalar"]
    moved = [e for v in variables.values() if v.kind == "state" for e in components(v.symbols)]
    own = [e for e in moved if e.name in agent.controls or str(e.name).split("[")[0] in agent.controls]
    if per_node:
        context.problems.add(
            place, f"fixed_point is solved for single numbers, and {shown(str(per_node[0].name))} has "
            f"{per_node[0].domain}: give the horizon as a number",
        )
    elif agent.pursues.domain.kind != "scalar":
        context.problems.add(
            place, f"fixed_point takes an objective that is one number, this one has {agent.pursues.domain}: "
            "reduce it with sum(...) or mean(...), or give the horizon as a number",
        )
    elif not depends_on(list(ahead.values()), own):
        context.problems.add(place, "no flow depends on what the agent moves: fixed_point changes nothing")
