"""Minimisation over a convex set from many starts at once: the spectral projected gradient method."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...arrays import Floats

MOST = 300  # steps
MEMORY = 10  # values that a step may fall back to
STATIONARY = 1e-10  # of 1 + |x|: how far a projected gradient step of length 1 goes at the end
LEVEL = 1e-13  # of 1 + |f|: the range of the values that are remembered, at the end
SHORTEST, LONGEST, LEAP = 1e-10, 1e10, 10.0
SUFFICIENT, ROUNDING, SHORTENED = 1e-4, 1e-15, 20

Objective = Callable[[Floats, NDArray[np.int64]], tuple[Floats, Floats]]
"""f(x, lanes) → the values (L,) and the gradients (d, L) at points x (d, L) that belong to these lanes."""

Projection = Callable[[Floats], Floats]
"""x (d, L) → the nearest points of the set."""


def projected_gradient(f: Objective, project: Projection, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Spectral projected gradient (Birgin, Martínez & Raydan 2000) from many points at once, x (d, L): the points, the
    values there and the values at the start. What leaves the finite numbers stays where it was."""
    x = project(x)
    lanes = np.arange(x.shape[1])
    value, slope = f(x, lanes)
    best_x, best, first = x.copy(), value.copy(), value.copy()
    recent = np.tile(value, (MEMORY, 1))
    length = 1.0 / np.maximum(np.abs(slope).max(axis=0), SHORTEST)
    for turn in range(MOST):
        reach = np.abs(project(x - slope) - x).max(axis=0)
        level = (recent.max(axis=0) - recent.min(axis=0) <= LEVEL * (1.0 + np.abs(value))) & (turn >= MEMORY)
        going = (reach > STATIONARY * (1.0 + np.abs(x).max(axis=0))) & ~level & np.isfinite(value)
        lanes, x, value, slope = lanes[going], x[:, going], value[going], slope[:, going]
        recent, length = recent[:, going], length[going]
        if not len(lanes):
            break
        direction = project(x - length * slope) - x
        new_x, new_value, new_slope = _line_search(f, lanes, x, direction, recent.max(axis=0), value, slope)
        moved, turned = new_x - x, new_slope - slope
        curvature = (moved * turned).sum(axis=0)
        longer = (moved**2).sum(axis=0) / np.where(curvature > 0.0, curvature, np.nan)
        length = np.clip(np.where(np.isfinite(longer), longer, LEAP * length), SHORTEST, LONGEST)
        x, value, slope = new_x, new_value, new_slope
        recent[turn % MEMORY] = value
        better = value < best[lanes]
        best[lanes[better]], best_x[:, lanes[better]] = value[better], x[:, better]
    return best_x, best, first


def _line_search(
    f: Objective, lanes: NDArray[np.int64], x: Floats, direction: Floats, ceiling: Floats, value: Floats, slope: Floats
) -> tuple[Floats, Floats, Floats]:
    """Shorten the step, to the least point of the parabola through what is known, until the value is below the ceiling
    by a share of what the slope promises, or differs from it by rounding."""
    promised = (slope * direction).sum(axis=0)
    rounding = ROUNDING * np.abs(ceiling)
    step = np.ones(len(lanes))
    new_x = x + direction
    new_value, new_slope = f(new_x, lanes)
    for _ in range(SHORTENED):
        short = np.flatnonzero(~(new_value <= ceiling + SUFFICIENT * step * promised + rounding))
        if not len(short):
            break
        t, p = step[short], promised[short]
        lowest = -0.5 * p * t**2 / (new_value[short] - value[short] - t * p)
        step[short] = np.where(np.isfinite(lowest), np.clip(lowest, 0.1 * t, 0.5 * t), 0.1 * t)
        new_x[:, short] = x[:, short] + step[short] * direction[:, short]
        new_value[short], new_slope[:, short] = f(new_x[:, short], lanes[short])
    return new_x, new_value, new_slope
