"""Ready-made games: the players' losses as expressions. One file of this package is one game.

`dynsim.games.cournot(price=9, costs=1)` states one in a script:

    s.game("market", ds.games.cournot(price=9, costs=1), actions=[x, y])
"""

from __future__ import annotations

from collections.abc import Callable

from ..settings import named, offer
from .base import GAMES, Game, GameSpec, make

__all__ = ["GAMES", "Game", "GameSpec", "make"]

offer(GAMES, GameSpec, globals())


def __getattr__(name: str) -> Callable[..., GameSpec]:
    return named(GAMES, GameSpec, name, "game")


def __dir__() -> list[str]:
    return [*__all__, *GAMES.names()]
