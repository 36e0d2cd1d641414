"""Opponent shaping: whether an agent's rule takes into account how others learn from its moves."""

from __future__ import annotations

from copy import copy

import numpy as np

from ...algebra.graph import Expr
from ...algebra.structural import total
from ...algebra.substitute import substitute
from ...arrays import Flags
from ...compiler.applying.game import Game
from ...compiler.applying.moves import ruled
from ...compiler.applying.view import View
from ..reading.sampling import TICKS, evaluated, sampled
from ..reading.study import Study

SAME = 1e-9  # of the move: a smaller difference is rounding


def shaped_by_rule(study: Study, game: Game, name: str) -> dict[str, Flags]:
    """The agents j whose learning the agent `name` shapes, with the replicas, (R,), in which it does.

    The agent shapes j if its move depends on the derivatives of ξ_j by its own controls. Every opponent-shaping rule
    has this property (Foerster et al. 2018; Letcher et al. 2019), and a rule that merely anticipates the others' next
    step has not. The test sets these derivatives to 0 and compares the moves at recorded states.
    """
    others = [other for other in game.players if other != name]
    whole = _moves(game, name)
    if _held(game, name, others) == whole:
        return {}
    block = sampled(study, TICKS)
    found = {}
    for other in others:
        pairs = zip(whole, _held(game, name, [other]), strict=True)
        values = evaluated(study, block, [part for a, b in pairs for part in (total((a - b) ** 2), total(a * a))])
        change, size = (np.nan_to_num(values[k::2].sum(axis=0), posinf=0.0) for k in (0, 1))
        depends = (change > SAME**2 * size).any(axis=0)
        if depends.any():
            found[other] = depends
    return found


def _moves(game: Game, name: str) -> list[Expr]:
    return list(ruled(View(game, name), game.players[name])[0].values())


def _held(game: Game, name: str, others: list[str]) -> list[Expr]:
    """The moves of the agent `name` if the gradients of `others` did not depend on what it controls."""
    graph, own = game.graph, game.players[name].symbols
    stand_ins = {symbol: graph.symbol(f"held {symbol.name}", symbol.domain) for symbol in own}
    held = copy(game)
    held.xi = {j: substitute(xi, stand_ins) if j in others else xi for j, xi in game.xi.items()}
    pairs = {(i, j) for i in game.players for j in game.players}
    held.known = {key: parts for key, parts in game.known.items() if key in pairs}  # cross gradients know no ξ
    return substitute(_moves(held, name), {stand_in: symbol for symbol, stand_in in stand_ins.items()})
