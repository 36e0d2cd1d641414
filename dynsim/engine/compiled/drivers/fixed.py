"""The loop of a continuous clock with a fixed step: an explicit Runge–Kutta table, with or without noise."""

from typing import NamedTuple

import numpy as np

from ....arrays import Array, Floats
from .common import Call, Given, fell, freeze, record
from .generated import EVENTS, LANES, NOISY, derivative, diffusion, entry, fire, inner, project, wiener
from .increments import check, combine


class State(NamedTuple):
    """What a run goes on from, by block: states y; frozen_at, NaN while the lane lives, and frozen_row, by lane."""

    y: Floats
    frozen_at: Floats
    frozen_row: Array


class Room(NamedTuple):
    """Room for the work on one block. saved: its states before the step; inc: the increment of every stage; dw: the
    noise of the step; t: the time of every lane."""

    k: Floats
    s: Floats
    b: Floats
    saved: Floats
    inc: Floats
    dw: Floats
    t: Floats


class Clock(NamedTuple):
    """Steps of length h, every `every`-th is recorded; the one that reaches tick `final`, at the time `end`, has the
    length `rest`. a, b, c: the method's table. spans: the rows that move, from … to."""

    h: float
    every: int
    final: int
    rest: float
    end: float
    a: Floats
    b: Floats
    c: Floats
    spans: Array


@entry
def advance(call: Call, state: State, given: Given, room: Room, clock: Clock, out: Floats) -> None:
    """Run the blocks of the call; states at multiples of `every` go to out[block, row], …"""
    k, s, b, saved, inc, dw, t = room.k, room.s, room.b, room.saved, room.inc, room.dw, room.t
    h, every, final, rest, end, spans = clock.h, clock.every, clock.final, clock.rest, clock.end, clock.spans
    ta, tb, tc, graphs, seed = clock.a, clock.b, clock.c, given.graphs, given.seed
    for block in range(call.first, call.last):
        y, p, lanes, at, which = (
            state.y[block], given.p[block], given.ids[block], state.frozen_at[block], state.frozen_row[block]
        )
        written = call.row
        for now in range(call.tick, call.until):
            # The times of full steps are products, not sums, so that rounding does not add up over a run.
            short = now + 1 == final and rest < h
            length = rest if short else h
            after = end if now + 1 == final else (now + 1) * h
            for c in range(len(y)):
                saved[c] = y[c]
            # All stages of a step see the same ΔW (integrators/base.py).
            if NOISY:
                wiener(dw, lanes, seed, now)
            for j in range(len(tb)):
                for r in range(LANES):
                    t[r] = now * h + tc[j] * length if short else (now + tc[j]) * h
                if j > 0:
                    combine(y, saved, k, inc, ta[j], j, spans)
                derivative(p, y, k, s, b, lanes, seed, now, t, graphs)
                scale(inc[j], k, length, spans)
                if NOISY:
                    diffusion(p, y, k, s, b, lanes, seed, now, t, graphs)
                    kick(inc[j], k, dw, np.sqrt(length), spans)
            combine(y, saved, k, inc, tb, len(tb), spans)
            project(p, y, k, s, b, graphs)
            for r in range(LANES):
                t[r] = after
                s[r] = 0.0
            check(y, s, spans)
            # Before events, as one may replace the value that was not finite.
            if fell(s, at):
                freeze(y, s, at, which, after)
            if EVENTS:
                fire(p, y, k, s, b, t, graphs)
                if fell(s, at):
                    freeze(y, s, at, which, after)
            if (now + 1) % every == 0:
                record(y, at, out[block, written])
                written += 1


@inner
def scale(into, k, h, spans):
    """into = h·k."""
    for i in range(len(spans)):
        for c in range(spans[i, 0] * LANES, spans[i, 1] * LANES):
            into[c] = h * k[c]


@inner
def kick(into, amplitude, normal, root, spans):
    """into += amplitude·√h·normal."""
    for i in range(len(spans)):
        for c in range(spans[i, 0] * LANES, spans[i, 1] * LANES):
            into[c] += amplitude[c] * (root * normal[c])
