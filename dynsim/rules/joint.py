"""All players' components as one vector: what rules need that solve the whole game's equations."""

from __future__ import annotations

from collections.abc import Sequence

from ..algebra.graph import Expr
from .base import Exprs, GameView


def owners(game: GameView) -> list[str]:
    """The player that every component of the joint vector belongs to."""
    return [j for j in game.players for _ in game.xs[j]]


def own_part(game: GameView, joint: Sequence[Expr]) -> Exprs:
    """The agent's own components of a joint vector."""
    return [e for e, owner in zip(joint, owners(game), strict=True) if owner == game.me]


def split(game: GameView, joint: Sequence[Expr]) -> dict[str, Exprs]:
    """A joint vector, player by player."""
    return {j: own_part(game.of(j), joint) for j in game.players}


def jacobian(game: GameView, own_blocks: bool = True) -> list[Exprs]:
    """The rows of J = Dξ; without the diagonal blocks, of H_o, where a player's own components stay put."""
    zero, one = game.graph.constant(0.0), game.graph.constant(1.0)
    columns = []
    for j in game.players:
        n = len(game.xs[j])
        for k in range(n):
            unit = [one if i == k else zero for i in range(n)]
            column: Exprs = []
            for i in game.players:
                column += game.of(i).jvp({j: unit}) if own_blocks or i != j else [zero] * n
            columns.append(column)
    return [list(row) for row in zip(*columns, strict=True)]
