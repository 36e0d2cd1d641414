"""An agent with its leaks closed: trained by what it declares, and by nothing else."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from ..rules.base import Rule
from ..system.model import Agent, Model


def sealed(model: Model, name: str) -> Model:
    """The same system in which the agent `name` pursues what it declares, gets no credit, is blind on every path that
    the scenario gives a factor, looks over no horizon and through nobody's learning. The model itself if that is so."""
    agent = model.agents[name]
    zero = model.graph.constant(0.0)
    closed = replace(
        agent,
        pursues=agent.declared,
        credit={},
        paths=dict.fromkeys(agent.paths, zero),
        learning={},
        horizon=None,
        rule=_plain(agent.rule, zero),
    )
    return model if _same(agent, closed) else replace(model, agents={**model.agents, name: closed})


def _plain(rule: Rule, zero: Any) -> Rule:
    """The rule, and those nested in it, without the shaping of other agents."""
    changes: dict[str, Any] = dict.fromkeys(rule.shaping, zero)
    for field in fields(rule):
        inner = getattr(rule, field.name)
        if isinstance(inner, Rule) and (plain := _plain(inner, zero)) is not inner:
            changes[field.name] = plain
    return replace(rule, **changes) if changes else rule


def _same(agent: Agent, closed: Agent) -> bool:
    """Whether there was nothing to close."""
    return agent == closed
