"""The values of parameters in every replica: fixed, listed by a sweep, or random."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..algebra.graph import Expr
from ..arrays import Floats
from .component_names import component_names
from .model import Ensemble, Model, Parameter


def swept_values(ensemble: Ensemble, replicas: NDArray[np.int64]) -> dict[str, Floats]:
    """The values of every sweep that lists them, in the replicas with these numbers: slot name → (R,). The engine
    samples the sweeps that have a distribution."""
    values = {
        name: np.asarray(sweep.values)[replicas * len(sweep.values) // ensemble.replicas]
        for name, sweep in ensemble.vary.items()
        if sweep.values is not None
    }
    lengths = [len(sweep.values or ()) for sweep in ensemble.grid.values()]
    point = replicas * math.prod(lengths) // ensemble.replicas
    for name, index in zip(ensemble.grid, np.unravel_index(point, lengths) if lengths else (), strict=True):
        values[name] = np.asarray(ensemble.grid[name].values)[index]
    return values


def constant_values(parameters: Mapping[str, Parameter]) -> dict[str, float]:
    """The value of every component of every parameter, without sweeps: slot name → number."""
    return {
        name: float(value)
        for p in parameters.values()
        for name, value in zip(component_names(p.name, p.shape), np.ravel(p.value), strict=True)
    }


def random_parameters(model: Model) -> dict[str, tuple[str, Expr]]:
    """The parameters that every replica samples: slot name → name of the random stream, and the distribution."""
    return {
        name: (sweep.stream or name, sweep.distribution)
        for name, sweep in model.ensemble.vary.items()
        if sweep.distribution is not None
    }
