"""The game behind a model: its players, their effective objectives, and the gradients of these."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from ...algebra.graph import Expr, Graph
from ...algebra.value import components
from ...errors import DomainError, InputError, Problem
from ...rules.base import Exprs
from ...system.model import Agent, Model
from .advance import streams_of
from .sight import Sight, sight_of


@dataclass(frozen=True)
class Player:
    """An agent with its controls resolved to components.

    names, symbols: the controlled components. gains: one per component. variables: the positions of the components
    that belong to one variable, for each variable. objective: E = pursues + Σ_j credit_j · declared_j. sight: how it
    differentiates.
    """

    agent: Agent
    names: tuple[str, ...]
    symbols: tuple[Expr, ...]
    gains: tuple[Any, ...]
    variables: tuple[tuple[int, ...], ...]
    objective: Expr
    sight: Sight

    def gradient_by(self, other: Player) -> Exprs:
        """∇E by the components of another player (or its own), as this one sees it."""
        return self.sight.gradient(self.objective, other.symbols)


Seen = Mapping[str, Mapping[str, Mapping[str, Expr]]]
"""By agent, the moves of the others whose learning it sees."""


class Game:
    """All players of a model, and their gradients ξ.

    moves: by agent, the moves of the others whose learning it sees. known: derivatives that were asked for already.
    """

    def __init__(self, model: Model) -> None:
        self.graph: Graph = model.graph
        self.streams = streams_of(model)
        self.players = {name: _player(model, agent) for name, agent in model.agents.items()}
        self.xi: dict[str, Exprs] = {name: p.gradient_by(p) for name, p in self.players.items()}
        self.moves: Seen = {}
        # Agents with the same rule ask for the same derivatives. The graph would find their nodes again, but only after
        # walking the whole objective once more.
        self.known: dict[Hashable, Exprs] = {}

    def with_xi(self, xi: Mapping[str, Exprs], moves: Seen) -> Game:
        """The same players with these gradients, which see these moves of others."""
        game = copy(self)
        game.xi, game.moves, game.known = dict(xi), moves, {}
        return game

    def with_player(self, player: Player, xi: Exprs) -> Game:
        """The game in which `player`, with the gradient xi, replaces the player of the same name."""
        game = self.with_xi({**self.xi, player.agent.name: xi}, self.moves)
        game.players = {**self.players, player.agent.name: player}
        return game


def _player(model: Model, agent: Agent) -> Player:
    states = [v for v in model.variables.values() if v.kind == "state"]
    whole = {v.name: components(v.symbols) for v in states}
    single = {str(e.name): [e] for symbols in whole.values() for e in symbols}
    names: list[str] = []
    symbols: Exprs = []
    gains: list[Any] = []
    variables = []
    for control, gain in agent.controls.items():
        parts = whole.get(control) or single[control]
        variables.append(tuple(range(len(names), len(names) + len(parts))))
        names += [str(e.name) for e in parts]
        symbols += parts
        gains += [gain] * len(parts)
    objective = _effective_objective(model, agent)
    sight = sight_of(model, agent, [objective, agent.declared])
    return Player(agent, tuple(names), tuple(symbols), tuple(gains), tuple(variables), objective, sight)


def _effective_objective(model: Model, agent: Agent) -> Expr:
    result = agent.pursues
    for other, weight in agent.credit.items():
        leaking = model.agents[other].declared
        if leaking.domain.kind != "scalar" and leaking.domain != result.domain:
            raise InputError(
                Problem(
                    f"the objective of {other!r} has {leaking.domain}, that of {agent.name!r} has {result.domain}: "
                    "reduce it with mean(...) or sum(...) before it can leak",
                    f"agents.{agent.name}.credit.{other}",
                )
            )
        try:
            result = result + weight * leaking
        except DomainError as error:
            raise InputError(Problem(str(error), f"agents.{agent.name}.credit.{other}")) from error
    return result
