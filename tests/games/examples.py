"""For every registered game: settings drawn at random, what its players choose, and whether the players are alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dynsim.algebra.differentiate import gradient
from dynsim.algebra.graph import Graph
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.value import components
from dynsim.algebra.vector import Vector
from dynsim.games import Game, make

Draw = Callable[[np.random.Generator], dict[str, Any]]
Point = Sequence[Any]


@dataclass(frozen=True)
class Example:
    """players: what each chooses: "real", "positive", "chance", a number of shares, or (number, one of these words)."""

    players: Sequence[Any]
    settings: Draw = lambda rng: {}
    symmetric: bool = False


def antisymmetric(rng: np.random.Generator, d: int) -> list[list[float]]:
    a = np.triu(rng.normal(size=(d, d)), 1)
    return (a - a.T).tolist()


def ordered(rng: np.random.Generator, *names: str) -> dict[str, Any]:
    """Payoffs with these names, the largest first."""
    return dict(zip(names, np.sort(rng.normal(size=len(names)))[::-1].tolist(), strict=True))


EXAMPLES: Mapping[str, Example] = {
    "bilinear": Example(((2, "real"), (3, "real")), lambda rng: {"matrix": rng.normal(size=(2, 3)).tolist()}),
    "chicken": Example(("chance", 2), lambda rng: ordered(rng, "temptation", "reward", "sucker", "punishment"), True),
    "commons": Example(["positive"] * 3, lambda rng: {"first": rng.uniform(9, 20), "decline": rng.uniform()}, True),
    "cournot": Example(["positive"] * 3, lambda rng: {"price": rng.uniform(5, 9), "costs": rng.uniform(0, 2)}, True),
    "dirac_gan": Example(("real", "real"), lambda rng: {"penalty": rng.uniform(), "data": rng.normal()}),
    "el_farol": Example(["chance"] * 4, lambda rng: {"capacity": int(rng.integers(1, 4)), "bad": -rng.uniform()}, True),
    "hamiltonian": Example(("real", (2, "real"), "real"), lambda rng: {"matrix": antisymmetric(rng, 4)}),
    "hawk_dove": Example((2, "chance"), lambda rng: {"value": rng.uniform(1, 2), "damage": rng.uniform(2, 3)}, True),
    "isoelastic_cournot": Example(["positive"] * 3, lambda rng: {"costs": rng.uniform(0.5, 2)}, True),
    "iterated_matrix": Example(
        ((5, "real"), (5, "real")),
        lambda rng: {"payoffs": {"prisoners_dilemma": {}}, "discount": rng.uniform(0.1, 0.9)},
        True,
    ),
    "letcher_market": Example(("real", "real")),
    "letcher_zero_sum": Example(("real", "real")),
    "matching_pennies": Example((2, "chance"), lambda rng: {"heads": rng.uniform(0, 3)}),
    "matrix_game": Example((2, 3, "chance"), lambda rng: {"payoffs": rng.normal(size=(3, 2, 3, 2)).tolist()}),
    "minority": Example(["chance"] * 5, symmetric=True),
    "prisoners_dilemma": Example(
        (2, "chance"), lambda rng: ordered(rng, "temptation", "reward", "punishment", "sucker"), True
    ),
    "public_goods": Example(["chance"] * 4, lambda rng: {"factor": rng.uniform(1, 4)}, True),
    "quadratic": Example(("real", (2, "real")), lambda rng: {"matrices": rng.normal(size=(2, 3, 3)).tolist()}),
    "rock_paper_scissors": Example((3, 3), lambda rng: {"win": rng.uniform(1, 2), "draws": rng.normal()}, True),
    "routing": Example(
        (3, 3), lambda rng: {"latencies": rng.uniform(size=(3, 3)).tolist(), "drivers": "companies"}, True
    ),
    "shapley": Example((3, 3), lambda rng: {"beta": rng.uniform(-1, 1)}),
    "stag_hunt": Example(
        ("chance", 2), lambda rng: ordered(rng, "reward", "temptation", "punishment", "sucker"), True
    ),
    "tandem": Example(("real", "real"), symmetric=True),
    "tug_of_war": Example(["real"] * 3, lambda rng: {"targets": rng.normal(), "weights": rng.uniform(1, 2)}, True),
    "tullock": Example(["positive"] * 3, lambda rng: {"prize": rng.uniform(1, 9), "exponent": rng.uniform(1, 2)}, True),
    "ultimatum": Example((4, (4, "chance")), lambda rng: {"offers": rng.uniform(size=4).tolist()}),
}  # fmt: skip


def plain(key: str, raw: Any) -> Any:
    """Settings as they are: numbers as numbers, lists as vectors."""
    return raw


def game_of(name: str, settings: Mapping[str, Any]) -> Game:
    return make(name, settings, plain, plain)


def drawn(players: Sequence[Any], rng: np.random.Generator) -> list[Any]:
    """An interior point: for each player a number, or an array."""
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
