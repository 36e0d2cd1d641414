"""The fixed points of the game, with their stability and Nash property."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Flags, Floats, Integers
from ...errors import InputError
from ...record.recording import Block
from ...settings import number
from ..game.equilibria import Point, equilibria
from ..game.stage_game import StageGame
from ..reading.cells import each
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import alive, ends, sampled, spread_over
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric

NEAR = 1e-3  # of 1 + |x|: a run that ends this close to a point counts as having ended there


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class FixedPoints(RequestedMetric):
    """The points where ξ = 0, found from many starts, with their type: stable or not, Nash or not.

    ξ_i is the gradient of agent i's effective objective by what it controls, as it sees it. Objectives are minimised.
    Stability is that of dx/dt = −ξ with equal rates for all; the agents' learning rules, rates and clocks do not enter.
    J = Dξ.

        stability   stable: all eigenvalues of J have positive real parts; unstable: all negative; saddle: some are
                    negative; marginal: none is negative, some are 0 (a centre, a continuum of points)
        nash        strict local Nash: the second derivatives of every agent by its own controls are positive definite
                    (a differential Nash equilibrium: Ratliff, Burden & Sastry 2016), stable or not; Nash: they vanish
                    identically, and every answer is equally good, as in a mixed equilibrium; local Nash: the former
                    for some agents and the latter for others; no Nash: some agent is at a maximum or a saddle of its
                    own objective; undecided: some second derivative is 0

    In boxes and on simplices, fixed points are those from which no agent's gradient leads into its space: ξ is 0 along
    the face in whose interior the point lies, and not negative off it (Karush, Kuhn & Tucker). All faces are searched,
    up to 256. Stability and second derivatives are taken along the face. A point at which some bound is not strictly
    active is marginal and undecided. A corner is stable and strict where every agent would lose by leaving it. What
    agents do not control is unchanged: it is as at the end of the run in one replica of every cell, with that
    replica's parameters.

    The search is the Levenberg–Marquardt method with the exact J (numerics/roots.py), from states of all replicas of
    the cell and from random points of the spaces. It may miss points that exist. Points within 1e-6 count as one, and
    marginal points within 1e-3. The metric refuses games in which several agents move one number: their balance
    depends on the agents' rates.

    Rows: quantity, point (its number, stable points first), stability, nash, of. Quantities: position, of each
    controlled number; smallest real part, of the eigenvalues of J along the face, without a value at a corner; starts,
    the number of searches that ended there, without a value at a corner, which needs no search; ended there, the share
    of the replicas with the same parameters that ended at the point.
    """

    name: ClassVar[str] = "fixed_points"
    heading: ClassVar[str] = "Where could the game come to rest?"
    caption: ClassVar[str] = (
        "Points from which no agent's gradient leads, found from many starts: position, the smallest real part of the "
        "game Jacobian's eigenvalues (positive: descent comes back to it), how many starts led there, and the share of "
        "replicas that ended there."
    )
    value: ClassVar[str] = "position"
    shape: ClassVar = "dots"

    starts: float = number(64, at_least=1, whole=True, doc="from how many points each face is searched")
    replica: float = number(
        -1, at_least=-1, whole=True,
        doc="whose parameters and other states are taken; -1: of every cell those of the first that is not lost",
    )

    def values(self, study: Study) -> list[ReplicaValues]:
        last = ends(study)[1]
        return [self._at(study, last, replica) for replica in self._looked_at(study, alive(last))]

    def _looked_at(self, study: Study, living: Flags) -> list[int]:
        """The first replica of every cell that has not diverged; or the one that the setting names."""
        wanted = int(self.replica)
        if wanted >= study.replicas:
            raise InputError(f"there is no replica {wanted}: they are numbered from 0 to {study.replicas - 1}")
        if wanted >= 0:
            if not living[wanted]:
                raise InputError(f"replica {wanted} is lost: choose another with the setting 'replica'")
            return [wanted]
        cells = [study.cells.replicas(c) for c in range(study.cells.count)]
        found = [int(mine[living[mine]][0]) for mine in cells if living[mine].any()]
        if not found:
            raise InputError("every replica is lost: there is no state to take all else from")
        return found

    def _at(self, study: Study, last: Block, replica: int) -> ReplicaValues:
        game = StageGame.of(study, last, replica)
        mine = study.cells.replicas(study.cells.member[replica])
        points = equilibria(game, _starts(study, game, int(self.starts), mine))
        rows = [row for number, point in enumerate(points, 1) for row in _rows(study, game, number, point, replica)]
        table = pd.DataFrame([row[0] for row in rows], columns=["quantity", "point", "stability", "nash", "of"])
        values = np.array([row[1] for row in rows], float)[:, None]
        own = each(study.recording.parameters, study.cells.names, study.replicas)
        return ReplicaValues(table, values, np.array([replica]), cells=own)


def _starts(study: Study, game: StageGame, count: int, replicas: Integers) -> Floats:
    """The starts of the searches, (S, d): half of them recorded states of these replicas, half random points."""
    names = game.feasible.names
    block = sampled(study, 3)
    seen = np.stack([block.values[name][..., replicas].reshape(-1) for name in names], axis=1)
    seen = seen[np.isfinite(seen).all(axis=1)]
    seen = seen[spread_over(0, len(seen), max(1, count // 2))]
    anywhere = game.feasible.starts(np.array([game.fixed[name] for name in names]), count).T
    return np.concatenate([seen, anywhere[-(count - len(seen)) :]]) if count > len(seen) else seen


Row = tuple[tuple[str, int, str, str, str], float | None]


def _rows(study: Study, game: StageGame, number: int, point: Point, replica: int) -> list[Row]:
    """The rows of one point: keys and value, None if there is no value."""
    kind = (number, point.stability, point.nash)
    smallest = point.real.min() if len(point.real) else None
    return [
        *((("position", *kind, name), float(x)) for name, x in zip(game.feasible.names, point.x, strict=True)),
        (("smallest real part", *kind, "J"), smallest), (("starts", *kind, "all"), point.starts),
        (("ended there", *kind, "all"), _ended(study, game, point, replica)),
    ]


def _ended(study: Study, game: StageGame, point: Point, replica: int) -> float:
    """The share that ended at the point, of the replicas with the same parameters that did not diverge."""
    last = ends(study)[1]
    x = np.stack([last.values[name][0] for name in game.feasible.names], axis=1)
    near = np.asarray((np.abs(x - point.x) <= NEAR * (1.0 + np.abs(point.x))).all(axis=1))
    parameters = study.recording.parameters.values()
    same = np.ones(len(x), bool)
    for p in parameters:
        same &= p == p[replica]
    return float(near[same & alive(last)].mean())
