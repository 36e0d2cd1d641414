"""Ready-made games: the players' losses as expressions. One file of this package is one game.

`dynsim.games.cournot(price=9, costs=1)` states one in a script:

    s.game("market", ds.games.cournot(price=9, costs=1), actions=[x, y])
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import suggest
from ..settings import stating
from .base import GAMES, Game, GameSpec, make

__all__ = ["GAMES", "Game", "GameSpec", "make"]


def __getattr__(name: str) -> Callable[..., GameSpec]:
    if name in GAMES.names():  # registered from outside, after this module was imported
        return stating(GAMES, GameSpec, name)
    near = "" if name.startswith("__") else suggest(name, GAMES.names())
    raise AttributeError(f"there is no game {name!r}{near}")


def __dir__() -> list[str]:
    return [*__all__, *GAMES.names()]


# A game's file and the game have the same name: here the name means the function that states the game.
globals().update({name: stating(GAMES, GameSpec, name) for name in GAMES.names()})
