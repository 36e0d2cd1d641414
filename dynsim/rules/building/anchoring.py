"""An anchor at the start: what the anchored extragradient methods share."""

from __future__ import annotations

from ...algebra.functions import where
from ...algebra.graph import Expr
from ..base import Exprs, GameView, remembered


def anchored(game: GameView) -> tuple[Expr, dict[str, Exprs], dict[str, Exprs]]:
    """The number of the agent's moves so far, everybody's position at its first move, and the new memory of both."""
    k = game.counter("moves")
    anchors: dict[str, Exprs] = {}
    for j in game.company:
        last = zip(game.memory("anchor", of=j), game.xs[j], strict=True)
        anchors[j] = [where(k > 0.0, anchor, now) for anchor, now in last]
    return k, anchors, {"moves": [k + 1.0], **{remembered("anchor", j): anchor for j, anchor in anchors.items()}}
