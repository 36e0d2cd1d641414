"""A mixture of a heuristic and a learning rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..settings import Number, expression, nested, number
from .base import BOTH_CLOCKS, RULES, GameView, Rule, Update, per_component


@RULES.register
@dataclass(frozen=True)
class Blend(Rule):
    """(1−ρ)·rate·(target − x) + ρ·(the rule's move): ρ = 0 is a pure heuristic, ρ = 1 pure learning.

    The share ρ may be a state variable that another agent moves: the degree to which the system optimizes is then
    endogenous.
    """

    name: ClassVar[str] = "blend"
    clocks = BOTH_CLOCKS
    populations = True

    share: Number = number(at_least=0, at_most=1, doc="ρ, the share of the learning rule")
    target: Any = expression(doc="where the heuristic draws the controlled variable; a mapping for several")
    rule: Any = nested(RULES, doc="the learning rule")
    rate: Number = number(1.0, at_least=0, doc="share of the way to the target that the heuristic makes in one step")

    def update(self, game: GameView) -> Update:
        learned = self.rule.update(game)
        targets = per_component(game, self.target, "target")
        reflex = [self.rate * (h - x) for h, x in zip(targets, game.x, strict=True)]
        mixed = [(1.0 - self.share) * h + self.share * u for h, u in zip(reflex, learned.move, strict=True)]
        return Update(mixed, learned.memory)

    def problems(self, *, clock: str, controls: int, population: bool, off_simplex: Sequence[str]) -> list[str]:
        found: list[str] = self.rule.problems(
            clock=clock, controls=controls, population=population, off_simplex=off_simplex
        )
        return found
