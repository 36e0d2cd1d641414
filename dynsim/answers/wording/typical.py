"""A number that stands for the values of many replicas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .findings import Findings
from .words import between, number, spread, without_dust

LEAST = 10  # the fewest independent replicas whose middle half is shown


def typical(
    found: Findings, values: ArrayLike, form: Callable[[float], str] = number, low: float = 0.25, high: float = 0.75
) -> str:
    """The median of the finite values. The quantiles `low` and `high` follow in brackets if there are at least LEAST
    independently sampled replicas: "3.1 (2.4–5)". In a sweep, the least and the largest value instead: "2–7"."""
    array = np.asarray(values, dtype=float)
    array = array[np.isfinite(array)]
    if found.varies:
        return between(*map(form, without_dust(np.array([array.min(), array.max()]))))
    if found.sampled and len(array) >= LEAST:
        return spread(array, form, low, high)
    return form(float(np.median(array)))
