"""The loop of a discrete clock.

Steps run in groups. A group keeps the state it started from; when it ends with a value that is not finite in a lane
that was alive, it is run again one step at a time to find the step and the slot, and the lane is frozen at its last
finite state. Healthy runs pay nothing for this but one addition per value.
"""

import numpy as np

from .generated import LANES, ROWS, fire, step

GROUP = 64


def advance(y, p, k, s, b, ids, seed, graphs, saved, frozen_at, frozen_row, tick, until, every, out, first):
    """Run from `tick` to `until`; states at multiples of `every` go to out[first], out[first + 1], …

    Returns the number of records written. frozen_at[lane] is NaN while the lane lives.
    """
    written = 0
    while tick < until:
        stop = min(until, tick + GROUP, (tick // every + 1) * every)
        for q in range(ROWS * LANES):
            saved[q] = y[q]
        for r in range(LANES):
            s[r] = 0.0
        for now in range(tick, stop):
            step(p, y, k, s, b, ids, seed, now, graphs)
            fire(p, y, k, s, b, float(now + 1), graphs)
        fell = False
        frozen = False
        for r in range(LANES):
            alive = np.isnan(frozen_at[r])
            fell = fell or (alive and s[r] != 0.0)
            frozen = frozen or not alive
        if fell:
            replay(y, p, k, s, b, ids, seed, graphs, saved, frozen_at, frozen_row, tick, stop)
        elif frozen:
            hold(y, saved, frozen_at)
        tick = stop
        if tick % every == 0:
            record(y, frozen_at, out, first + written)
            written += 1
    return written


def replay(y, p, k, s, b, ids, seed, graphs, saved, frozen_at, frozen_row, tick, stop):
    """Run a group again, step by step, and freeze every lane at the last finite state it has."""
    for q in range(ROWS * LANES):
        y[q] = saved[q]
    for now in range(tick, stop):
        for q in range(ROWS * LANES):
            saved[q] = y[q]
        step(p, y, k, s, b, ids, seed, now, graphs)
        freeze(y, frozen_at, frozen_row, float(now + 1))
        hold(y, saved, frozen_at)
        fire(p, y, k, s, b, float(now + 1), graphs)
        hold(y, saved, frozen_at)


def freeze(y, frozen_at, frozen_row, t):
    """Note the time and the first row that is not finite of every living lane that has one."""
    for r in range(LANES):
        if np.isnan(frozen_at[r]):
            for q in range(ROWS):
                if not np.isfinite(y[q * LANES + r]):
                    frozen_at[r] = t
                    frozen_row[r] = q
                    break


def hold(y, saved, frozen_at):
    """Put frozen lanes back to the state they were frozen in."""
    for r in range(LANES):
        if not np.isnan(frozen_at[r]):
            for q in range(ROWS):
                y[q * LANES + r] = saved[q * LANES + r]


def record(y, frozen_at, out, row):
    """Write the state of all lanes; what is frozen is NaN."""
    for q in range(ROWS):
        for r in range(LANES):
            out[row, q * LANES + r] = y[q * LANES + r] if np.isnan(frozen_at[r]) else np.nan
