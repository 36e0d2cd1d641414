"""From points of the unit cube to values within the axes' ranges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType

import numpy as np

from ....arrays import Floats
from ....errors import InputError
from ...axis import Axis


def quasi_monte_carlo(name: str) -> ModuleType:
    """SciPy's module of designs; InputError that says how to install it, for the design `name`."""
    try:
        from scipy.stats import qmc
    except ImportError as error:
        raise InputError(f"design {name} needs SciPy: pip install 'dynsim[experiments]'") from error
    module: ModuleType = qmc
    return module


def scaled(unit: Floats, axes: Sequence[Axis]) -> Iterator[tuple[float, ...]]:
    """The points `unit` (n, number of axes), in [0, 1), moved into the ranges. On a log scale the logarithm of a value
    is uniform."""
    columns = []
    for u, axis in zip(unit.T, axes, strict=True):
        low, high = axis.values
        value = low * (high / low) ** u if axis.spacing == "log" else low + (high - low) * u
        columns.append(np.clip(value, low, high))
    return ((*map(float, row),) for row in zip(*columns, strict=True))
