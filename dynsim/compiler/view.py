"""The game behind a model, as learning rules see it: effective objectives, their gradients, J·v, Jᵀ·v, other points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..algebra import graph as g
from ..algebra.differentiate import gradient, jvp, own_gradient, substitute
from ..algebra.graph import Expr, Graph
from ..algebra.vector import components
from ..errors import DomainError, InputError, Problem
from ..rules.base import Exprs
from ..system.model import Agent, Model


@dataclass(frozen=True)
class Player:
    """An agent with its controls resolved to components.

    names, symbols: the controlled components. variables: which of them belong to one variable, as positions.
    objective: E = pursues + Σ_j credit_j · declared_j.
    """

    agent: Agent
    names: tuple[str, ...]
    symbols: tuple[Expr, ...]
    gains: tuple[Any, ...]
    variables: tuple[tuple[int, ...], ...]
    objective: Expr

    def gradient_of(self, value: Expr, by: Player) -> Exprs:
        """∇value by the components of `by`, with this agent's path factors; per node where the value is per node."""
        return masked_gradient(value, by.symbols, self.agent)


def masked_gradient(value: Expr, symbols: Sequence[Expr], agent: Agent) -> Exprs:
    """∇value by the symbols through the agent's path factors; a node's own derivative where the value is per node."""
    if not symbols:
        return []
    if value.domain.kind == "scalar":
        return gradient([value], symbols, factors=agent.paths)
    if any(s.domain != value.domain for s in symbols):
        raise InputError(
            Problem(
                f"an objective with {value.domain} moves a variable that has not: reduce it with mean(...) or sum(...)",
                f"agents.{agent.name}",
            )
        )
    return own_gradient(value, symbols, agent.paths)


class Game:
    """All players of a model, and their ξ."""

    def __init__(self, model: Model) -> None:
        self.graph: Graph = model.graph
        self.players = {name: _player(model, agent) for name, agent in model.agents.items()}
        self.xi: dict[str, Exprs] = {name: p.gradient_of(p.objective, p) for name, p in self.players.items()}


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
    return Player(
        agent, tuple(names), tuple(symbols), tuple(gains), tuple(variables), _effective_objective(model, agent)
    )


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


class View:
    """The game as the player `me` sees it, at the current state or at another point (see rules.base.GameView)."""

    def __init__(self, game: Game, me: str, point: Mapping[Expr, Expr] | None = None) -> None:
        self._game = game
        self._point = dict(point or {})
        self.me = me
        self.graph = game.graph
        self.players = tuple(game.players)
        self.controls = game.players[me].names
        self.variables = game.players[me].variables
        self.memories: dict[str, tuple[Exprs, Exprs]] = {}

    def _here(self, values: Sequence[Expr]) -> Exprs:
        return substitute(values, self._point) if self._point else list(values)

    @property
    def x(self) -> Exprs:
        return self.xs[self.me]

    @property
    def objective(self) -> Expr:
        return self._here([self._game.players[self.me].objective])[0]

    @property
    def gradient(self) -> Exprs:
        return self._here(self._game.xi[self.me])

    @property
    def others(self) -> list[str]:
        return [name for name in self.players if name != self.me]

    @property
    def xi(self) -> dict[str, Exprs]:
        return {name: self._here(xi) for name, xi in self._game.xi.items()}

    @property
    def xs(self) -> dict[str, Exprs]:
        return {name: self._here(p.symbols) for name, p in self._game.players.items()}

    @property
    def step(self) -> Expr:
        return g.time(self.graph)

    def of(self, agent: str) -> View:
        return View(self._game, agent, self._point)

    def gradient_of(self, agent: str, by: str) -> Exprs:
        players = self._game.players
        return self._here(players[agent].gradient_of(players[agent].objective, players[by]))

    def jvp(self, v: Mapping[str, Exprs]) -> Exprs:
        held, released = self._hold(v)
        directions: dict[Expr, Expr] = {}
        for name, parts in held.items():
            for symbol, part in zip(self._game.players[name].symbols, parts, strict=True):
                directions[symbol] = directions[symbol] + part if symbol in directions else part
        if not directions:
            return [g.fill(self.graph.constant(0.0), x.domain) for x in self.x]
        products = jvp(self._game.xi[self.me], list(directions), list(directions.values()))
        filled = [g.fill(p, x.domain) for p, x in zip(products, self.x, strict=True)]
        return substitute(filled, self._point | released)

    def vjp(self, v: Mapping[str, Exprs]) -> Exprs:
        held, released = self._hold(v)
        outputs = [xi for name in held for xi in self._game.xi[name]]
        seeds = [part for parts in held.values() for part in parts]
        if not outputs:
            return [g.fill(self.graph.constant(0.0), x.domain) for x in self.x]
        products = gradient(outputs, self._game.players[self.me].symbols, seeds)
        return substitute(products, self._point | released)

    def at(self, points: Mapping[str, Exprs]) -> View:
        here = self.xs
        shifted: dict[Expr, Expr] = {}
        for name, point in points.items():
            for symbol, old, new in zip(self._game.players[name].symbols, here[name], point, strict=True):
                # where agents share a variable, each adds its own displacement to what the others did
                moved = shifted[symbol] + (new - old) if symbol in shifted else self.graph.expr(new)
                shifted[symbol] = g.fill(moved, symbol.domain)
        return View(self._game, self.me, self._point | shifted)

    def memory(self, name: str, init: Any = 0.0) -> Exprs:
        n = len(self.controls)
        slots = [f"{self.me}.{name}" if n == 1 else f"{self.me}.{name}[{k}]" for k in range(n)]
        symbols = [self.graph.symbol(s, x.domain) for s, x in zip(slots, self.x, strict=True)]
        starts = init if isinstance(init, Sequence) else [init] * n
        filled = [g.fill(self.graph.expr(s), x.domain) for s, x in zip(starts, self.x, strict=True)]
        self.memories[name] = (symbols, filled)
        return symbols

    def counter(self, name: str, init: float = 0.0) -> Expr:
        symbol = self.graph.symbol(f"{self.me}.{name}")
        self.memories[name] = ([symbol], [self.graph.constant(init)])
        return symbol

    def _hold(self, v: Mapping[str, Exprs]) -> tuple[Mapping[str, Exprs], dict[Expr, Expr]]:
        """At another point, v as symbols and what they stand for: moving the point must not move v."""
        if not self._point:
            return v, {}
        held: dict[str, Exprs] = {}
        released: dict[Expr, Expr] = {}
        for name, parts in v.items():
            symbols = [
                self.graph.symbol(f"direction of {name}[{k}]", s.domain)
                for k, s in enumerate(self._game.players[name].symbols)
            ]
            held[name] = symbols
            released |= {s: g.fill(part, s.domain) for s, part in zip(symbols, parts, strict=True)}
        return held, released
