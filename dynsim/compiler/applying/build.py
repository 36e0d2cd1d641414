"""Model → Program: applies the learning rules, so that every agent's update becomes expressions of slots."""

from __future__ import annotations

from collections.abc import Mapping

from ...algebra import leaves
from ...algebra.domain import SCALAR
from ...algebra.graph import Expr, fill
from ...algebra.value import components
from ...errors import InputError
from ...system.component_names import component_names
from ...system.model import Agent, Event, Model
from ...system.ticks import phase_spans
from ..program import AgentProgram, EventProgram, Program, Slot
from .advance import states_of, streams_of
from .check import check_rules
from .game import Game
from .idle import expect_no_idle_paths
from .label import Label, with_label
from .learning import with_learning
from .moves import AgentUpdate, active_slot, update_of
from .phases import with_phase_events
from .selection import fitness_slots, selection_program, set_by_selection, with_counters
from .sizes import expect_room
from .space import project
from .stages import Values, by_slot, discrete_stages, drift_of, projection_of, substituted


def build(model: Model, idle_paths: bool = False) -> Program:
    """The program of a model. InputError with every agent whose rule cannot serve it.

    idle_paths: accept path factors that change nothing. A user's model must not have them, a variant of it may.
    """
    problems = check_rules(model)
    if problems:
        raise InputError(*problems)
    model = with_phase_events(model)  # from here on, a phase is an event like others
    game = with_learning(Game(model))
    # only these agents get a switch: one that nothing turns off would cost a condition in every move
    silenced = {name for event in model.events for name in event.silence}
    updates = {name: _bounded(game, model, name, name in silenced) for name in model.agents}
    labels = {name: p.sight.gradient(p.agent.declared, p.symbols) for name, p in game.players.items()}
    if not idle_paths:
        expect_no_idle_paths(model, game, updates, labels)
    flows, noises = by_slot(model, "flow"), by_slot(model, "noise")
    stages, seen = discrete_stages(model, updates, flows, noises)
    counted = fitness_slots(model.selection)
    parameters, states, initial = _slots(model, updates, silenced, counted)
    drift, diffusion = drift_of(updates, flows), dict(noises)
    continuous = model.clock.continuous
    return Program(
        title=model.title,
        graph=model.graph,
        topologies={name: p.topology for name, p in model.populations.items()},
        clock=model.clock,
        parameters=tuple(parameters),
        states=tuple(states),
        initial=initial,
        events=tuple(_event(model, event, silenced) for event in model.events),
        stages=() if continuous else (with_counters(stages[0], counted), *stages[1:]),
        drift=drift | counted if continuous else {},
        diffusion=diffusion if continuous else {},
        projection=projection_of(model, drift.keys() | diffusion.keys()) if continuous else {},
        flows=flows,
        noises=noises,
        derived={
            str(e.name): e for v in model.variables.values() if v.kind == "derived" for e in components(v.symbols)
        },
        agents=tuple(
            _agent_program(Label(game, model, n, n in silenced, seen[n]), u.moves, labels[n])
            for n, u in updates.items()
        ),
        base=None if model.base is None else model.base.objective,
        selection=selection_program(model, states, initial),
        base_goals=() if model.base is None else model.base.goals,
        phases=phase_spans(model.phases, model.clock),
        streams=streams_of(model),
        # A variant of the system may lack the memory of an agent that it leaves out.
        start={slot.name: model.ensemble.start[slot.name].T for slot in states if slot.name in model.ensemble.start},
    )


def _bounded(game: Game, model: Model, name: str, can_be_silenced: bool) -> AgentUpdate:
    """The agent's update. InputError if the derivatives of its rule make the program too large."""
    update = update_of(game, model, name, can_be_silenced)
    rule = f"rule {model.agents[name].rule.name!r}"
    advice = "couple fewer variables, or take a rule that needs fewer derivatives"
    expect_room(model.graph, rule, advice, f"agents.{name}.rule")
    return update


def _slots(
    model: Model, updates: Mapping[str, AgentUpdate], silenced: set[str], counted: Values
) -> tuple[list[Slot], list[Slot], Values]:
    """Parameters; all that has memory (state variables, memories, switches, counters); and how the latter start.

    A parameter that an event or selection changes has memory, too: the others are constant in a run, and kernels and
    the skipped regions of a step rely on that.
    """
    states, initial = _variables(model)
    for update in updates.values():
        states += [Slot(str(e.name), e.domain, "memory") for e in update.memory_symbols]
        initial |= update.memory_start
    switches = {active_slot(name): 1.0 for name in model.agents if name in silenced}
    switches |= {_fired_slot(event): 0.0 for event in model.events}
    states += [Slot(name, role="switch") for name in switches]
    initial |= {name: model.graph.constant(start) for name, start in switches.items()}
    changing = {name for event in model.events for name in event.set} | set_by_selection(model.selection)
    names = [name for p in model.parameters.values() for name in component_names(p.name, p.shape)]
    states += [Slot(name, role="parameter") for name in names if name in changing]
    initial |= {name: model.graph.symbol(name) for name in names if name in changing}
    states += [Slot(name, role="memory") for name in counted]
    initial |= {name: model.graph.constant(0.0) for name in counted}
    return [Slot(name, role="parameter") for name in names if name not in changing], states, initial


def _variables(model: Model) -> tuple[list[Slot], Values]:
    """The slots of state variables, and their initial values, projected to their spaces."""
    slots: list[Slot] = []
    initial: Values = {}
    for v in states_of(model):
        symbols = components(v.symbols)
        slots += [Slot(str(e.name), e.domain) for e in symbols]
        if v.init is not None:
            starts = components(v.init)
            starts = starts * len(symbols) if len(starts) == 1 else starts
            filled = [fill(start, e.domain) for e, start in zip(symbols, starts, strict=True)]
            initial |= dict(zip([str(e.name) for e in symbols], project(v.space, filled), strict=True))
    return slots, initial


def _agent_program(label: Label, moves: Values, declared: list[Expr]) -> AgentProgram:
    """What the program says of an agent. In a sequential order, gradients and moves are at the state that it sees."""
    player, seen = label.game.players[label.name], dict(label.seen)
    agent: Agent = player.agent
    gradient = dict(zip(player.names, label.game.xi[label.name], strict=True))
    return AgentProgram(
        label.name,
        player.names,
        objective=player.objective,
        declared=agent.declared,
        pursues=agent.pursues,
        gradient=substituted(gradient, seen),
        declared_gradient=substituted(dict(zip(player.names, declared, strict=True)), seen),
        moves=substituted(moves, seen),
        goals=agent.goals,
        label=None if with_label(player) is player else label,
    )


def _fired_slot(event: Event) -> str:
    return f"events.{event.name}.fired"


def _event(model: Model, event: Event, silenced: set[str]) -> EventProgram:
    graph = model.graph
    conditions = [] if event.at is None else [event.at <= leaves.time(graph)]
    conditions += [] if event.when is None else [event.when]
    condition = conditions[0]
    for further in conditions[1:]:
        condition = condition & further
    domains = {str(e.name): e.domain for v in states_of(model) for e in components(v.symbols)}
    assignments = {slot: fill(value, domains.get(slot, SCALAR)) for slot, value in event.set.items()}
    assignments |= {active_slot(name): graph.constant(0.0) for name in event.silence}
    assignments |= {active_slot(name): graph.constant(1.0) for name in event.restore if name in silenced}
    return EventProgram(event.name, _fired_slot(event), condition, assignments, event.at, event.when is not None)
