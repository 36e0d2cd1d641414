"""Ready-made games: the players' losses as expressions. One file of this package is one game."""

from typing import Any

from ..errors import suggest
from .base import GAMES, Game, make

__all__ = ["GAMES", "Game", "make"]


def __getattr__(name: str) -> Any:
    near = "" if name.startswith("__") else suggest(name, GAMES.names())
    raise AttributeError(f"there is no game {name!r}{near}")
