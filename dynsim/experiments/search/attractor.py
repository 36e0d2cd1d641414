"""What the end of a record shows of the attractor that it is on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...arrays import Floats, Integers

SAME = 1e-4
"""Of a variable's size: values that differ by less are the same place."""


@dataclass(frozen=True)
class Course:
    """One stretch of time. states (d, R): at its end. record (K, d, R): at K evenly spaced moments up to the end, after
    what the user regards as the transient."""

    states: Floats
    record: Floats


Advance = Callable[[Floats, Floats], Course]
"""advance(parameters (R,), states (d, R)) → the course from these states, every replica with its own parameter. R is
not the same in all calls."""


def size(record: Floats) -> Floats:
    """The size of every variable, (d, 1): its largest value, 1 for a variable that is 0 throughout."""
    finite = np.where(np.isfinite(record), np.abs(record), 0.0)
    largest: Floats = finite.max(axis=(0, 2))[:, None]
    return np.where(largest > 0.0, largest, 1.0)


def extremes(record: Floats) -> Floats:
    """The least and the largest value of every variable, (2, d, R)."""
    return np.stack([record.min(axis=0), record.max(axis=0)])


def periods(record: Floats, sizes: Floats) -> Integers:
    """The smallest n, in moments of the record, with |x(k + n) − x(k)| ≤ SAME · size for all k and variables, (R,).

    1 at rest, 0 where there is no such n up to half of the record: a longer period, a rotation, chaos, or a replica
    that diverged.
    """
    moments, _, replicas = record.shape
    result = np.zeros(replicas, dtype=np.int64)
    for n in range(1, moments // 2 + 1):
        open_yet = np.flatnonzero(result == 0)
        if not len(open_yet):
            break
        result[open_yet] = np.where(gaps(record[:, :, open_yet], n, sizes).max(axis=0) <= SAME, n, 0)
    return result


def gaps(record: Floats, period: int, sizes: Floats) -> Floats:
    """max over variables of |x(k + period) − x(k)|/size, (K − period, R); infinite where a value is not finite."""
    with np.errstate(invalid="ignore"):
        apart = (np.abs(record[period:] - record[:-period]) / sizes).max(axis=1)
    return np.where(np.isfinite(apart), apart, np.inf)
