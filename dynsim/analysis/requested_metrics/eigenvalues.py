"""The eigenvalues of the game's Jacobian and of the linearised dynamics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Floats
from ...errors import InputError
from ...settings import number
from ..game.game_jacobian import GameJacobian
from ..linearisation.spectrum import Complexes, dynamics_spectrum, spectra
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import alive, at_share
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric

MOST = 50  # of each kind in the table


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Eigenvalues(RequestedMetric):
    """The eigenvalues of the game's Jacobian and of the step map, or of the flow, at one moment, per replica.

        game      of J = Dξ, by their real parts, the smallest first (see game_jacobian)
        map       on a discrete clock: the multipliers μ of the map over a step, by their moduli, the largest first
        flow      on a continuous clock: of ∂(dx/dt)/∂x, by their real parts, the largest first

    Objectives are minimised: dx/dt = −ξ decays in all directions if all eigenvalues of the game have positive real
    parts. The agents' learning rules enter only the map and the flow. There x is everything that moves, including the
    rules' memory; noise is left out and bounds are included. Where agents act only every k-th step, the map is the one
    over the least common multiple of all k. `stability` is computed from the first eigenvalue. Eigenvalues are matched
    between replicas by their rank, so their spread mixes those that change order.

    Rows: quantity (real part and imaginary part of each kind, and for the map the modulus), number (the rank).
    Conjugate pairs have the positive imaginary part first. The table has at most 50 of each kind.
    """

    name: ClassVar[str] = "eigenvalues"
    heading: ClassVar[str] = "How do small deviations from the present state develop?"
    caption: ClassVar[str] = (
        "Eigenvalues at one moment. Of the game: descent on it decays where real parts are positive. Of the map: "
        "deviations decay where moduli are below 1. Of the flow: where real parts are negative."
    )
    value: ClassVar[str] = "eigenvalue"
    shape: ClassVar = "dots"
    agents: ClassVar = False

    moment: float = number(1.0, at_least=0, at_most=1, doc="share of the run: 0 is its start, 1 its end")

    def values(self, study: Study) -> ReplicaValues:
        tick = at_share(study, self.moment)
        kinds: dict[str, tuple[Complexes, Floats]] = {}
        reasons = []
        try:
            j = GameJacobian.of(study).values(study, tick)[0]
            if j.shape[1]:
                found = spectra(np.where(alive(tick)[:, None, None], j, np.nan))
                kinds["game"] = found, found.real
        except InputError as error:
            reasons.append(str(error))
        try:
            found, _ = dynamics_spectrum(study, tick)
            if study.program.clock.continuous:
                kinds["flow"] = found, -found.real
            else:
                kinds["map"] = found, -np.abs(found)
        except InputError as error:
            reasons.append(str(error))
        if not kinds:
            raise InputError("; ".join(reasons))
        keys, values = zip(*(_rows(kind, *of) for kind, of in kinds.items()), strict=True)
        return ReplicaValues(pd.concat(keys), np.concatenate(values))


def _rows(kind: str, values: Complexes, order: Floats) -> tuple[pd.DataFrame, Floats]:
    """Keys and values of one kind. values: the eigenvalues, (R, n). order: the sort key, ascending, (R, n)."""
    place = np.lexsort((-values.imag, order), axis=1)[:, :MOST]
    first = np.take_along_axis(values, place, axis=1).T
    numbers = {"real part": first.real, "imaginary part": first.imag}
    if kind == "map":
        numbers["modulus"] = np.abs(first)
    count = len(first)
    keys = pd.DataFrame({
        "quantity": [f"{kind}: {what}" for what in numbers for _ in range(count)],
        "number": np.tile(np.arange(1, count + 1), len(numbers)),
    })
    return keys, np.concatenate(list(numbers.values()))
