"""The incentives of all agents, declared, effective and hidden, with the replicas in which each of them exists."""

from __future__ import annotations

import numpy as np

from ...algebra.graph import Expr
from ...arrays import Flags, Floats, Integers
from ...compiler.applying.game import Game
from ...compiler.applying.learning import with_learning
from ...errors import InputError
from ..reading.sampling import TICKS, largest
from ..reading.study import Study
from .incentives import Incentives

QUANTITIES = ("hidden", "effective", "declared")

Key = tuple[str, str, str]
"""Quantity, agent and variable."""

Route = tuple[Key, str, Flags]
"""Key, shortest path as text, and the replicas, (R,), in which it is the shortest one."""

Found = dict[Key, tuple[str, Floats]]
"""The shortest path as text, and 1 or 0 in each replica."""


def found_routes(study: Study, replicas: Integers) -> Found:
    """Every route of every agent that is open in some of these replicas."""
    return among(routes(study, TICKS), replicas)


def routes(study: Study, ticks: int) -> list[Route]:
    """All routes. Where weights or factors change during the run, about `ticks` recorded ticks decide what is open.
    InputError for a record without a model."""
    if study.model is None:
        raise InputError("the routes of incentives are read off the model, and this record has none")
    game = with_learning(Game(study.model))
    found: list[Route] = []
    for agent in study.program.agents:
        incentives = Incentives(study, study.model, game, agent)
        label = incentives.routes(incentives.declared())
        for opens, shaped, where in _patterns(study, incentives, ticks):
            seen = incentives.routes(incentives.effective(opens.__getitem__, shaped))
            hidden = {name: way for name, way in seen.items() if name not in label}
            for quantity, ways in zip(QUANTITIES, (hidden, seen, label), strict=True):
                found += [((quantity, agent.name, variable), way, where) for variable, way in ways.items()]
    return found


def among(every: list[Route], replicas: Integers) -> Found:
    """The routes that are open in some of these replicas."""
    found: Found = {}
    for key, way, where in every:
        if where[replicas].any():
            _, values = found.setdefault(key, (way, np.zeros(len(replicas))))
            values[where[replicas]] = 1.0
    return found


def _patterns(
    study: Study, incentives: Incentives, ticks: int
) -> list[tuple[dict[Expr, bool], list[str], Flags]]:
    """The distinct combinations of open conditions and of agents whose learning the rule sees, each with its replicas
    (R,): the graph is built once for all replicas that share a combination."""
    conditions, shaped = incentives.conditions, incentives.shaped
    rows = [*(largest(study, conditions, ticks) > 0.0), *shaped.values()] if conditions else [*shaped.values()]
    if not rows:
        return [({}, [], np.ones(study.replicas, bool))]
    kinds, member = np.unique(np.stack(rows), axis=1, return_inverse=True)
    found = []
    for k, kind in enumerate(kinds.T.tolist()):
        opens = dict(zip(conditions, kind[: len(conditions)], strict=True))
        looks = [other for other, does in zip(shaped, kind[len(conditions) :], strict=True) if does]
        found.append((opens, looks, member == k))
    return found
