"""The game as one agent's learning rule sees it: gradients, J·v, Jᵀ·v, other points, memory, random numbers.

rules/base.py documents what a rule can ask; here is how it is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from ...algebra import leaves
from ...algebra.differentiate import gradient, jvp, own_gradient
from ...algebra.graph import Expr, fill
from ...algebra.substitute import substitute
from ...errors import DomainError, shown
from ...rules.base import Exprs, remembered
from .game import Game


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
        player = self._game.players[self.me]
        return self._here([player.sight.seen(player.objective)])[0]

    @property
    def gradient(self) -> Exprs:
        return self._here(self._game.xi[self.me])

    @property
    def others(self) -> list[str]:
        return [name for name in self.players if name != self.me]

    @property
    def company(self) -> list[str]:
        symbols = {name: {x.index for x in p.symbols} for name, p in self._game.players.items()}
        read = {name: set(self.graph.reachable(xi)) for name, xi in self._game.xi.items()}
        # the connected component of the graph "i's gradient reads j's variables", in either direction
        found, waiting = {self.me}, [self.me]
        while waiting:
            i = waiting.pop()
            near = [j for j in self.players if j not in found and (read[i] & symbols[j] or read[j] & symbols[i])]
            found.update(near)
            waiting += near
        return [name for name in self.players if name in found]

    @property
    def xi(self) -> dict[str, Exprs]:
        return {name: self._here(xi) for name, xi in self._game.xi.items()}

    @property
    def xs(self) -> dict[str, Exprs]:
        return {name: self._here(p.symbols) for name, p in self._game.players.items()}

    @property
    def step(self) -> Expr:
        return leaves.time(self.graph)

    def of(self, agent: str) -> View:
        return View(self._game, agent, self._point)

    def gradient_of(self, agent: str, by: str) -> Exprs:
        players = self._game.players
        if agent == by:
            return self._here(self._game.xi[agent])
        return self._here(self._once((agent, by), lambda: players[agent].gradient_by(players[by])))

    def jvp(self, v: Mapping[str, Exprs]) -> Exprs:
        return self._product("jvp", v, self._jvp)

    def vjp(self, v: Mapping[str, Exprs]) -> Exprs:
        return self._product("vjp", v, self._vjp)

    def reaction(self, v: Mapping[str, Exprs]) -> Exprs:
        # Where every node learns, the other nodes are among "the others": only each node's own block is left out.
        if not self._nodes_are_learners:
            return self.jvp({name: parts for name, parts in v.items() if name != self.me})
        return self._without_own(self.jvp(v), v, self._own_block)

    def reaction_back(self, v: Mapping[str, Exprs]) -> Exprs:
        if not self._nodes_are_learners:
            return self.vjp({name: parts for name, parts in v.items() if name != self.me})
        return self._without_own(self.vjp(v), v, [list(column) for column in zip(*self._own_block, strict=True)])

    @property
    def _nodes_are_learners(self) -> bool:
        return self._game.players[self.me].objective.domain.kind == "node"

    @property
    def _own_block(self) -> list[Exprs]:
        """The derivatives of every node's ξ by the node's own components."""
        symbols = self._game.players[self.me].symbols
        return [self._here(own_gradient(xi, symbols)) for xi in self._game.xi[self.me]]

    def _without_own(self, products: Exprs, v: Mapping[str, Exprs], block: Sequence[Exprs]) -> Exprs:
        if self.me not in v:
            return products
        own = [sum((a * b for a, b in zip(row, v[self.me], strict=True)), self.graph.constant(0.0)) for row in block]
        return [product - part for product, part in zip(products, own, strict=True)]

    def pull_back(self, outputs: Exprs, v: Exprs) -> Exprs:
        seeds = [fill(part, y.domain) for part, y in zip(v, outputs, strict=True)]
        return gradient(outputs, self._game.players[self.me].symbols, seeds)

    def slope(self, value: Expr) -> Exprs:
        player = self._game.players[self.me]
        return self._here(player.sight.gradient(value, player.symbols))

    @property
    def curvature(self) -> list[Exprs]:
        player = self._game.players[self.me]
        return [self._here(player.sight.again(xi, player.symbols)) for xi in self._game.xi[self.me]]

    def _product(self, kind: str, v: Mapping[str, Exprs], compute: Callable[[Mapping[str, Exprs]], Exprs]) -> Exprs:
        direction = tuple((name, tuple(parts)) for name, parts in v.items())
        # the point is part of the key: the same direction elsewhere is another product
        return self._once((kind, self.me, frozenset(self._point.items()), direction), lambda: compute(v))

    def _once(self, key: Hashable, compute: Callable[[], Exprs]) -> Exprs:
        known = self._game.known
        if key not in known:
            known[key] = compute()
        return list(known[key])

    def _jvp(self, v: Mapping[str, Exprs]) -> Exprs:
        held, released = self._hold(v)
        directions: dict[Expr, Expr] = {}
        for name, parts in held.items():
            for symbol, part in zip(self._game.players[name].symbols, parts, strict=True):
                directions[symbol] = directions[symbol] + part if symbol in directions else part
        if not directions:
            return [fill(self.graph.constant(0.0), x.domain) for x in self.x]
        products = jvp(self._game.xi[self.me], list(directions), list(directions.values()))
        filled = [fill(p, x.domain) for p, x in zip(products, self.x, strict=True)]
        return substitute(filled, self._point | released)

    def _vjp(self, v: Mapping[str, Exprs]) -> Exprs:
        held, released = self._hold(v)
        outputs = [xi for name in held for xi in self._game.xi[name]]
        seeds = [part for parts in held.values() for part in parts]
        if not outputs:
            return [fill(self.graph.constant(0.0), x.domain) for x in self.x]
        products = gradient(outputs, self._game.players[self.me].symbols, seeds)
        return substitute(products, self._point | released)

    def at(self, points: Mapping[str, Exprs]) -> View:
        here = self.xs
        shifted: dict[Expr, Expr] = {}
        for name, point in points.items():
            for symbol, old, new in zip(self._game.players[name].symbols, here[name], point, strict=True):
                # Where agents share a variable, each adds its own displacement to what the others did
                moved = shifted[symbol] + (new - old) if symbol in shifted else self.graph.expr(new)
                shifted[symbol] = fill(moved, symbol.domain)
        return View(self._game, self.me, self._point | shifted)

    def imagined(self, x: Exprs) -> View:
        player = self._game.players[self.me]
        there = dict(zip(player.symbols, x, strict=True))
        # Derived variables move along, but by the path factor's share only: the agent imagines the world as it sees it.
        factors = player.sight.factors
        for index in self.graph.reachable([*self._game.xi[self.me], *(e for row in self.curvature for e in row)]):
            seen = Expr(self.graph, index)
            if seen.op == "named" and seen.node.data in factors:
                moved = substitute(seen.args, there)[0]
                if moved != seen.args[0]:
                    there[seen] = seen + factors[str(seen.node.data)] * (moved - seen)
        return View(self._game, self.me, self._point | there)

    def memory(self, name: str, init: Any = 0.0, of: str | None = None) -> Exprs:
        components = self._game.players[of or self.me].symbols
        n, name = len(components), remembered(name, of)
        slots = [f"{self.me}.{name}" if n == 1 else f"{self.me}.{name}[{k}]" for k in range(n)]
        symbols = [self.graph.symbol(s, x.domain) for s, x in zip(slots, components, strict=True)]
        starts = init if isinstance(init, Sequence) else [init] * n
        filled = [fill(self.graph.expr(s), x.domain) for s, x in zip(starts, components, strict=True)]
        self.memories[name] = (symbols, filled)
        return symbols

    def counter(self, name: str, init: float = 0.0) -> Expr:
        symbol = self.graph.symbol(f"{self.me}.{name}")
        self.memories[name] = ([symbol], [self.graph.constant(init)])
        return symbol

    def normals(self, name: str) -> Exprs:
        return [leaves.noise(self.graph, leaf, x.domain) for leaf, x in self._leaves(name)]

    def uniforms(self, name: str) -> Exprs:
        return [leaves.uniform(self.graph, leaf, x.domain) for leaf, x in self._leaves(name)]

    def _leaves(self, name: str) -> list[tuple[str, Expr]]:
        """The name of the random leaf of every component, which is no slot's name, with the component."""
        streams = [self._game.streams.get(control, control) for control in self.controls]
        twice = next((s for s in streams if streams.count(s) > 1), None)
        if twice is not None:
            both = ", ".join(c for c, s in zip(self.controls, streams, strict=True) if s == twice)
            raise DomainError(
                f"the rule draws a random number for each of {both}, which have the same `draw` {shown(twice)}: "
                "the numbers would be the same"
            )
        return [(f"{self.me}.{name}.{stream}", x) for stream, x in zip(streams, self.x, strict=True)]

    def _hold(self, v: Mapping[str, Exprs]) -> tuple[Mapping[str, Exprs], dict[Expr, Expr]]:
        """At another point, symbols in place of v and what they stand for: replacing the state must not change v."""
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
            released |= {s: fill(part, s.domain) for s, part in zip(symbols, parts, strict=True)}
        return held, released
