"""The state graph of a model: which variables, agents and events read and write what, taken from the expressions."""

from __future__ import annotations

import networkx as nx

from ..algebra.graph import Expr
from ..algebra.value import Value, components
from ..algebra.vector import Vector
from ..errors import InputError
from .grammar.problems import found
from .model import Model
from .rule_expressions import expressions_in


def state_graph(model: Model) -> nx.DiGraph:
    """The dependencies between the parts of a model, as a directed graph.

    Nodes are the parameters, variables, agents and events, by name, with the attribute `kind`:

        parameter, phase, state, derived, agent, event, population-state (one value per node, attribute `population`),
        selection (one node, if replicas are selected)

    The attribute `kind` of an edge says how its target depends on its source:

        reads     a variable or parameter occurs in a derived variable, in an agent's objective or settings, in an
                  event, in the fitness or in a mean of the selection
        flow      it occurs in a state variable's flow, noise or initial value
        writes    an agent moves a state variable (attribute `gain`, as text), or an event or the selection sets it
        credit    an agent's declared objective enters another's (attribute `weight`, as text)
        learning  an agent's gradient includes what another learns (attribute `factor`, as text); if there is credit
                  between the two, the credit's edge has this attribute, too
        silences  an event silences or restores an agent, or an agent moves only in this phase
        inherits  children inherit a variable or parameter from their parents

    An agent or event with the name of a variable is the node "agent:NAME" or "event:NAME". Numbers without a name are
    left out. Raises InputError if `model` is not what `System.resolve` gives.
    """
    if not isinstance(model, Model):
        raise InputError(f"expected a model, which `System.resolve` gives, got {found(model)}")
    graph: nx.DiGraph = nx.DiGraph()
    _add_variables(model, graph)
    labels = _add_agents(model, graph)
    _add_events(model, graph, labels)
    _add_selection(model, graph)
    return graph


def _add_variables(model: Model, graph: nx.DiGraph) -> None:
    for name, parameter in model.parameters.items():
        if "." not in name:
            graph.add_node(name, kind="phase" if name in model.phases else "parameter", shape=parameter.shape)
    for population in model.populations.values():
        for name in population.topology.values:
            if "." not in name:
                graph.add_node(name, kind="parameter", shape=(), population=population.name)
    for name, variable in model.variables.items():
        kind = "population-state" if variable.kind == "state" and variable.population else variable.kind
        graph.add_node(name, kind=kind, shape=variable.shape, population=variable.population)
    for name, variable in model.variables.items():
        _connect(graph, name, "reads", variable.expr)
        _connect(graph, name, "flow", variable.flow, variable.noise, variable.init)


def _add_agents(model: Model, graph: nx.DiGraph) -> dict[str, str]:
    """Gives the node of every agent, by name."""
    labels = {name: f"agent:{name}" if name in graph else name for name in model.agents}
    for name, label in labels.items():
        graph.add_node(label, kind="agent", rule=model.agents[name].rule.name, name=name)
    for name, agent in model.agents.items():
        _connect(
            graph, labels[name], "reads", agent.declared, agent.pursues, *agent.paths.values(), *agent.credit.values(),
            *agent.learning.values(), *agent.controls.values(), *expressions_in(agent.rule),
        )
        for phase in agent.during:
            graph.add_edge(phase, labels[name], kind="silences")
        for control, gain in agent.controls.items():
            graph.add_edge(labels[name], control.split("[")[0], kind="writes", gain=gain.text(60))
        for other, weight in agent.credit.items():
            graph.add_edge(labels[other], labels[name], kind="credit", weight=weight.text(60))
        for other, factor in agent.learning.items():
            route = "credit" if other in agent.credit else "learning"
            graph.add_edge(labels[other], labels[name], kind=route, factor=factor.text(60))
    return labels


def _add_events(model: Model, graph: nx.DiGraph, labels: dict[str, str]) -> None:
    for event in model.events:
        node = f"event:{event.name}" if event.name in graph else event.name
        graph.add_node(node, kind="event", name=event.name)
        _connect(graph, node, "reads", event.at, event.when, *event.set.values())
        for target in event.set:
            name = target.split("[")[0]
            if name in graph:
                graph.add_edge(node, name, kind="writes")
        for agent in (*event.silence, *event.restore):
            graph.add_edge(node, labels[agent], kind="silences")


def _add_selection(model: Model, graph: nx.DiGraph) -> None:
    selection = model.selection
    if selection is None:
        return
    node = "selection" if "selection" not in graph else "selection between systems"
    graph.add_node(node, kind="selection", name="selection", scheme=selection.scheme.name)
    of_groups = None if selection.groups is None else selection.groups.fitness
    _connect(graph, node, "reads", selection.fitness, of_groups, *selection.means.values())
    for slot in selection.heritable:
        name = slot.split("[")[0]
        if name in graph:
            graph.add_edge(node, name, kind="inherits")
    for name in selection.means:
        graph.add_edge(node, name, kind="writes")


def _connect(graph: nx.DiGraph, target: str, kind: str, *values: Value | None) -> None:
    """Add an edge to `target` from every variable or parameter that occurs directly in the values."""
    for value in values:
        if value is not None:
            for name in _mentioned(value):
                if name in graph and not graph.has_edge(name, target):
                    graph.add_edge(name, target, kind=kind)


def _mentioned(value: Value) -> list[str]:
    """The names that occur in a value, without those that only a derived variable in it depends on."""
    parts: list[Expr] = components(value) if isinstance(value, Vector) else [value]
    nodes = parts[0].graph.nodes
    seen: set[int] = set()
    names: dict[str, None] = {}
    stack = [part.index for part in parts]
    while stack:
        index = stack.pop()
        if index in seen:
            continue
        seen.add(index)
        node = nodes[index]
        if node.op in ("symbol", "named", "values"):
            names[str(node.data).split("[")[0]] = None
        else:
            stack.extend(node.args)
    return sorted(names)
