"""What the drivers share: arguments, the events of the start, and the search for values that are not finite."""

from typing import Any, NamedTuple

import numpy as np

from ....arrays import Array, Floats
from .generated import LANES, ROWS, entry, fire, inner


class Call(NamedTuple):
    """What one call does: blocks first … last − 1 go from `tick` to `until`; records start at row `row`."""

    first: int
    last: int
    tick: int
    until: int
    row: int


class Given(NamedTuple):
    """What stays as it is in a run: by block, the parameters p and the number of every lane's replica, ids; for all
    blocks, the ensemble's seed and the arrays of the graphs."""

    p: Floats
    ids: Array
    seed: Any
    graphs: tuple[Array, ...]


@entry
def begin(ys, ps, k, s, b, t, graphs):
    """The events of time t = 0 in all blocks."""
    for block in range(len(ys)):
        fire(ps[block], ys[block], k, s, b, t, graphs)


@inner
def fell(s, frozen_at):
    """Whether a living lane may have had a value that is not finite."""
    found = False
    for r in range(LANES):
        found = found or (not np.isfinite(s[r]) and np.isnan(frozen_at[r]))
    return found


@inner
def freeze(y, s, frozen_at, frozen_row, t):
    """Note the time and the first row that is not finite of every living lane that has one."""
    for r in range(LANES):
        if not np.isfinite(s[r]) and np.isnan(frozen_at[r]):
            # From the last row to the first, so that the first one is what remains noted.
            for q in range(ROWS - 1, -1, -1):
                if not np.isfinite(y[q * LANES + r]):
                    frozen_at[r], frozen_row[r] = t, q


@inner
def record(y, frozen_at, out):
    """The state of all lanes; what is frozen is NaN."""
    for q in range(ROWS):
        for r in range(LANES):
            out[q * LANES + r] = y[q * LANES + r] if np.isnan(frozen_at[r]) else np.nan
