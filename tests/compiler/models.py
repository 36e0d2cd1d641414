"""Small models built by hand, for tests of the compiler and of the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dynsim.algebra.domain import SCALAR, Domain
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.vector import Vector
from dynsim.rules.base import Rule, RuleSpec, make
from dynsim.system.model import Agent, Clock, Ensemble, Event, Model, Record, Space, Variable


def rule_of(spec: RuleSpec, graph: Graph, scope: Mapping[str, Expr] | None = None) -> Rule:
    """The rule itself; texts are looked up as names."""

    def parse(key: str, raw: Any) -> Any:
        return scope[raw] if scope and isinstance(raw, str) else raw

    return make(spec.name, spec.settings, parse, parse)


def state(graph: Graph, name: str, shape: tuple[int, ...] = (), domain: Domain = SCALAR, **fields: Any) -> Variable:
    """A state variable of a graph, on any space."""
    symbols: Any
    if shape:
        symbols = Vector(graph.symbol(f"{name}[{k}]", domain) for k in range(shape[0]))
    else:
        symbols = graph.symbol(name, domain)
    return Variable(name, "state", symbols, shape, domain.population or None, **fields)


def model_of(
    graph: Graph,
    variables: Sequence[Variable],
    agents: Sequence[Agent] = (),
    clock: Clock | None = None,
    events: Sequence[Event] = (),
    **fields: Any,
) -> Model:
    """A model of these parts."""
    parts: dict[str, Any] = {
        "populations": {},
        "parameters": {},
        "variables": {v.name: v for v in variables},
        "agents": {a.name: a for a in agents},
        "events": tuple(events),
        "clock": clock or Clock(steps=100),
        "ensemble": Ensemble(),
        "record": Record(),
    }
    return Model(title="test", graph=graph, **(parts | fields))


def agent_of(
    graph: Graph, name: str, controls: Sequence[str], loss: Expr, rule: RuleSpec | Rule, **fields: Any
) -> Agent:
    """An agent with gain 1 that pursues what it declares."""
    made = rule_of(rule, graph) if isinstance(rule, RuleSpec) else rule
    parts: dict[str, Any] = {"pursues": loss, **fields}
    gains = parts.pop("gains", None) or [graph.constant(1.0)] * len(controls)
    return Agent(name, dict(zip(controls, gains, strict=True)), loss, rule=made, **parts)


def scalar_game(
    losses: Callable[..., Sequence[Expr]],
    rules: RuleSpec | Sequence[RuleSpec],
    players: int = 2,
    size: int = 0,
    space: Space = Space(),
    **fields: Any,
) -> Model:
    """Players a, b, … who each move their own variable x0, x1, … (a vector of `size` components if it is not 0)."""
    graph = Graph()
    variables = [state(graph, f"x{k}", (size,) if size else (), space=space) for k in range(players)]
    if isinstance(rules, RuleSpec):
        rules = [rules] * players
    agents = [
        agent_of(graph, chr(ord("a") + k), [f"x{k}"], loss, rule)
        for k, (loss, rule) in enumerate(zip(losses(*[v.symbols for v in variables]), rules, strict=True))
    ]
    return model_of(graph, variables, agents, **fields)


def with_clock(model: Model, clock: Clock) -> Model:
    return replace(model, clock=clock)
