"""Games at given points: their losses and slopes as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dynsim.algebra.differentiate import gradient
from dynsim.algebra.graph import Graph
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.value import components
from dynsim.algebra.vector import Vector
from dynsim.games import Game, make

Point = Sequence[Any]


def plain(key: str, raw: Any) -> Any:
    """Settings as they are: numbers as numbers, lists as vectors."""
    return raw


def game_of(name: str, settings: Mapping[str, Any]) -> Game:
    return make(name, settings, plain, plain)


def interior(players: Sequence[Any], rng: np.random.Generator) -> list[Any]:
    """A random interior point: for each player a number, or an array."""
    sample: dict[str, Callable[[Any], Any]] = {
        "real": lambda n: rng.normal(size=n),
        "positive": lambda n: rng.uniform(0.2, 2.0, size=n),
        "chance": lambda n: rng.uniform(0.05, 0.95, size=n),
    }
    point: list[Any] = []
    for player in players:
        if isinstance(player, str):
            point.append(float(sample[player](None)))
        elif isinstance(player, int):
            point.append(rng.dirichlet(np.full(player, 2.0)))
        else:
            point.append(sample[player[1]](player[0]))
    return point


def symbols_of(graph: Graph, point: Point) -> tuple[list[Any], dict[str, Any]]:
    """Symbols for every player's action, and the values of their components."""
    actions: list[Any] = []
    values: dict[str, Any] = {}
    for k, action in enumerate(point):
        if np.ndim(action):
            actions.append(Vector(graph.symbol(f"x{k}[{i}]") for i in range(len(action))))
            values |= {f"x{k}[{i}]": x for i, x in enumerate(action)}
        else:
            actions.append(graph.symbol(f"x{k}"))
            values[f"x{k}"] = action
    return actions, values


def losses(name: str, settings: Mapping[str, Any], *point: Any) -> list[float]:
    """The losses at given actions, numbers or lists of them."""
    actions, values = symbols_of(Graph(), point)
    return [float(x) for x in evaluate(list(game_of(name, settings).losses(actions)), values)]


def slopes(name: str, settings: Mapping[str, Any], *point: Any) -> np.ndarray[Any, Any]:
    """∂L_i/∂z_k of every player's loss by all components of all actions, in order."""
    actions, values = symbols_of(Graph(), point)
    by = [c for action in actions for c in components(action)]
    return np.array([evaluate(gradient([loss], by), values) for loss in game_of(name, settings).losses(actions)], float)


def xi(name: str, settings: Mapping[str, Any], *point: Any) -> np.ndarray[Any, Any]:
    """ξ: every player's slope by their own components."""
    rows, start, found = slopes(name, settings, *point), 0, []
    for row, action in zip(rows, point, strict=True):
        found.append(row[start : start + np.size(action)])
        start += np.size(action)
    return np.concatenate(found)
