"""The contract of a game: settings, and the players' losses as expressions of their actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..algebra.graph import Expr
from ..algebra.value import components
from ..algebra.vector import Vector
from ..errors import InputError, Problem
from ..registry import Registry
from ..settings import Parse, Stated, read

Action = Expr | Vector
Random = Callable[[np.random.Generator], dict[str, Any]]
GAMES: Registry[Any] = Registry("game", "dynsim.games")


@dataclass(frozen=True)
class Example:
    """How a game can be played: every game has an example, with which the contract tests run.

    players: what each player chooses: a "real" number, a "positive" one, a "chance" in (0, 1), (n, one of these words)
    for n such numbers, or n for the shares of n pure strategies. settings: a function of a NumPy generator that gives
    random settings, with numbers as floats. symmetric: whether exchanging players exchanges their losses.
    """

    players: Sequence[Any]
    settings: Random = lambda rng: {}
    symmetric: bool = False


@dataclass(frozen=True)
class Game:
    """Base of all games. Subclasses are frozen dataclasses whose fields are settings (dynsim.settings).

    name: its name in scenarios. example: how it can be played.
    """

    name: ClassVar[str]
    example: ClassVar[Example]

    @classmethod
    def mistakes(cls, settings: Mapping[str, Any]) -> Iterable[Problem]:
        """Problems with the combination of settings that are valid one by one. The settings are as the user wrote them:
        numbers, texts, lists."""
        return ()

    def mixed(self, actions: Sequence[Action]) -> Sequence[Action]:
        """The actions that are mixed strategies: shares of 0 or more that sum to 1, or a single probability."""
        return ()

    def losses(self, actions: Sequence[Action]) -> Vector:
        """The loss of every player, to be minimised. actions: one expression or vector for each player. InputError for
        actions of the wrong number or shape."""
        raise NotImplementedError

    def one_round(self) -> tuple[Vector, Any] | None:
        """The payoff array of every player in one round, with one axis per player, and the factor that turns a loss
        into the mean loss of a round; None for a game without such a table."""
        return None


class GameSpec(Stated):
    """A game as a script states it: a name and raw settings, without the players' actions."""


def make(name: str, settings: Mapping[str, Any], parse_number: Parse, parse_expression: Parse) -> Game:
    """The game `name` with its settings (without the actions), read by the caller's parsers: parse(key, raw)."""
    game: Game = read(GAMES, name, settings, parse_number, parse_expression)
    return game


def expect_actions(actions: Sequence[Action], lengths: Sequence[int | None]) -> None:
    """Raise InputError unless there is one action for every length, with that many components (None: any number)."""
    if len(actions) != len(lengths):
        raise InputError(Problem(f"expected {len(lengths)} actions, one per player, got {len(actions)}", "actions"))
    for k, (action, length) in enumerate(zip(actions, lengths, strict=True)):
        found = len(components(action))
        if length is not None and found != length:
            raise InputError(Problem(f"expected {length} components, got {found}", f"actions[{k}]"))


def numbers(actions: Sequence[Action]) -> list[Expr]:
    """The actions of players who choose one number each; InputError if one has more."""
    expect_actions(actions, (1,) * len(actions))
    return [components(action)[0] for action in actions]


def per_player(value: Any, players: int, key: str) -> Vector:
    """A setting with one number for each player; a single number applies to all. InputError for another shape."""
    if not isinstance(value, Vector):
        return Vector([value] * players)
    if shape_of(value) != (players,):
        found = _text(shape_of(value))
        raise InputError(Problem(f"expected one number for each of {players} players, got {found}", key))
    return value


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of nested vectors; () of a number."""
    return (len(value), *shape_of(value[0])) if isinstance(value, Vector) else ()


def expect_shape(value: Any, shape: tuple[int, ...], key: str) -> None:
    """Raise InputError unless nested vectors have this shape."""
    found = shape_of(value)
    if found != shape:
        raise InputError(Problem(f"expected an array of shape {_text(shape)}, got {_text(found)}", key))


def _text(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "a single number"
