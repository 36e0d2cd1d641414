"""The loop of a continuous clock with a fixed step: an explicit Runge–Kutta table, with or without noise."""

import numpy as np

from .common import check, fell, freeze, record
from .generated import EVENTS, LANES, NOISY, derivative, diffusion, entry, fire, inner, project, wiener


@entry
def advance(
    ys, ps, ids, seed, graphs, k, s, b, saved, frozen_at, frozen_row, first, last, tick, until, every, out, row,
    t, spans, inc, dw, h, final, rest, end, ta, tb, tc,
):
    """Steps of length h in the blocks first … last − 1; states at multiples of `every` go to out[block, row], …

    The step that reaches tick `final`, at the time `end`, has the length `rest`.

    spans: the rows that move, from … to. inc: (stages, rows of y) increments. ta, tb, tc: the table.
    """
    for block in range(first, last):
        y, p, lanes, at, which = ys[block], ps[block], ids[block], frozen_at[block], frozen_row[block]
        written = row
        for now in range(tick, until):
            short = now + 1 == final and rest < h
            length = rest if short else h
            after = end if now + 1 == final else (now + 1) * h
            for c in range(len(y)):
                saved[c] = y[c]
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


@inner
def combine(y, start, total, inc, weights, count, spans):
    """y = start + Σ_j weights_j inc_j; the sum is left in `total`."""
    for i in range(len(spans)):
        first, last = spans[i, 0] * LANES, spans[i, 1] * LANES
        for c in range(first, last):
            total[c] = weights[0] * inc[0, c]
        for j in range(1, count):
            for c in range(first, last):
                total[c] += weights[j] * inc[j, c]
        for c in range(first, last):
            y[c] = start[c] + total[c]
