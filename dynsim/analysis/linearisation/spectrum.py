"""The eigenvalues of the dynamics, linearised at one state."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...arrays import Floats
from ...record.recording import Block
from ..reading.sampling import alive
from ..reading.study import Study
from .dynamics_jacobian import dynamics_jacobian

Complexes = NDArray[np.complex128]


def dynamics_spectrum(study: Study, tick: Block) -> tuple[Complexes, int]:
    """The eigenvalues, (R, N), NaN in replicas that diverged, and the number of steps that they are taken over.

    On a continuous clock, the eigenvalues of ∂(dx/dt)/∂x, per unit of time. On a discrete one, the multipliers of the
    map over the least common multiple of all agents' `every`, after which each of them has acted.
    """
    continuous = study.program.clock.continuous
    every = [] if study.model is None or continuous else [agent.every for agent in study.model.agents.values()]
    steps = math.lcm(*every)
    matrices = dynamics_jacobian(study, tick, steps)[0]
    return spectra(np.where(alive(tick)[:, None, None], matrices, np.nan)), steps


def spectra(matrices: Floats) -> Complexes:
    """The eigenvalues, (R, n), of matrices (R, n, n); NaN for a matrix that is not finite."""
    found = np.full(matrices.shape[:2], complex(math.nan, math.nan))
    finite = np.isfinite(matrices).all(axis=(1, 2))
    found[finite] = np.linalg.eigvals(matrices[finite])
    return found
