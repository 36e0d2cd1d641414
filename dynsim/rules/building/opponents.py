"""The others' next steps, anticipated and shaped: what lookahead, LOLA and stable opponent shaping share."""

from __future__ import annotations

from ...settings import Number
from ..base import Exprs, GameView


def looking_ahead(game: GameView, foresight: Number) -> Exprs:
    """This agent's rows of ξ − α H_o ξ."""
    reaction = game.jvp({j: game.xi[j] for j in game.others})
    return [xi - foresight * r for xi, r in zip(game.gradient, reaction, strict=True)]


def shaping(game: GameView) -> Exprs:
    """This agent's rows of χ: how much a change of its components makes the others' next steps help it."""
    return game.vjp({j: game.gradient_of(game.me, by=j) for j in game.others})
