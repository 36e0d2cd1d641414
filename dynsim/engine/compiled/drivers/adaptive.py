"""The loop of a continuous clock with step size control; every lane has its own step.

A lane steps until it has passed the next recording time, and the record is interpolated inside its last step. Steps
therefore depend neither on what is recorded nor on the lanes beside them. A step ends exactly at the time of an event,
and within MOMENT (a share of the run) of the moment at which an event's condition becomes true. Where there are
conditions, steps are at most LONGEST of the run, so that no step skips a condition that holds for that long.
The error of a step must satisfy max_i |e_i| / (atol + rtol·max(|y_i|, |y'_i|)) ≤ 1; the step size follows
Hairer, Nørsett & Wanner (1993), II.4.
"""

from typing import NamedTuple

import numpy as np

from ....arrays import Array, Floats
from ...step_control import GROW, LONGEST, MOMENT, SAFETY, SHRINK, SMALLEST
from .common import Call, Given
from .generated import EVENTS, LANES, ROWS, WATCHED, derivative, entry, fire, inner, next_event, project
from .increments import check, combine


class State(NamedTuple):
    """What a run goes on from, by block. y: states; by lane: frozen_at, NaN while it lives, and frozen_row; t: the time
    reached; of the last step: start and before, state and time at its beginning, size, its length, and inc, the
    increments of its stages; h: the length to try next."""

    y: Floats
    frozen_at: Floats
    frozen_row: Array
    t: Floats
    start: Floats
    before: Floats
    size: Floats
    inc: Floats
    h: Floats


class Room(NamedTuple):
    """Room for an attempt at a step, in all lanes of one block. saved: the states before it; trial: the increments of
    its stages; by lane: stage, the time of a stage; limit, where the step must end; step, its length; moves, who takes
    part and then whose step is accepted."""

    k: Floats
    s: Floats
    b: Floats
    saved: Floats
    trial: Floats
    stage: Floats
    limit: Floats
    step: Floats
    moves: Array


class Clock(NamedTuple):
    """Records at multiples of `every`, that of tick `final` at the time `end`. a, b, c, error, dense: the method's
    table; power: of the error, in the choice of the next length. spans: the rows that move, from … to."""

    every: float
    final: int
    end: float
    rtol: float
    atol: float
    power: float
    a: Floats
    b: Floats
    c: Floats
    error: Floats
    dense: Floats
    spans: Array


@entry
def advance(call: Call, state: State, given: Given, room: Room, clock: Clock, out: Floats) -> None:
    """Run the blocks of the call; the states at the recording times of the ticks tick + 1 … until go to
    out[block, row], …"""
    k, s, b, saved, trial, stage, limit, step, moves = (
        room.k, room.s, room.b, room.saved, room.trial, room.stage, room.limit, room.step, room.moves
    )
    end, spans, graphs, seed = clock.end, clock.spans, given.graphs, given.seed
    for block in range(call.first, call.last):
        y, p, ids = state.y[block], given.p[block], given.ids[block]
        at, which = state.frozen_at[block], state.frozen_row[block]
        t, h, before, size = state.t[block], state.h[block], state.before[block], state.size[block]
        start, inc = state.start[block], state.inc[block]
        for now in range(call.tick, call.until):
            goal = end if now + 1 == clock.final else (now + 1) * clock.every
            while waiting(t, at, goal, moves):
                next_event(p, y, t, limit)
                # All lanes make the attempt, as vector instructions do; `settle` undoes it in those that do not move.
                for r in range(LANES):
                    # `judge` has cut this step to the end of the run, so it ends there exactly, as at an event.
                    if h[r] == end - t[r]:
                        limit[r] = min(limit[r], end)
                    step[r] = min(h[r], limit[r] - t[r])
                    if len(WATCHED):
                        step[r] = min(step[r], LONGEST * end)
                for c in range(ROWS * LANES):
                    saved[c] = y[c]
                for j in range(len(clock.b)):
                    for r in range(LANES):
                        stage[r] = t[r] + clock.c[j] * step[r]
                    if j > 0:
                        combine(y, saved, k, trial, clock.a[j], j, spans)
                    # Step 0 for all: random numbers at every step are refused with an adaptive method.
                    derivative(p, y, k, s, b, ids, seed, 0, stage, graphs)
                    scale_by_lane(trial[j], k, step, spans)
                combine(y, saved, k, trial, clock.b, len(clock.b), spans)
                # Before projection and events: the error estimate is about the flow alone.
                judge(y, saved, trial, t, h, before, size, limit, step, moves, at, which, spans,
                      clock.error, end, clock.rtol, clock.atol, clock.power)
                for r in range(LANES):
                    s[r] = 0.0
                project(p, y, k, s, b, graphs)
                check(y, s, spans)
                if EVENTS:
                    fire(p, y, k, s, b, t, graphs)
                    locate(y, saved, t, h, before, step, moves, MOMENT * end)
                settle(y, saved, s, trial, start, inc, t, moves, at, which)
            record = out[block, call.row + now - call.tick]
            interpolate(y, at, record, goal, t, inc, start, before, size, spans, clock.dense)


@inner
def waiting(t, frozen_at, goal, moves):
    """Which lanes have not reached the goal, and whether there are any."""
    found = False
    for r in range(LANES):
        moves[r] = t[r] < goal and np.isnan(frozen_at[r])
        found = found or moves[r]
    return found


@inner
def scale_by_lane(into, k, step, spans):
    """into = step·k."""
    for i in range(len(spans)):
        for q in range(spans[i, 0], spans[i, 1]):
            for r in range(LANES):
                into[q * LANES + r] = step[r] * k[q * LANES + r]


@inner
def error_of(r, y, saved, trial, spans, te, rtol, atol):
    """The error of a lane's step as a multiple of what is allowed, and the row that has it."""
    error, worst = 0.0, spans[0, 0] if len(spans) else 0
    for i in range(len(spans)):
        for q in range(spans[i, 0], spans[i, 1]):
            c = q * LANES + r
            e = 0.0
            for j in range(len(te)):
                e += te[j] * trial[j, c]
            e = abs(e) / (atol + rtol * max(abs(saved[c]), abs(y[c])))
            if not np.isfinite(y[c]) or np.isnan(e):
                return np.inf, q
            if e > error:
                error, worst = e, q
    return error, worst


@inner
def judge(
    y, saved, trial, t, h, before, size, limit, step, moves, frozen_at, frozen_row, spans, te, end, rtol, atol, power
):
    """Accept or reject the step of every lane that moves, and choose the next length; moves: what was accepted.

    A lane whose step would have to be shorter than rounding allows is frozen. What is not defined beyond the end of the
    run is stepped to the end at most.
    """
    for r in range(LANES):
        if not moves[r]:
            continue
        error, worst = error_of(r, y, saved, trial, spans, te, rtol, atol)
        # Below 1e-10 the power would exceed GROW by far, and that of 0 is infinite.
        factor = min(GROW, max(SHRINK, SAFETY * error**power)) if error > 1e-10 else GROW
        if error <= 1.0:
            before[r], size[r] = t[r], step[r]
            at_event = step[r] == limit[r] - t[r]
            # A sum may miss the event's time by rounding, and the event would wait for ever.
            t[r] = limit[r] if at_event else t[r] + step[r]
            # A step that an event has cut short says little about the length that was possible.
            h[r] = max(h[r], step[r] * factor) if at_event else step[r] * factor
            continue
        moves[r] = False
        beyond = not np.isfinite(error) and t[r] + step[r] > end
        h[r] = end - t[r] if beyond else step[r] * min(1.0, factor)
        if h[r] < SMALLEST * max(1.0, abs(t[r])):
            frozen_at[r], frozen_row[r] = t[r], worst


@inner
def locate(y, saved, t, h, before, step, moves, moment):
    """Take back the step of a lane in which a condition has become true, and halve it, until it is a moment.

    The switch of the event tells: it is a state, and the step or its events have changed it.
    """
    for r in range(LANES):
        for i in range(len(WATCHED)):
            c = WATCHED[i] * LANES + r
            if moves[r] and y[c] != saved[c] and step[r] > moment:
                moves[r] = False
                t[r] = before[r]
                h[r] = 0.5 * step[r]


@inner
def settle(y, saved, s, trial, start, inc, t, moves, frozen_at, frozen_row):
    """Keep the steps that were accepted, for the interpolation too, and undo the others."""
    for q in range(ROWS):
        for r in range(LANES):
            c = q * LANES + r
            if not moves[r]:
                y[c] = saved[c]
                continue
            start[c] = saved[c]
            # Kept for as long as records may lie in this step, which can be several chunks.
            for j in range(len(trial)):
                inc[j, c] = trial[j, c]
            if not np.isfinite(s[r]) and not np.isfinite(y[c]) and np.isnan(frozen_at[r]):
                frozen_at[r], frozen_row[r] = t[r], q


@inner
def interpolate(y, frozen_at, out, goal, t, inc, start, before, size, spans, td):
    """The state at the time `goal`, which lies in every lane's last step."""
    # A lane that is not beyond the goal has ended exactly there.
    for q in range(ROWS):
        for r in range(LANES):
            c = q * LANES + r
            out[c] = (start[c] if t[r] > goal else y[c]) if np.isnan(frozen_at[r]) else np.nan
    for r in range(LANES):
        if t[r] <= goal:
            continue
        # The increments at the share θ of the step, each times its polynomial b_j(θ), by Horner's rule.
        theta = (goal - before[r]) / size[r]
        for j in range(len(td)):
            weight = 0.0
            for m in range(td.shape[1]):
                weight = (weight + td[j, td.shape[1] - 1 - m]) * theta
            for i in range(len(spans)):
                for q in range(spans[i, 0], spans[i, 1]):
                    out[q * LANES + r] += weight * inc[j, q * LANES + r]
