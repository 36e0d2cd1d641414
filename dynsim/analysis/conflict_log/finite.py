"""The first and the last finite values of every replica, kept from block to block."""

from __future__ import annotations

import numpy as np

from ...arrays import Floats
from ..reading.moves import Moves


def keep_first(first: Floats, values: Floats) -> None:
    """Write the first finite value of every row (count, K, R) into `first` (count, R), unless it already has one."""
    finite = np.isfinite(values)
    oldest = np.take_along_axis(values, np.argmax(finite, axis=1)[:, None], axis=1)[:, 0]
    np.copyto(first, oldest, where=finite.any(axis=1) & np.isnan(first))


def keep_last(last: Floats, values: Floats) -> None:
    """Write the last finite value of every row (count, K, R) into `last` (count, R)."""
    finite = np.isfinite(values)
    back = np.argmax(finite[:, ::-1], axis=1)  # the first True from the end; 0 if there is none, which is not written
    newest = np.take_along_axis(values, values.shape[1] - 1 - back[:, None], axis=1)[:, 0]
    np.copyto(last, newest, where=finite.any(axis=1))


def keep_undefined(first: Floats, values: Floats, moves: Moves) -> None:
    """Write the first time at which every row of `values` (count, K, R) was NaN or infinite although the state was
    finite into `first` (count, R)."""
    hidden = ~np.isfinite(values) & moves.finite
    keep_first(first, np.where(hidden, moves.times[:, None], np.nan))
