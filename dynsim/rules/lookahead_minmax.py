"""Lookahead–minmax: averages the steps of a rule with their starting point."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.functions import floor, where
from ..errors import InputError, Problem
from ..settings import Number, nested, number
from .base import RULES, Exprs, GameView, Rule, Update


@RULES.register
@dataclass(frozen=True)
class LookaheadMinmax(Rule):
    """x moves by `rule`; after every `period` moves x ← slow + share·(x − slow), slow ← x (Chavdarova et al. 2021).

    All own components are averaged together, after the move of `rule` (Zhang et al. 2019 for one objective). Players
    who all use this rule with the same period are averaged at the same time, as in the source. Spaces and gains do not
    act on the intermediate points. Memory: slow, which starts at the first x, the number of moves, and the memory of
    `rule`.
    """

    name: ClassVar[str] = "lookahead_minmax"
    populations = True

    rule: Any = nested(RULES, doc="the rule that makes the fast moves")
    period: Number = number(5, at_least=1, whole=True, doc="so many moves are made before x goes back")
    share: Number = number(0.5, above=0, at_most=1, doc="share of the way from slow to x that is kept")

    def update(self, game: GameView) -> Update:
        learned = self.rule.update(game)
        if "slow" in learned.memory:
            raise InputError(Problem("a rule that goes back cannot be a part of another one that does", "rule"))
        n = game.counter("fast") + 1.0
        back = floor(n / self.period) * self.period >= n
        slow = [where(n > 1.0, s, x) for s, x in zip(game.memory("slow"), game.x, strict=True)]
        moves, kept = [], []
        for x, u, s in zip(game.x, learned.move, slow, strict=True):
            after = where(back, s + self.share * (x + u - s), x + u)
            moves.append(where(back, s + self.share * (x + u - s) - x, u))
            kept.append(where(back, after, s))
        return Update(moves, {**learned.memory, "fast": [n], "slow": kept})

    def flow(self, game: GameView) -> Exprs | None:
        """The share of the inner rule's flow, with time = the inner rule's rate · steps."""
        fast = self.rule.flow(game)
        if fast is None and "continuous" in self.rule.clocks and hasattr(self.rule, "rate"):
            fast = [u / self.rule.rate for u in self.rule.update(game).move]
        return None if fast is None else [self.share * u for u in fast]

    def problems(self, *, clock: str, controls: int, population: bool, off_simplex: Sequence[str]) -> list[str]:
        at = {"clock": clock, "controls": controls, "population": population, "off_simplex": off_simplex}
        own = super().problems(clock=clock, controls=controls, population=population, off_simplex=off_simplex)
        return list(dict.fromkeys(own + self.rule.problems(**at)))
