"""The state graph: who reads what and who writes what, derived from the expressions of a model."""

from __future__ import annotations

import networkx as nx

from ..algebra.graph import Expr
from ..algebra.vector import Vector, components
from ..errors import InputError
from .grammar.problems import found
from .model import Model, Value
from .rule_expressions import expressions_in


def state_graph(model: Model) -> nx.DiGraph:
    """Nodes: parameters, variables, agents and events of the model, with the attribute `kind`:

        parameter, phase, state, derived, agent, event, population-state (one value per node, attribute `population`)

    Edges: attribute `kind` tells how the target depends on the source:

        reads   a variable or parameter enters a derived variable, an agent's objective or settings, or an event
        flow    it enters a state variable's own motion or initial value
        writes  an agent moves a state variable (attribute `gain`, as text), or an event sets it
        credit  an agent's declared objective leaks into another's (attribute `weight`, as text)
        learning  an agent's gradient goes through what another learns (attribute `factor`, as text; where there is
                credit between the two, the edge is that of the credit and has this attribute, too)
        silences  an event silences or restores an agent, or a phase is the time in which it moves
        inherits  children have a variable or parameter from their parents

    Where there is selection between systems it is a node of the kind "selection": it reads what makes fit and what is
    averaged. An agent that has a variable's name is the node "agent:NAME". Numbers without a name of their own are left
    out.
    """
    if not isinstance(model, Model):
        raise InputError(f"expected a model, which `System.resolve` gives, got {found(model)}")
    graph: nx.DiGraph = nx.DiGraph()
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
    labels = _agent_nodes(model, graph)
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
    _add_events(model, graph, labels)
    _add_selection(model, graph)
    return graph


def _agent_nodes(model: Model, graph: nx.DiGraph) -> dict[str, str]:
    labels = {name: f"agent:{name}" if name in graph else name for name in model.agents}
    for name, label in labels.items():
        graph.add_node(label, kind="agent", rule=model.agents[name].rule.name, name=name)
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
    """An edge to `target` from every variable or parameter that the values mention themselves."""
    for value in values:
        if value is not None:
            for name in _mentioned(value):
                if name in graph and not graph.has_edge(name, target):
                    graph.add_edge(name, target, kind=kind)


def _mentioned(value: Value) -> list[str]:
    """The variables that a value mentions, without those that are behind a derived variable."""
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
