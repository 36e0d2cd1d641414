"""Duels: games of two players who control one number each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dynsim as ds

Losses = Callable[[Any, Any], Sequence[Any]]


def duel(game: str | Losses, rules: Any, start: Sequence[float] = (1.0, 0.0), **settings: Any) -> ds.System:
    """Players `one` and `two`, who control x and y. game: the name of a game, which has the `settings`, or the losses
    as a function of x and y. rules: one for both players, or a list of two.
    """
    system = ds.System("two players")
    x, y = system.state("x", init=start[0]), system.state("y", init=start[1])
    losses = system.game("game", game, actions=[x, y], **settings) if isinstance(game, str) else game(x, y)
    both = rules if isinstance(rules, list | tuple) else (rules, rules)
    for name, own, loss, rule in zip(("one", "two"), (x, y), losses, both, strict=True):
        system.agent(name, controls=own, declared=loss, rule=rule)
    return system


def rotation(strength: float = 1.0) -> Losses:
    """L₁ = a·xy = −L₂: min over x, max over y of a·xy."""

    def losses(x: Any, y: Any) -> Sequence[Any]:
        return strength * x * y, -strength * x * y

    return losses
