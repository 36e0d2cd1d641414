"""Which variables an agent's training gives it a reason to control, and which of them its label does not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...algebra.graph import Expr
from ...compiler.applying.game import Game
from ...compiler.applying.learning import with_learning
from ...errors import InputError
from ...settings import number
from ..reading.sampling import TICKS, largest
from ..reading.study import Study
from ..reading.values import Values
from ..variants.incentives import Incentives
from .base import REQUESTED_METRICS, RequestedMetric

QUANTITIES = ("hidden", "effective", "declared")

Key = tuple[str, str, str]
"""Quantity, agent and variable."""

Found = dict[Key, tuple[str, NDArray[np.float64]]]
"""The shortest way, and 1 or 0 per replica."""


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class IncentiveGraph(RequestedMetric):
    """Whether there is a directed path decision → X → utility, for every agent and variable X that it does not control.

    Such a path is an instrumental control incentive (Everitt et al. 2021): X is worth influencing, and can be. Asked of
    two graphs of what depends on what:

        declared     the declared objective alone; every derived variable that `paths` names is closed, no flow is
                     followed and nobody's learning seen
        effective    what the agent pursues, with the labels that it gets credit for; open are paths whose factor is not
                     0, flows up to its horizon, and the learning of others that a path or its rule looks at
        hidden       effective, not declared: an incentive that the label does not show

    Values are 1 or 0 per replica (weights and factors count as open where they are not 0 at some sampled tick), rows
    those that are 1 in some replica of the cell: quantity, agent, variable, and `via`, the shortest such way: → at
    once, ⇝ in time through a flow. A path says that training can see X, not that it does anything about it; that a
    slope happens to be 0 everywhere is not seen.
    """

    name: ClassVar[str] = "incentive_graph"
    heading: ClassVar[str] = "Which variables does training give agents a reason to control?"
    caption: ClassVar[str] = (
        "1 where a path leads from what the agent decides through the variable to what it is trained for. declared: "
        "in what its label says; effective: in what it is really trained on; hidden: only in the latter."
    )
    value: ClassVar[str] = "share of replicas"
    shape: ClassVar = "dots"

    ticks: float = number(TICKS, at_least=1, whole=True, doc="how many of the recorded ticks are looked at")

    def values(self, study: Study) -> list[Values]:
        routes = _routes(study, int(self.ticks))
        cells = [study.cells.replicas(c) for c in range(study.cells.count)]
        return [_rows(_among(routes, mine), mine) for mine in cells]


def found_routes(study: Study, replicas: NDArray[np.int64]) -> Found:
    """Every route of every agent that is open in some of these replicas."""
    return _among(_routes(study, TICKS), replicas)


def _routes(study: Study, ticks: int) -> list[tuple[Key, str, NDArray[np.bool_]]]:
    """Key, shortest way, and in which replicas it is that, (R,), looking at so many ticks of the record where weights
    or factors change during the run."""
    if study.model is None:
        raise InputError("the routes of incentives are read off the model, and this record has none")
    game = with_learning(Game(study.model))
    found = []
    for agent in study.program.agents:
        incentives = Incentives(study, study.model, game, agent)
        label = incentives.routes(incentives.declared())
        for opens, shaped, where in _patterns(study, incentives, ticks):
            seen = incentives.routes(incentives.effective(opens.__getitem__, shaped))
            hidden = {name: way for name, way in seen.items() if name not in label}
            for quantity, ways in zip(QUANTITIES, (hidden, seen, label), strict=True):
                found += [((quantity, agent.name, variable), way, where) for variable, way in ways.items()]
    return found


def _among(routes: list[tuple[Key, str, NDArray[np.bool_]]], replicas: NDArray[np.int64]) -> Found:
    """What is open in some of these replicas."""
    found: Found = {}
    for key, way, where in routes:
        if where[replicas].any():
            _, values = found.setdefault(key, (way, np.zeros(len(replicas))))
            values[where[replicas]] = 1.0
    return found


def _patterns(
    study: Study, incentives: Incentives, ticks: int
) -> list[tuple[dict[Expr, bool], list[str], NDArray[np.bool_]]]:
    """What is open, whose learning the rule looks at, and in which replicas (R,)."""
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


def _rows(found: Found, replicas: NDArray[np.int64]) -> Values:
    """The rows in the order of the quantities."""
    keys = sorted(found, key=lambda key: QUANTITIES.index(key[0]))
    values = np.stack([found[key][1] for key in keys]) if keys else np.empty((0, len(replicas)))
    columns = {name: [key[k] for key in keys] for k, name in enumerate(("quantity", "agent", "variable"))}
    return Values(pd.DataFrame({**columns, "via": [found[key][0] for key in keys]}), values, replicas)
