"""Linear stability of the final state: the growth and the frequency of small perturbations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Floats
from ..linearisation.spectrum import dynamics_spectrum
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import ends
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Stability(RequestedMetric):
    """The leading eigenvalue λ of the dynamics linearised at the final state, per replica.

        growth      max Re λ                      negative: perturbations of an equilibrium decay
        frequency   |Im λ| of that eigenvalue     radians per unit of time; 0: they do not oscillate

    On a continuous clock λ are the eigenvalues of ∂(dx/dt)/∂x. On a discrete one λ = ln μ, with μ those of the step
    map's Jacobian: growth is the logarithm of the spectral radius, per step (Strogatz 2015, chapters 6 and 10). x is
    everything that moves: state variables, populations node by node, and the rules' memory. Noise is left out, bounds
    are included, and random rules use the random numbers of the final step. Where agents act only every k-th step, the
    map is that over the least common multiple of all k. If the final state is no equilibrium, the growth is that at
    this moment. A replica in which all perturbations vanish after one step has the growth −∞ and is left out.
    `eigenvalues` has all eigenvalues.
    """

    name: ClassVar[str] = "stability"
    heading: ClassVar[str] = "Is the final state stable?"
    caption: ClassVar[str] = (
        "growth: the rate at which a small perturbation of the final state grows (above 0) or decays (below 0), per "
        "unit of time or per step; frequency: how fast it turns meanwhile, in radians."
    )
    value: ClassVar[str] = "per unit of time"
    shape: ClassVar = "dots"
    agents: ClassVar = False

    def values(self, study: Study) -> ReplicaValues:
        growth, frequency = leading(study)
        return ReplicaValues(pd.DataFrame({"quantity": ["growth", "frequency"]}), np.stack([growth, frequency]))


def leading(study: Study) -> tuple[Floats, Floats]:
    """max Re λ, and |Im λ| of that eigenvalue, at the final state, (R,) each."""
    found, steps = dynamics_spectrum(study, ends(study)[1])
    growth, frequency = np.full((2, study.replicas), np.nan)
    finite = np.isfinite(found).all(axis=1)
    eigenvalues = found[finite]
    if not study.program.clock.continuous:
        with np.errstate(divide="ignore", invalid="ignore"):
            eigenvalues = np.log(eigenvalues) / complex(steps)
    largest = eigenvalues[np.arange(len(eigenvalues)), eigenvalues.real.argmax(axis=1)]
    growth[finite], frequency[finite] = largest.real, np.where(np.isfinite(largest.real), abs(largest.imag), np.nan)
    return growth, frequency
