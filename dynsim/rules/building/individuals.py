"""The N individuals of a finite population: what its rules share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import add

from ...algebra.functions import floor, where
from ...algebra.graph import Expr
from ...settings import Number
from ..base import Exprs, GameView


def counts(x: Sequence[Expr], size: Number) -> Exprs:
    """How many individuals play each strategy: the differences of the rounded N Σ_{j≤i} x_j, which add up to N."""
    ends = [floor(size * share + 0.5) for share in accumulate(x, add)]
    return [ends[0], *(after - before for before, after in pairwise(ends))]


def payoffs(game: GameView, shares: Sequence[int], players: Sequence[Expr], size: Number) -> Exprs:
    """u_i = −ξ_i for an individual of strategy i, whose opponents are all but itself: (k − e_i)/(N − 1).

    A strategy that nobody plays gets the mean payoff, as its opponents would include a negative number of players.
    """
    found = []
    for i, own in enumerate(shares):
        point = list(game.x)
        for j, k in enumerate(shares):
            point[k] = (players[j] - float(i == j)) / (size - 1.0)
        found.append(-game.at({game.me: point}).gradient[own])
    parts = [where(k > 0.0, k * u, 0.0) for k, u in zip(players, found, strict=True)]
    mean = sum(parts[1:], start=parts[0]) / size
    return [where(k > 0.0, u, mean) for k, u in zip(players, found, strict=True)]


def replaced(x: Sequence[Expr], players: Sequence[Expr], size: Number, born: Exprs, dead: Exprs) -> Exprs:
    """The move of the shares when one individual replaces another. born, dead: 1 for the strategy of each, else 0."""
    parts = zip(x, players, born, dead, strict=True)
    return [(k + b - d) / size - a for a, k, b, d in parts]
