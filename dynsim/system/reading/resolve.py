"""From a scenario's data to a `Model`: reads every text, looks up every name, and collects every mistake."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...algebra.graph import Graph
from ..expressions.context import Context
from ..expressions.node_values import resolve_node_parameters
from ..grammar.problems import Problems, Source
from ..grammar.validation import validated
from ..model import Model
from ..plain_data import copied
from .agents import resolve_agents
from .allowed_names import random_streams, wrong_names
from .array_files import with_arrays
from .clock import check_random_numbers, resolve_clock, resolve_record
from .ensemble import resolve_ensemble
from .events import resolve_events
from .goals import resolve_base
from .memory_limit import check_size
from .phases import check_phases, resolve_phases
from .populations import resolve_graphs, with_values
from .selection import declare_means, resolve_selection
from .sweep_bounds import check_sweeps
from .variables import resolve_parameters, resolve_variables


def resolve(
    data: Mapping[str, Any], source: Source | None = None, folder: Path | None = None, handles: Graph | None = None
) -> Model:
    """The model that the scenario `data` states. Raises one InputError with every mistake.

    source: the text that the data was read from, for the places of mistakes. folder: where the files that it names
    are. handles: the graph of the symbols that a script holds.
    """
    problems = Problems(source)
    whole = copied(data)
    unread = with_arrays(whole, folder, problems)
    scenario, broken = validated(whole, problems)
    context = Context(problems, broken | unread | wrong_names(scenario, problems), handles)
    context.streams = random_streams(scenario, context)
    resolve_parameters(scenario, context)
    resolve_phases(scenario, context)
    declare_means(scenario, context)
    populations = resolve_graphs(scenario, context, folder)
    resolve_node_parameters(scenario, context)
    variables = resolve_variables(scenario, context, populations)
    clock = resolve_clock(scenario, problems, context.broken)
    check_phases(scenario, clock, context)
    agents = resolve_agents(scenario, context, variables, clock)
    base = resolve_base(scenario, context, variables)
    check_random_numbers(clock, context)
    selection = resolve_selection(scenario, context, variables, clock)
    events = resolve_events(scenario, context, variables)
    record = resolve_record(scenario, clock, variables, problems, context.broken)
    ensemble = resolve_ensemble(scenario, context)
    check_sweeps(agents, ensemble, problems)
    check_size(ensemble, variables, populations, problems)
    problems.finish()
    return Model(
        scenario.title, context.graph, with_values(populations, context), context.parameters, variables, agents, events,
        clock, ensemble, record, "\n\n".join(part for part in (scenario.question, scenario.expect) if part), base,
        selection, scenario.metrics, scenario.phases, context.games, tuple(context.mixed),
    )
