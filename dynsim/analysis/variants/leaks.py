"""An agent with its leaks closed: trained by what it declares, and by nothing else. And one whose leaks have numbers of
their own."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from ...algebra.differentiate import substitute
from ...algebra.graph import Expr
from ...rules.base import descending, reshaped
from ...system.component_names import component_names
from ...system.model import Model, Parameter


def without_leaks(model: Model, name: str) -> Model:
    """The same system in which the agent `name` pursues what it declares, in its own eyes, and no objective of its
    rule's, gets no credit, is blind on every path that the scenario gives a factor, looks over no horizon and through
    nobody's learning. The model itself if that is so."""
    agent = model.agents[name]
    zero = model.graph.constant(0.0)
    closed = replace(
        agent,
        pursues=agent.label,
        credit={},
        paths=dict.fromkeys(agent.paths, zero),
        learning={},
        horizon=None,
        rule=descending(reshaped(agent.rule, lambda setting: zero), agent.label),
    )
    return model if agent == closed else replace(model, agents={**model.agents, name: closed})


def with_own_leaks(model: Model, absent: Set[str]) -> tuple[Model, dict[str, str]]:
    """The same system, in which the parameters in every agent's leaks that are not in its label have copies there, and
    what they are copies of, by name. So what a number does through a leak can be told from what it does elsewhere.

    Leaks are what an agent pursues, where it is not what it declares, with the objectives that it gets credit from; and
    its factors on paths and on the learning of others. Numbers that events change have no copies, nor have those that
    are `absent`.
    """
    graph, parameters = model.graph, dict(model.parameters)
    originals: dict[str, str] = {}
    numbers = {name for p in model.parameters.values() for name in component_names(p.name, p.shape)}
    numbers -= {*absent, *model.phases, *(slot for event in model.events for slot in event.set)}
    agents = {}
    for name, agent in model.agents.items():
        pursued = agent.pursues
        for other, weight in agent.credit.items():
            pursued = pursued + weight * model.agents[other].declared
        leaks = [*([pursued] if pursued != agent.label else []), *agent.paths.values(), *agent.learning.values()]
        mine = sorted((_symbols(leaks) - _symbols([agent.label])) & numbers)
        copies = {slot: f"leaks.{name}.{slot}" for slot in mine}
        parameters |= {copy: Parameter(copy, (), 0.0) for copy in copies.values()}
        originals |= {copy: slot for slot, copy in copies.items()}
        copied = {graph.symbol(slot): graph.symbol(copy) for slot, copy in copies.items()}
        agents[name] = replace(
            agent, pursues=substitute([pursued], copied)[0], credit={},
            paths=_substituted(agent.paths, copied), learning=_substituted(agent.learning, copied),
        )
    return replace(model, agents=agents, parameters=parameters), originals


def _symbols(values: list[Expr]) -> set[str]:
    """The names of all symbols that the values use."""
    if not values:
        return set()
    nodes = values[0].graph.nodes
    return {str(nodes[k].data) for k in values[0].graph.reachable(values) if nodes[k].op == "symbol"}


def _substituted(factors: Mapping[str, Expr], copied: Mapping[Expr, Expr]) -> dict[str, Expr]:
    return dict(zip(factors, substitute(list(factors.values()), copied), strict=True))
