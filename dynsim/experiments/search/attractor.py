"""What the end of a record shows of the attractor that it is on.

Arrays of records have the axes (moments K, …, variables d, replicas R); in between there may be one for cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...arrays import Flags, Floats, Integers
from ...errors import InputError

SAME = 1e-4
"""Of a variable's size: values that differ by less are the same place."""

SMALL = 1e-6
"""A variable that stays below this counts as 0."""

FEWEST = 6
"""Moments of a record: for periods and trends."""


@dataclass(frozen=True)
class Course:
    """One stretch of time of C cells, each with R replicas.

    states (C, d, R): from which to go on: those at its end, or, of a replica that diverged, those it began with. record
    (K, C, d, R): at K evenly spaced moments up to the end, after what the user regards as the transient; not finite in
    a replica that diverged, or whose cell failed.
    """

    states: Floats
    record: Floats


Advance = Callable[[Floats, Floats], Course]
"""advance(parameters (C,), states (C, d, R)) → the course of these cells, each with its own parameter and states. C is
not the same in all calls."""


def size(record: Floats) -> Floats:
    """The size of every variable, (…, d, R): its largest value, or SMALL if that is larger."""
    finite = np.where(np.isfinite(record), np.abs(record), 0.0)
    largest: Floats = np.maximum(finite.max(axis=0), SMALL)
    return largest


def extremes(record: Floats) -> Floats:
    """The least and the largest value of every variable, (2, …, d, R)."""
    return np.stack([record.min(axis=0), record.max(axis=0)])


def finite(values: Floats) -> Flags:
    """Which replicas have finite values throughout, over the first axis and the variables: (…, R)."""
    return np.asarray(np.isfinite(values).all(axis=(0, -2)))


def moved(before: Floats, after: Floats, sizes: Floats) -> Floats:
    """How far extremes (2, …, d, R) lie apart, in sizes of the variables, (…, R)."""
    with np.errstate(invalid="ignore"):
        apart = (np.abs(after - before) / sizes).max(axis=(0, -2))
    return np.where(np.isfinite(apart), apart, np.inf)


def periods(record: Floats) -> Integers:
    """The smallest n, in moments of the record (K, d, R), with |x(k + n) − x(k)| ≤ SAME · size for all k and variables,
    (R,).

    1 at rest, 0 where there is no such n up to half of the record: a longer period, a rotation, chaos, or a replica
    that diverged.
    """
    moments, _, replicas = record.shape
    sizes = size(record)
    result = np.zeros(replicas, dtype=np.int64)
    for n in range(1, moments // 2 + 1):
        open_yet = np.flatnonzero(result == 0)
        if not len(open_yet):
            break
        apart = gaps(record[:, :, open_yet], n, sizes[:, open_yet])
        result[open_yet] = np.where(apart.max(axis=0) <= SAME, n, 0)
    return result


def gaps(record: Floats, period: int, sizes: Floats) -> Floats:
    """max over variables of |x(k + period) − x(k)|/size, (K − period, R); infinite where a value is not finite."""
    with np.errstate(invalid="ignore"):
        apart = (np.abs(record[period:] - record[:-period]) / sizes).max(axis=1)
    return np.where(np.isfinite(apart), apart, np.inf)


def of_replicas(record: Floats, replicas: Integers) -> Floats:
    """One replica of each cell: from (K, C, d, R) the record (K, d, C)."""
    return np.moveaxis(np.take_along_axis(record, replicas[None, :, None, None], axis=-1)[..., 0], 1, -1)


def expect_moments(record: Floats) -> None:
    """InputError if the record is too short to tell a period."""
    if len(record) < FEWEST:
        raise InputError(f"a record needs {FEWEST} moments or more, got {len(record)}")
