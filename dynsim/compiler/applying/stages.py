"""How the moves of agents, flows and noise become a step (discrete clock) or a drift (continuous clock)."""

from __future__ import annotations

from collections.abc import Mapping, Set

from ...algebra import leaves
from ...algebra.graph import Expr, fill
from ...algebra.substitute import substitute
from ...algebra.value import Value, components
from ...system.model import Model
from .advance import advance, states_of, streams_of
from .moves import AgentUpdate

Values = dict[str, Expr]


def by_slot(model: Model, what: str) -> Values:
    """The flow or noise of every component that has one, by slot; a scalar stands for all components."""
    result: Values = {}
    for v in states_of(model):
        value: Value | None = getattr(v, what)
        if value is not None:
            symbols = components(v.symbols)
            parts = components(value)
            parts = parts * len(symbols) if len(parts) == 1 else parts
            result |= {str(s.name): fill(part, s.domain) for s, part in zip(symbols, parts, strict=True)}
    return result


def _sum(*parts: Mapping[str, Expr]) -> Values:
    result: Values = {}
    for part in parts:
        for slot, value in part.items():
            result[slot] = result[slot] + value if slot in result else value
    return result


def discrete_stages(
    model: Model, updates: Mapping[str, AgentUpdate], flows: Values, noises: Values
) -> tuple[tuple[Values, ...], dict[str, dict[Expr, Expr]]]:
    """One stage if all agents move at once; in a sequential order, one for each. Flow and noise come with the last.

    Also what every agent sees: the states that others have moved before it, as expressions of the state at the start of
    the tick. The gradients and moves of AgentProgram are stated at that state, where the ledger adds them up.
    """
    graph = model.graph
    order = model.clock.order
    teams = [list(updates)] if order is None else [[name] for name in order]
    names = streams_of(model)
    world = _sum(flows, {s: a * leaves.noise(graph, names.get(s, s), a.domain) for s, a in noises.items()})
    moved: dict[Expr, Expr] = {}
    seen: dict[str, dict[Expr, Expr]] = {}
    stages = []
    for k, team in enumerate(teams or [[]]):
        # the world joins the last stage, so that all agents of a tick see the same world
        parts = [updates[name].moves for name in team] + ([world] if k == max(len(teams) - 1, 0) else [])
        stage = advance(model, _sum(*parts))
        for name in team:
            stage |= updates[name].memory
            seen[name] = dict(moved)
        stages.append(stage)
        moved |= {graph.symbol(slot, e.domain): e for slot, e in substituted(stage, moved).items()}
    return tuple(stages), seen


def substituted(values: Values, replacements: dict[Expr, Expr]) -> Values:
    return dict(zip(values, substitute(list(values.values()), replacements), strict=True))


def drift_of(updates: Mapping[str, AgentUpdate], flows: Values) -> Values:
    """dx/dt of every component that flows or that agents move."""
    return _sum(flows, *[update.moves for update in updates.values()])


def projection_of(model: Model, moving: Set[str]) -> Values:
    """The moving components of bounded variables, projected to their spaces: applied after an integrator's step."""
    bounded = [v for v in states_of(model) if v.space.kind != "real"]
    symbols = {str(e.name): model.graph.constant(0.0) for v in bounded for e in components(v.symbols)}
    return advance(model, {name: zero for name, zero in symbols.items() if name in moving})
