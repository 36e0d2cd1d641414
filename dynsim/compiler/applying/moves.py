"""What one agent does in a step: the update of its rule, with gain, slower clock and switch applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add, and_

from ...algebra import functions as f
from ...algebra import leaves
from ...algebra.graph import Expr, fill
from ...errors import DomainError, InputError, Problem
from ...rules.base import Update
from ...settings import within
from ...system.model import Model
from .game import Game, Player
from .view import View


@dataclass(frozen=True)
class AgentUpdate:
    """moves: gain · move per slot, 0 when the agent does not act. memory: its new values, then the old ones."""

    moves: dict[str, Expr]
    memory: dict[str, Expr]
    memory_start: dict[str, Expr]
    memory_symbols: tuple[Expr, ...]


def active_slot(agent: str) -> str:
    """The switch of an agent, which events turn off and on."""
    return f"agents.{agent}.active"


def update_of(game: Game, model: Model, name: str, silenceable: bool) -> AgentUpdate:
    """The update of the agent `name` under its rule."""
    view = View(game, name)
    moved, update = ruled(view, game.players[name])
    acts = _acts(model, name, silenceable)
    moves = {slot: _gated(acts, move, model.graph.constant(0.0)) for slot, move in moved.items()}
    memory, start = _memory(view, update.memory, acts)
    return AgentUpdate(moves, memory, start, tuple(e for symbols, _ in view.memories.values() for e in symbols))


def ruled(view: View, player: Player) -> tuple[dict[str, Expr], Update]:
    """gain · move per slot, as if the agent moved at every step, and the update of its rule."""
    place = f"agents.{player.agent.name}.rule"
    try:
        update = player.agent.rule.update(view)
    except InputError as error:
        raise within(place, error) from error
    except DomainError as error:
        raise InputError(Problem(str(error), place)) from error
    parts = zip(player.names, player.symbols, player.gains, update.move, strict=True)
    return {slot: fill(gain * move, symbol.domain) for slot, symbol, gain, move in parts}, update


def _acts(model: Model, name: str, silenceable: bool) -> Expr | None:
    """The condition that the agent moves; None if it always does."""
    graph, agent = model.graph, model.agents[name]
    every = float(agent.every)
    conditions = [] if agent.acts is None else [agent.acts]
    if every > 1:
        t = leaves.time(graph)
        conditions.append(f.equal(f.floor(t / every) * every, t))
    if silenceable:
        conditions.append(graph.symbol(active_slot(name)) > 0.5)  # a slot holds a number, here 0 or 1
    if agent.during:
        conditions.append(reduce(add, [graph.symbol(phase) for phase in agent.during]) > 0.5)
    return reduce(and_, conditions) if conditions else None


def _gated(acts: Expr | None, value: Expr, otherwise: Expr) -> Expr:
    return value if acts is None else f.where(acts, value, otherwise)


def _memory(view: View, new: Mapping[str, list[Expr]], acts: Expr | None) -> tuple[dict[str, Expr], dict[str, Expr]]:
    values: dict[str, Expr] = {}
    start: dict[str, Expr] = {}
    for name, (symbols, starts) in view.memories.items():
        for symbol, first, value in zip(symbols, starts, new[name], strict=True):
            slot = str(symbol.name)
            # an agent that does not act does not learn: a momentum that went on would move it later
            values[slot] = _gated(acts, fill(value, symbol.domain), symbol)
            start[slot] = first
    return values, start
