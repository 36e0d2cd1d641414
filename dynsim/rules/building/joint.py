"""The components of several players as one vector, for rules that solve joint equations."""

from __future__ import annotations

from collections.abc import Sequence

from ...algebra.graph import Expr
from ..base import Exprs, GameView


def own_part(game: GameView, joint: Sequence[Expr], players: Sequence[str]) -> Exprs:
    """The agent's components of a joint vector of these players."""
    owners = [j for j in players for _ in game.xs[j]]
    return [e for e, owner in zip(joint, owners, strict=True) if owner == game.me]


def split(game: GameView, joint: Sequence[Expr], players: Sequence[str]) -> dict[str, Exprs]:
    """A joint vector of these players, player by player."""
    return {j: own_part(game.of(j), joint, players) for j in players}


def has_nodes(game: GameView, players: Sequence[str]) -> bool:
    """Whether one of these players moves a population, for which no matrix can be written out."""
    return any(x.domain.kind != "scalar" for j in players for x in game.xs[j])


def jacobian(game: GameView, players: Sequence[str], own_blocks: bool = True) -> list[Exprs]:
    """The rows of J = Dξ of these players; without own_blocks, those of H_o, which has no diagonal blocks."""
    zero, one = game.graph.constant(0.0), game.graph.constant(1.0)
    columns = []
    for j in players:
        n = len(game.xs[j])
        for k in range(n):
            unit = [one if i == k else zero for i in range(n)]
            column: Exprs = []
            for i in players:
                column += game.of(i).jvp({j: unit}) if own_blocks or i != j else [zero] * n
            columns.append(column)
    return [list(row) for row in zip(*columns, strict=True)]


def shifted_identity(matrix: Sequence[Exprs], factor: Expr | float, shift: Expr | float = 1.0) -> list[Exprs]:
    """shift·I + factor·matrix."""
    return [[factor * e + shift if i == k else factor * e for k, e in enumerate(row)] for i, row in enumerate(matrix)]
