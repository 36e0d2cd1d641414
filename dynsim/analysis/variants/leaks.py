"""Leaks: everything that trains an agent beside its label. Variants of a system close them, or give them parameters of
their own."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from ...algebra.graph import Expr
from ...algebra.substitute import substitute
from ...rules.base import descending, reshaped
from ...system.component_names import component_names
from ...system.model import Model, Parameter


def without_leaks(model: Model, name: str) -> Model:
    """The system in which the agent `name` is trained by its label alone.

    It pursues what it declares, as it sees it. Its rule adds no objective, credit is removed, the factors of all paths
    that the scenario states are 0, and it has no horizon and takes nobody's learning into account. Returns the model
    itself if all this holds already.
    """
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
    """The system in which parameters that reach an agent through leaks have a copy there, and by copy its original.

    The copies separate the effect of a number through a leak from its effects elsewhere. Leaks are what an agent
    pursues, if that is not what it declares, the objectives that it gets credit for, and its factors on paths and on
    the learning of others. Parameters in the agent's label, parameters that events set and those in `absent` have no
    copies.
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
    """The names of all symbols in the expressions."""
    if not values:
        return set()
    nodes = values[0].graph.nodes
    return {str(nodes[k].data) for k in values[0].graph.reachable(values) if nodes[k].op == "symbol"}


def _substituted(factors: Mapping[str, Expr], copied: Mapping[Expr, Expr]) -> dict[str, Expr]:
    return dict(zip(factors, substitute(list(factors.values()), copied), strict=True))
