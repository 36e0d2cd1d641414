"""The loop of a continuous clock with a fixed step: an explicit Runge–Kutta table, with or without noise."""

import numpy as np

from .discrete import freeze, hold, record
from .generated import LANES, NOISY, ROWS, derivative, diffusion, fire, project, wiener


def advance(
    y, p, k, s, b, ids, seed, graphs, saved, frozen_at, frozen_row, tick, until, every, out, first,
    t, rows, inc, dw, h, ta, tb, tc,
):
    """Steps of length h from `tick` to `until`; states at multiples of `every` go to out[first], out[first + 1], …

    rows: the rows that move. inc: (stages, rows of y) increments. ta, tb, tc: the table. Returns the records written.
    """
    written = 0
    root = np.sqrt(h)
    for now in range(tick, until):
        for q in range(ROWS * LANES):
            saved[q] = y[q]
        if NOISY:
            wiener(dw, ids, seed, now)
        for j in range(len(tb)):
            for r in range(LANES):
                t[r] = (now + tc[j]) * h
            if j > 0:
                combine(y, saved, inc, ta[j], j, rows)
            derivative(p, y, k, s, b, t, graphs)
            increment(inc[j], k, h, rows)
            if NOISY:
                diffusion(p, y, k, s, b, t, graphs)
                for q in rows:
                    for r in range(LANES):
                        c = q * LANES + r
                        inc[j, c] += k[c] * (root * dw[c])
        combine(y, saved, inc, tb, len(tb), rows)
        for r in range(LANES):
            t[r] = (now + 1) * h
        project(p, y, k, s, b, graphs)
        freeze(y, frozen_at, frozen_row, (now + 1) * h)
        hold(y, saved, frozen_at)
        fire(p, y, k, s, b, t, graphs)
        hold(y, saved, frozen_at)
        if (now + 1) % every == 0:
            record(y, frozen_at, out, first + written)
            written += 1
    return written


def increment(into, k, h, rows):
    """into = h·k on the rows that move."""
    for q in rows:
        for r in range(LANES):
            c = q * LANES + r
            into[c] = h * k[c]


def combine(y, start, inc, weights, count, rows):
    """y = start + Σ_j weights_j inc_j on the rows that move."""
    for q in rows:
        for r in range(LANES):
            c = q * LANES + r
            total = 0.0
            for j in range(count):
                total += weights[j] * inc[j, c]
            y[c] = start[c] + total
