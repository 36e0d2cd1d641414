"""The loop of a discrete clock.

Steps run in groups. A group keeps the state it started from; where it ends with a value that is not finite in a lane
that was alive, it is run again one step at a time, and the lane is frozen at the step that failed. Healthy runs pay
nothing for this but one addition per value. A frozen lane computes on, unseen: its records are NaN.
"""

from .common import fell, freeze, record
from .generated import EVENTS, LANES, REGIONS, ROWS, STATES, choose, entry, fire, step

GROUP = 64


@entry
def advance(
    ys, ps, ids, seed, graphs, k, s, b, saved, frozen_at, frozen_row, first, last, tick, until, every, out, row,
):
    """Run the blocks first … last − 1 from `tick` to `until`; states at multiples of `every` go to out[block, row], …

    saved: room for one block's states. frozen_at[block, lane] is NaN while the lane lives.
    """
    for block in range(first, last):
        y, p, lanes, at, which = ys[block], ps[block], ids[block], frozen_at[block], frozen_row[block]
        now, again, written = tick, tick, row
        if REGIONS:
            y = s[STATES : STATES + ROWS * LANES]
            for c in range(ROWS * LANES):
                y[c] = ys[block, c]
            choose(p, s)
        while now < until:
            careful = now < again
            length = min(1 if careful else GROUP, every - now % every)
            stop = min(until, now + length)
            for c in range(ROWS * LANES):
                saved[c] = y[c]
            for r in range(LANES):
                s[r] = 0.0
            for n in range(now, stop):
                step(p, y, k, s, b, lanes, seed, n, graphs)
                if EVENTS:
                    if careful:
                        freeze(y, s, at, which, float(n + 1))
                    fire(p, y, k, s, b, float(n + 1), graphs)
            if careful:
                freeze(y, s, at, which, float(stop))
            elif fell(s, at):
                for c in range(ROWS * LANES):
                    y[c] = saved[c]
                again = stop
                continue
            now = stop
            if now % every == 0:
                record(y, at, out[block, written])
                written += 1
        if REGIONS:
            for c in range(ROWS * LANES):
                ys[block, c] = y[c]
