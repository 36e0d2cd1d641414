"""One of several rules, selected by its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

from ..algebra.functions import equal, where
from ..algebra.graph import Expr
from ..settings import Number, nested_list, number
from .base import BOTH_CLOCKS, RULES, Exprs, GameView, Rule, Update, remembered


@RULES.register
@dataclass(frozen=True)
class OneOf(Rule):
    """The move of the rule with number `which`, counted from 0; for any other number the agent does not move.

    With a parameter as `which`, a sweep can vary the learning rule like any number, and every pair of rules is a point
    of one grid. Every rule has a memory of its own, which does not change while another rule moves.
    """

    name: ClassVar[str] = "one_of"
    clocks = BOTH_CLOCKS
    populations = True

    which: Number = number(at_least=0, whole=True, doc="the number of the rule that moves, from 0")
    rules: Any = nested_list(RULES, doc="the rules to choose from")

    def update(self, game: GameView) -> Update:
        parts = [_Part(game, f"rule{k}.") for k in range(len(self.rules))]
        updates: list[Update] = [
            rule.update(cast(GameView, part)) for rule, part in zip(self.rules, parts, strict=True)
        ]
        which = game.graph.expr(self.which)
        chosen = [equal(which, float(k)) for k in range(len(self.rules))]
        move: Exprs = [game.graph.constant(0.0) for _ in game.x]
        for mine, update in reversed(list(zip(chosen, updates, strict=True))):
            move = [where(mine, a, b) for a, b in zip(update.move, move, strict=True)]
        memory: dict[str, Exprs] = {}
        for mine, part, update in zip(chosen, parts, updates, strict=True):
            for name, new in update.memory.items():
                kept = part.kept[name]
                memory[part.prefix + name] = [where(mine, a, b) for a, b in zip(new, kept, strict=True)]
        return Update(move, memory)

    def problems(self, *, clock: str, controls: int, population: bool, off_simplex: Sequence[str]) -> list[str]:
        of_each = [
            rule.problems(clock=clock, controls=controls, population=population, off_simplex=off_simplex)
            for rule in self.rules
        ]
        return list(dict.fromkeys(message for messages in of_each for message in messages))


@dataclass
class _Part:
    """The game as one of the rules sees it: the same game, with memories under names of their own."""

    game: GameView
    prefix: str
    kept: dict[str, Exprs] = field(default_factory=dict)

    def memory(self, name: str, init: Any = 0.0, of: str | None = None) -> Exprs:
        values = self.game.memory(self.prefix + name, init, of)
        self.kept[remembered(name, of)] = values
        return values

    def counter(self, name: str, init: float = 0.0) -> Expr:
        value = self.game.counter(self.prefix + name, init)
        self.kept[name] = [value]
        return value

    def __getattr__(self, name: str) -> Any:
        return getattr(self.game, name)
