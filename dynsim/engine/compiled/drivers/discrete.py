"""The loop of a discrete clock.

Steps run in groups. A group keeps the state it started from. Where it ends with a value that is not finite in a living
lane, it runs again, one step at a time, and the lane is frozen at the step that failed. Healthy runs pay one addition
per value for this. A frozen lane computes on, as its neighbours do, but its records are NaN.
"""

from typing import NamedTuple

from ....arrays import Array, Floats
from .common import Call, Given, fell, freeze, record
from .generated import EVENTS, LANES, REGIONS, ROWS, STATES, choose, entry, fire, step

GROUP = 64  # steps: so many share the cost of keeping the state


class State(NamedTuple):
    """What a run goes on from, by block: states y; frozen_at, NaN while the lane lives, and frozen_row, by lane."""

    y: Floats
    frozen_at: Floats
    frozen_row: Array


class Room(NamedTuple):
    """Room for the work on one block; saved: its states before the present group of steps."""

    k: Floats
    s: Floats
    b: Floats
    saved: Floats


class Clock(NamedTuple):
    """every: ticks between two records."""

    every: int


@entry
def advance(call: Call, state: State, given: Given, room: Room, clock: Clock, out: Floats) -> None:
    """Run the blocks of the call; states at multiples of `every` go to out[block, row], …"""
    k, s, b, saved, graphs, seed = room.k, room.s, room.b, room.saved, given.graphs, given.seed
    ys, tick, until, every = state.y, call.tick, call.until, clock.every
    for block in range(call.first, call.last):
        y, p, lanes, at, which = (
            ys[block], given.p[block], given.ids[block], state.frozen_at[block], state.frozen_row[block]
        )
        # Up to tick `again`, steps are made one at a time.
        now, again, written = tick, tick, call.row
        # Regions read and write one array, in which LLVM can tell apart accesses to literal places; so the states move
        # there for the time of the call (compiler/writing/region_loops.py).
        if REGIONS:
            y = s[STATES : STATES + ROWS * LANES]
            for c in range(ROWS * LANES):
                y[c] = ys[block, c]
            choose(p, s)
        while now < until:
            careful = now < again
            # A group ends at a record at the latest, as the state of a record has to be sound.
            length = min(1 if careful else GROUP, every - now % every)
            stop = min(until, now + length)
            for c in range(ROWS * LANES):
                saved[c] = y[c]
            for r in range(LANES):
                s[r] = 0.0
            for n in range(now, stop):
                step(p, y, k, s, b, lanes, seed, n, graphs)
                if EVENTS:
                    # An event may replace the value that was not finite, so the search for it comes before.
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
