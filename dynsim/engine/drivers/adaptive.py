"""The loop of a continuous clock with step size control; every lane has its own step.

A lane steps until it has passed the next recording time, and the record is interpolated inside its last step. Steps
therefore never depend on what is recorded, nor on the lanes beside them. A step ends exactly on the time of an event.
The error of a step is held to max_i |e_i| / (atol + rtol·max(|y_i|, |y'_i|)) ≤ 1; the step size follows
Hairer, Nørsett & Wanner (1993), II.4.
"""

import numpy as np

from .discrete import hold
from .generated import LANES, ROWS, derivative, fire, next_event, project

SAFETY, SHRINK, GROW, SMALLEST = 0.9, 0.2, 5.0, 1e-13


def advance(
    y, p, k, s, b, ids, seed, graphs, saved, frozen_at, frozen_row, tick, until, every, out, first,
    t, rows, inc, start, before, h, size, limit, ta, tb, tc, te, td, end, rtol, atol, power,
):
    """Reach the recording times (tick + 1)·every … until·every (at most `end`); each state goes to out.

    start, before: state and time at the beginning of every lane's last step, size its length; h: what the lane will
    try next. Returns the number of records written.
    """
    for now in range(tick, until):
        goal = min((now + 1) * every, end)
        waiting = True
        while waiting:
            attempt(y, p, k, s, b, graphs, saved, frozen_at, frozen_row, goal,
                    t, rows, inc, start, before, h, size, limit, ta, tb, tc, te, rtol, atol, power)
            waiting = False
            for r in range(LANES):
                waiting = waiting or (t[r] < goal and np.isnan(frozen_at[r]))
        interpolate(y, frozen_at, out, first + now - tick, goal, t, rows, inc, start, before, size, td)
    return until - tick


def attempt(
    y, p, k, s, b, graphs, saved, frozen_at, frozen_row, goal,
    t, rows, inc, start, before, h, size, limit, ta, tb, tc, te, rtol, atol, power,
):
    """One step of every lane that has not reached the goal: accepted or rejected, lane by lane."""
    stages = len(tb)
    now = np.empty(LANES)
    moving = np.empty(LANES, np.bool_)
    step = np.empty(LANES)
    next_event(p, y, t, limit)
    for r in range(LANES):
        now[r] = t[r]
        moving[r] = t[r] < goal and np.isnan(frozen_at[r])
        step[r] = min(h[r], limit[r] - t[r])
    for c in range(ROWS * LANES):
        saved[c] = y[c]
    trial = np.empty((stages, ROWS * LANES))
    for j in range(stages):
        for r in range(LANES):
            t[r] = now[r] + tc[j] * step[r]
        for q in rows:
            for r in range(LANES):
                c = q * LANES + r
                total = 0.0
                for i in range(j):
                    total += ta[j, i] * trial[i, c]
                y[c] = saved[c] + total
        derivative(p, y, k, s, b, t, graphs)
        for q in rows:
            for r in range(LANES):
                c = q * LANES + r
                trial[j, c] = step[r] * k[c]
    for q in rows:
        for r in range(LANES):
            c = q * LANES + r
            total = 0.0
            for j in range(stages):
                total += tb[j] * trial[j, c]
            y[c] = saved[c] + total
    accept = np.empty(LANES, np.bool_)
    for r in range(LANES):
        error, worst = 0.0, rows[0] if len(rows) else 0
        for q in rows:
            c = q * LANES + r
            e = 0.0
            for j in range(stages):
                e += te[j] * trial[j, c]
            e = abs(e) / (atol + rtol * max(abs(saved[c]), abs(y[c])))
            if not e <= error:  # also where e is not a number
                error, worst = e, q
                if np.isnan(e):
                    break
        t[r] = now[r]
        accept[r] = moving[r] and error <= 1.0
        factor = GROW
        if not error <= 1e-10:
            factor = SAFETY * error**power if np.isfinite(error) else SHRINK
            factor = min(GROW, max(SHRINK, factor))
        if accept[r]:
            before[r], size[r] = now[r], step[r]
            at_event = step[r] == limit[r] - now[r]
            t[r] = limit[r] if at_event else now[r] + step[r]
            h[r] = max(h[r], step[r] * factor) if at_event else step[r] * factor
        elif moving[r]:
            h[r] = step[r] * min(1.0, factor)
            if h[r] < SMALLEST * max(1.0, abs(now[r])):
                frozen_at[r], frozen_row[r] = now[r], worst
    for q in range(ROWS):
        for r in range(LANES):
            c = q * LANES + r
            if accept[r]:
                start[c] = saved[c]
                for j in range(stages):
                    inc[j, c] = trial[j, c]
            else:
                y[c] = saved[c]
    settle(y, p, k, s, b, graphs, saved, frozen_at, accept, t)


def settle(y, p, k, s, b, graphs, saved, frozen_at, accept, t):
    """After a step: projection and events, in the lanes that made one."""
    for c in range(ROWS * LANES):
        saved[c] = y[c]
    project(p, y, k, s, b, graphs)
    fire(p, y, k, s, b, t, graphs)
    for r in range(LANES):
        if not accept[r]:
            for q in range(ROWS):
                y[q * LANES + r] = saved[q * LANES + r]
    hold(y, saved, frozen_at)


def interpolate(y, frozen_at, out, row, goal, t, rows, inc, start, before, size, td):
    """The state at the time `goal`, which lies in every lane's last step."""
    for q in range(ROWS):
        for r in range(LANES):
            c = q * LANES + r
            value = start[c] if t[r] > goal else y[c]
            out[row, c] = value if np.isnan(frozen_at[r]) else np.nan
    for q in rows:
        for r in range(LANES):
            if np.isnan(frozen_at[r]) and t[r] > goal:
                c = q * LANES + r
                theta = (goal - before[r]) / size[r]
                total = 0.0
                for j in range(len(td)):
                    weight = 0.0
                    for m in range(td.shape[1]):
                        weight = (weight + td[j, td.shape[1] - 1 - m]) * theta
                    total += weight * inc[j, c]
                out[row, c] = start[c] + total
