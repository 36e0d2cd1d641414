"""The players of each game, and the equilibria of one round of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...algebra.graph import Expr
from ...algebra.value import components
from ...algebra.vector import Vector
from ...analysis.game.nash import mixed, nash_payoffs
from ...analysis.reading.sampling import constant
from ...arrays import Floats
from ...games.base import shape_of
from ...games.building.normal_form import NormalForm
from .findings import Findings

TABLES = 32  # the most different payoff tables whose equilibria are computed


@dataclass(frozen=True)
class Player:
    """An agent whose objective is exactly the loss of player `number` in a game."""

    agent: str
    game: str
    number: int


@dataclass(frozen=True)
class Rounds:
    """One round of a game.

    weight: the factor from an objective to the mean loss of a round, (R,). repeated: whether the game has more rounds
    than one. costs: the mean loss over all players at each equilibrium of a round, (E, R), empty if unknown. spans: the
    range of a player's payoffs, the largest of all players, (R,). sums: the range of the sum of all players' payoffs,
    (R,). mixed: whether the equilibria include those in mixed strategies.
    """

    weight: Floats
    repeated: bool
    costs: Floats
    spans: Floats
    sums: Floats
    mixed: bool


def players(found: Findings) -> list[Player]:
    """The players of all games that at least two agents play, in the order of the agents; none without a model."""
    if not found.has_model:
        return []
    places = {f"{name}[{k}]": (name, k) for name in found.model.games for k in range(_count(found, name))}
    of = [Player(one.name, *places[one.objective.name]) for one in found.program.agents if one.objective.name in places]
    return [one for one in of if sum(other.game == one.game for other in of) > 1]


def complete(found: Findings, of_game: Sequence[Player]) -> bool:
    """Whether every player of their game is one of these agents."""
    return sorted(one.number for one in of_game) == list(range(_count(found, of_game[0].game)))


def _count(found: Findings, game: str) -> int:
    return len(components(found.model.variables[game].symbols))


def rounds(found: Findings, game: str) -> Rounds | None:
    """One round of a game; None if the game has no table, or one that may change during the run."""
    stated = found.model.games[game].one_round()
    if stated is None:
        return None
    payoffs, factor = stated
    shape = shape_of(payoffs)
    known = [value for value in (_value(found, x) for x in (factor, *_flat(payoffs))) if value is not None]
    if len(known) < 1 + np.prod(shape):
        return None
    weight, tables = known[0], np.stack(known[1:], axis=-1).reshape(found.replicas, *shape)
    spans = np.ptp(tables.reshape(found.replicas, shape[0], -1), axis=2).max(axis=1)
    sums = np.ptp(tables.sum(axis=1).reshape(found.replicas, -1), axis=1)
    repeated = not isinstance(found.model.games[game], NormalForm)
    return Rounds(weight, repeated, _costs(tables), spans, sums, mixed(shape[1:]))


def _costs(tables: Floats) -> Floats:
    """The mean loss at the equilibria of the tables (R, players, …): (E, R), NaN if a replica has fewer than E."""
    flat = tables.reshape(len(tables), -1)
    unique, place = np.unique(flat, axis=0, return_inverse=True)
    if len(unique) > TABLES or not np.isfinite(unique).all():
        return np.empty((0, len(tables)))
    found = [-nash_payoffs(table.reshape(tables.shape[1:])).mean(axis=1) for table in unique]
    rows = np.full((len(unique), max(map(len, found))), np.nan)
    for row, costs in zip(rows, found, strict=True):
        row[: len(costs)] = costs
    return rows[place.ravel()].T


def _value(found: Findings, x: Any) -> Floats | None:
    """A value in each replica, (R,); None if it may change during the run."""
    if not isinstance(x, Expr):
        return np.full(found.replicas, float(x))
    value = constant(found.study, x)
    return None if value is None else np.asarray(value, dtype=float)[found.mine]


def _flat(array: Any) -> list[Any]:
    """The entries of nested vectors, the last axis running fastest."""
    return [entry for part in array for entry in _flat(part)] if isinstance(array, Vector) else [array]
