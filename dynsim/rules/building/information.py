"""What a rule needs to know of the game: it plays one that only records what it is asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from ...algebra import leaves
from ...algebra.graph import Expr, Graph
from ...algebra.vector import Vector
from ...settings import (
    ArraySetting,
    ChoiceSetting,
    CountSetting,
    ExpressionSetting,
    NestedListSetting,
    NestedSetting,
    NumberSetting,
    settings_of,
)
from ..base import Exprs, GameView, Rule, Update, remembered

NEEDS = (
    "own gradient", "others' gradients", "cross gradients", "gradients of given objectives", "gradients elsewhere",
    "own value", "values elsewhere", "own Hessian", "J·v", "Jᵀ·v", "time", "memory", "random numbers",
    "what its rule needs",
)  # fmt: skip
PLAYERS = ("me", "you")
COMPONENTS = 2


@cache
def needs(rule: type[Rule]) -> list[str]:
    """What the rule asks of its view of the game, with any of its options: some of NEEDS, in their order."""
    asked: set[str] = set()
    graph = Graph()
    for example in _examples(rule, graph):
        view = _Asked(asked, graph)
        update = example.update(cast(GameView, view))
        outputs = [e for part in (update.move, *update.memory.values()) for e in part if isinstance(e, Expr)]
        if view.objective.index in view.graph.reachable(outputs):
            asked.add("own value")
    kinds = settings_of(rule).values()
    if any(isinstance(kind, NestedSetting | NestedListSetting) for kind in kinds):
        asked.add("what its rule needs")
    return [need for need in NEEDS if need in asked]


def looks_at_objectives(rule: Rule) -> bool:
    """Whether this rule, or a nested one, asks for a value or a derivative of any objective."""
    settings = [getattr(rule, field.name) for field in dataclasses.fields(rule)]
    parts = [part for value in settings for part in (value if isinstance(value, tuple) else (value,))]
    kind: Any = type(rule)
    asks = any(need not in ("time", "memory", "random numbers", "what its rule needs") for need in needs(kind))
    return asks or any(looks_at_objectives(part) for part in parts if isinstance(part, Rule))


class _Nothing(Rule):
    """A nested rule that asks for nothing."""

    name = "nothing"

    def update(self, game: GameView) -> Update:
        return Update([game.graph.constant(0.0) for _ in game.x])


def _examples(rule: type[Rule], graph: Graph) -> Iterator[Rule]:
    """The rule with some value for every required setting; again for every option of a choice, with each optional
    expression, and with every count increased by one.
    """
    settings = settings_of(rule)
    missing = dataclasses.MISSING
    given = {f.name: _some(settings[f.name], graph) for f in dataclasses.fields(rule) if f.default is missing}
    yield rule(**given)
    for name, kind in settings.items():
        if isinstance(kind, ChoiceSetting):
            for option in kind.options[1:]:
                yield rule(**given | {name: option})
        elif isinstance(kind, ExpressionSetting) and name not in given:
            yield rule(**given | {name: _some(kind, graph)})
        elif isinstance(kind, CountSetting):
            yield rule(**given | {name: getattr(rule, name) + 1})


def _some(kind: Any, graph: Graph) -> Any:
    match kind:
        case NumberSetting() | CountSetting():
            return kind.example
        case ArraySetting():
            return Vector([1.0 / COMPONENTS] * COMPONENTS)
        case NestedSetting():
            return _Nothing()
        case NestedListSetting():
            return (_Nothing(), _Nothing())
    return Vector([graph.constant(0.3)] * COMPONENTS)


class _Asked:
    """A game of two players that answers with symbols and records the questions (see base.GameView)."""

    def __init__(self, asked: set[str], graph: Graph, me: str = PLAYERS[0], elsewhere: bool = False):
        self._asked, self._elsewhere = asked, elsewhere
        self.me, self.graph, self.players = me, graph, PLAYERS
        self.controls = tuple(f"{me}[{k}]" for k in range(COMPONENTS))
        self.variables = (tuple(range(COMPONENTS)),)

    def _symbols(self, name: str) -> Exprs:
        return [self.graph.symbol(f"{name}[{k}]") for k in range(COMPONENTS)]

    def _gradient(self, name: str, need: str) -> Exprs:
        if self._elsewhere:
            self._asked.add("gradients elsewhere")
        if need == "cross gradients" or not self._elsewhere:
            self._asked.add(need)
        return self._symbols(name)

    @property
    def x(self) -> Exprs:
        return self._symbols(self.me)

    @property
    def xs(self) -> dict[str, Exprs]:
        return {name: self._symbols(name) for name in self.players}

    @property
    def objective(self) -> Expr:
        if self._elsewhere:
            self._asked.add("values elsewhere")
        return self.graph.symbol("objective")

    @property
    def gradient(self) -> Exprs:
        return self._gradient(f"gradient of {self.me}", self._whose(self.me))

    @property
    def xi(self) -> dict[str, Exprs]:
        return {name: self._gradient(f"gradient of {name}", self._whose(name)) for name in self.players}

    def _whose(self, name: str) -> str:
        return "own gradient" if name == PLAYERS[0] else "others' gradients"

    @property
    def others(self) -> list[str]:
        return [name for name in self.players if name != self.me]

    @property
    def company(self) -> list[str]:
        return list(self.players)

    @property
    def step(self) -> Expr:
        self._asked.add("time")
        return leaves.time(self.graph)

    @property
    def curvature(self) -> list[Exprs]:
        self._asked.add("own Hessian")
        return [self._symbols(f"curvature[{k}]") for k in range(COMPONENTS)]

    def of(self, agent: str) -> _Asked:
        return _Asked(self._asked, self.graph, agent, self._elsewhere)

    def gradient_of(self, agent: str, by: str) -> Exprs:
        return self._gradient(f"gradient of {agent} by {by}", self._whose(by) if agent == by else "cross gradients")

    def slope(self, value: Expr) -> Exprs:
        return self._gradient("slope", "gradients of given objectives")

    def jvp(self, v: Mapping[str, Exprs]) -> Exprs:
        self._asked.add("J·v")
        return self._symbols(f"jvp of {self.me}")

    def vjp(self, v: Mapping[str, Exprs]) -> Exprs:
        self._asked.add("Jᵀ·v")
        return self._symbols(f"vjp of {self.me}")

    def reaction(self, v: Mapping[str, Exprs]) -> Exprs:
        return self.jvp(v)

    def reaction_back(self, v: Mapping[str, Exprs]) -> Exprs:
        return self.vjp(v)

    def pull_back(self, outputs: Exprs, v: Exprs) -> Exprs:
        self._asked.add("Jᵀ·v")
        return self._symbols(f"pulled back to {self.me}")

    def at(self, points: Mapping[str, Exprs]) -> _Asked:
        return _Asked(self._asked, self.graph, self.me, elsewhere=True)

    def imagined(self, x: Exprs) -> _Asked:
        return self.at({self.me: x})

    def memory(self, name: str, init: Any = 0.0, of: str | None = None) -> Exprs:
        self._asked.add("memory")
        return self._symbols(f"memory {remembered(name, of)}")

    def counter(self, name: str, init: float = 0.0) -> Expr:
        self._asked.add("memory")
        return self.graph.symbol(f"counter {name}")

    def normals(self, name: str) -> Exprs:
        self._asked.add("random numbers")
        return self._symbols(f"normal {name}")

    def uniforms(self, name: str) -> Exprs:
        self._asked.add("random numbers")
        return self._symbols(f"uniform {name}")
