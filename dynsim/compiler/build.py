"""Model → Program: the learning rules are applied, and every agent's update becomes expressions of slots."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from ..algebra import functions as f
from ..algebra import graph as g
from ..algebra.differentiate import substitute
from ..algebra.graph import Expr
from ..algebra.vector import components
from ..errors import InputError, Problem
from ..system.model import Agent, Event, Model, Value, Variable
from .moves import AgentUpdate, active_slot, update_of
from .program import AgentProgram, EventProgram, Program, Slot
from .space import project
from .view import Game, masked_gradient

Values = dict[str, Expr]


def build(model: Model) -> Program:
    """The program of a model; InputError with every agent whose rule cannot serve it."""
    problems = check_rules(model)
    if problems:
        raise InputError(*problems)
    game = Game(model)
    silenced = {name for event in model.events for name in event.silence}
    updates = {name: update_of(game, model, name, name in silenced) for name in model.agents}
    flows, noises = _by_slot(model, "flow"), _by_slot(model, "noise")
    stages, moves = _stages(model, updates, flows, noises)
    moved_by_events = {name for event in model.events for name in event.set}
    parameters = [Slot(n, role="parameter") for p in model.parameters.values() for n in component_names(p.name, p.shape)]
    slots, initial = _slots(model, updates, silenced)
    for slot in parameters:
        if slot.name in moved_by_events:
            slots.append(slot)
            initial[slot.name] = model.graph.symbol(slot.name)
    drift, diffusion = _drift(model, updates, flows), dict(noises)
    continuous = model.clock.continuous
    return Program(
        title=model.title,
        graph=model.graph,
        topologies={name: p.topology for name, p in model.populations.items()},
        clock=model.clock,
        parameters=tuple(slot for slot in parameters if slot.name not in moved_by_events),
        states=tuple(slots),
        initial=initial,
        events=tuple(_event(model, event, silenced) for event in model.events),
        stages=() if continuous else stages,
        drift=drift if continuous else {},
        diffusion=diffusion if continuous else {},
        projection=_projection(model, drift.keys() | diffusion.keys()) if continuous else {},
        flows=flows,
        noises=noises,
        derived={
            str(e.name): e for v in model.variables.values() if v.kind == "derived" for e in components(v.symbols)
        },
        agents=tuple(_agent_program(game, name, moves[name]) for name in model.agents),
    )


def check_rules(model: Model) -> list[Problem]:
    """Agents whose rule cannot serve them on this clock or for what they control, and an order that misses some."""
    found = []
    for name, agent in model.agents.items():
        controlled = [_variable(model, control) for control in agent.controls]
        messages = agent.rule.problems(
            clock="continuous" if model.clock.continuous else "discrete",
            controls=len(controlled),
            population=any(v.population for v in controlled),
            off_simplex=[c for c, v in zip(agent.controls, controlled, strict=True)
                         if v.space.kind != "simplex" or c != v.name],
        )
        found += [Problem(message, f"agents.{name}.rule") for message in messages]
        if agent.every > 1 and model.clock.continuous:
            found.append(Problem("a slower clock needs steps: this clock is continuous", f"agents.{name}.every"))
    if model.clock.order is not None and set(model.clock.order) != set(model.agents):
        found.append(Problem(f"expected every agent once: {', '.join(model.agents)}", "clock.order"))
    return found


def component_names(name: str, shape: tuple[int, ...]) -> list[str]:
    """The slot names of a value: "x", "x[0]", "x[0][1]"."""
    return [name + "".join(f"[{k}]" for k in index) for index in product(*map(range, shape))]


def _variable(model: Model, control: str) -> Variable:
    return model.variables.get(control) or model.variables[control.split("[")[0]]


def _states(model: Model) -> list[Variable]:
    return [v for v in model.variables.values() if v.kind == "state"]


def _by_slot(model: Model, what: str) -> Values:
    """Flow or noise of every component that has one."""
    result: Values = {}
    for v in _states(model):
        value: Value | None = getattr(v, what)
        if value is not None:
            symbols = components(v.symbols)
            parts = components(value)
            parts = parts * len(symbols) if len(parts) == 1 else parts
            result |= {str(s.name): g.fill(part, s.domain) for s, part in zip(symbols, parts, strict=True)}
    return result


def _slots(model: Model, updates: Mapping[str, AgentUpdate], silenced: set[str]) -> tuple[list[Slot], Values]:
    """State variables, memories and switches, and how they start."""
    slots: list[Slot] = []
    initial: Values = {}
    for v in _states(model):
        symbols = components(v.symbols)
        slots += [Slot(str(e.name), e.domain) for e in symbols]
        if v.init is not None:
            starts = components(v.init)
            starts = starts * len(symbols) if len(starts) == 1 else starts
            filled = [g.fill(start, e.domain) for e, start in zip(symbols, starts, strict=True)]
            initial |= dict(zip([str(e.name) for e in symbols], project(v.space, filled), strict=True))
    for update in updates.values():
        slots += [Slot(str(e.name), e.domain, "memory") for e in update.memory_symbols]
        initial |= update.memory_start
    switches = {active_slot(name): 1.0 for name in model.agents if name in silenced}
    switches |= {_fired_slot(event): 0.0 for event in model.events}
    slots += [Slot(name, role="switch") for name in switches]
    initial |= {name: model.graph.constant(start) for name, start in switches.items()}
    return slots, initial


def _advance(model: Model, increments: Mapping[str, Expr]) -> Values:
    """The new values of all components that the increments change, projected to their spaces."""
    result: Values = {}
    for v in _states(model):
        symbols = components(v.symbols)
        moved = [e for e in symbols if e.name in increments]
        if moved:
            involved = symbols if v.space.kind == "simplex" else moved
            new = [e + increments[str(e.name)] if e in moved else e for e in involved]
            result |= dict(zip([str(e.name) for e in involved], project(v.space, new), strict=True))
    return result


def _sum(*parts: Mapping[str, Expr]) -> Values:
    result: Values = {}
    for part in parts:
        for slot, value in part.items():
            result[slot] = result[slot] + value if slot in result else value
    return result


def _stages(
    model: Model, updates: Mapping[str, AgentUpdate], flows: Values, noises: Values
) -> tuple[tuple[Values, ...], dict[str, Values]]:
    """One stage if all move at once; in order, one for every agent. Flow and noise come with the last.

    Also every agent's moves as functions of the state at the tick's start, after those before it moved.
    """
    graph = model.graph
    order = model.clock.order
    teams = [list(updates)] if order is None else [[name] for name in order]
    world = _sum(flows, {s: a * g.noise(graph, s, a.domain) for s, a in noises.items()})
    moved: dict[Expr, Expr] = {}
    moves: dict[str, Values] = {}
    stages = []
    for k, team in enumerate(teams or [[]]):
        parts = [updates[name].moves for name in team] + ([world] if k == max(len(teams) - 1, 0) else [])
        stage = _advance(model, _sum(*parts))
        for name in team:
            stage |= updates[name].memory
            moves[name] = _substituted(updates[name].moves, moved)
        stages.append(stage)
        moved |= {graph.symbol(slot, e.domain): e for slot, e in _substituted(stage, moved).items()}
    return tuple(stages), moves


def _substituted(values: Values, replacements: dict[Expr, Expr]) -> Values:
    return dict(zip(values, substitute(list(values.values()), replacements), strict=True))


def _drift(model: Model, updates: Mapping[str, AgentUpdate], flows: Values) -> Values:
    return _sum(flows, *[update.moves for update in updates.values()])


def _projection(model: Model, moving: set[str]) -> Values:
    bounded = [v for v in _states(model) if v.space.kind != "real"]
    symbols = {str(e.name): model.graph.constant(0.0) for v in bounded for e in components(v.symbols)}
    return _advance(model, {name: zero for name, zero in symbols.items() if name in moving})


def _agent_program(game: Game, name: str, moves: Values) -> AgentProgram:
    player = game.players[name]
    agent: Agent = player.agent
    by_slot = masked_gradient(agent.declared, player.symbols, agent)
    return AgentProgram(
        name,
        player.names,
        objective=player.objective,
        declared=agent.declared,
        pursues=agent.pursues,
        gradient=dict(zip(player.names, game.xi[name], strict=True)),
        declared_gradient=dict(zip(player.names, by_slot, strict=True)),
        moves=moves,
    )


def _fired_slot(event: Event) -> str:
    return f"events.{event.name}.fired"


def _event(model: Model, event: Event, silenced: set[str]) -> EventProgram:
    graph = model.graph
    conditions = [] if event.at is None else [event.at <= g.time(graph)]
    conditions += [] if event.when is None else [event.when]
    condition = conditions[0]
    for further in conditions[1:]:
        condition = condition & further
    assignments = dict(event.set)
    assignments |= {active_slot(name): graph.constant(0.0) for name in event.silence}
    assignments |= {active_slot(name): graph.constant(1.0) for name in event.restore if name in silenced}
    return EventProgram(event.name, _fired_slot(event), condition, assignments, event.at)
