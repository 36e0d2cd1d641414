"""Ready-made games: the players' losses as expressions. One file of this package is one game."""

from .base import GAMES, Game, make

__all__ = ["GAMES", "Game", "make"]
