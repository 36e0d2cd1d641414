"""Estimates of payoffs and their Boltzmann strategy: what the Q-learning rules share."""

from __future__ import annotations

from collections.abc import Callable

from ...algebra.functions import log, maximum, where
from ...algebra.vector import Vector
from ...settings import Number
from ..base import Exprs, GameView, Update
from .strategies import by_strategy, softmax

SMALLEST = 1e-300
Learned = Callable[[Exprs, Exprs, Exprs], Exprs]


def q_update(game: GameView, temperature: Number, learned: Learned) -> Update:
    """The move to the Boltzmann strategy of the new estimates, learned(x, u, q)."""
    begun = game.counter("begun") > 0.0
    first = by_strategy(game, lambda x, u: estimates(x, temperature))
    now = [where(begun, a, b) for a, b in zip(game.memory("q"), first, strict=True)]
    q = by_strategy(game, learned, now)

    def move(x: Exprs, u: Exprs, q: Exprs) -> Exprs:
        return [s - a for s, a in zip(softmax(q, temperature), x, strict=True)]

    return Update(by_strategy(game, move, q), {"begun": [game.graph.constant(1.0)], "q": q})


def estimates(x: Exprs, temperature: Number) -> Exprs:
    """T·log(x_k/max x): the estimates for which x is the Boltzmann strategy, the best of them 0."""
    most = maximum(Vector(x))
    return [temperature * log(maximum(a / most, SMALLEST)) for a in x]
