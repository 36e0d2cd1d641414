"""Finds path factors that change nothing: each must enter what some agent does, or the gradient of a label.

Such a factor is a mistake that no result would show: a user who varies it would conclude that the path does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...algebra.graph import Expr
from ...algebra.value import components
from ...errors import InputError, Problem, shown
from ...system.flows import flows_beside, influences
from ...system.model import Model
from .game import Game, Player
from .moves import AgentUpdate


def expect_no_idle_paths(
    model: Model, game: Game, updates: Mapping[str, AgentUpdate], labels: Mapping[str, Sequence[Expr]]
) -> None:
    """InputError with each path whose factors (marked in sight.py) enter no moves or memories of any agent, nor the
    gradient of the agent's own label."""
    used = marks(e for update in updates.values() for e in (*update.moves.values(), *update.memory.values()))
    found = []
    for name, player in game.players.items():
        agent = player.agent
        here = used | marks(labels[name])
        alive = {path.split("[")[0] for owner, path in here if owner == name}
        for path in dict.fromkeys(path.split("[")[0] for path in (*agent.paths, *agent.learning)):
            if path not in alive:
                found.append(Problem(_reason(model, game, player, path), f"agents.{name}.paths.{path}"))
    if found:
        raise InputError(*found)


def marks(values: Iterable[Expr]) -> set[tuple[str, str]]:
    """(agent, path) of every marked factor that the values use."""
    values = list(values)
    if not values:
        return set()
    nodes = values[0].graph.nodes
    data: list[Any] = [nodes[k].data for k in values[0].graph.reachable(values) if nodes[k].op == "named"]
    return {mark for mark in data if isinstance(mark, tuple)}


def _reason(model: Model, game: Game, player: Player, path: str) -> str:
    name = player.agent.name
    nothing = "a factor on this path changes nothing"
    if any(owner == name and part.split("[")[0] == path for owner, part in marks(game.xi[name])):
        return f"the rule {player.agent.rule.name!r} of {shown(name)} does not use its gradient: {nothing}"
    if path in player.agent.learning:
        return (
            f"what {shown(path)} does next does not depend on what {shown(name)} moves, or does not matter to it: "
            f"{nothing}"
        )
    parts = components(model.variables[path].symbols)
    flows = flows_beside(model.variables, player.agent.controls)
    if player.agent.horizon is None and influences(player.symbols, parts, flows):
        return f"what {shown(name)} moves reaches {shown(path)} only through a flow, in time: `horizon` opens that path"
    return f"{shown(path)} does not depend on what {shown(name)} moves: {nothing}"
