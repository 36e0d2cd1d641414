"""Minimisation over a convex set from many starts at once: the spectral projected gradient method."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...arrays import Floats, Integers

MOST = 300  # steps
MEMORY = 10  # values: a step may rise up to the largest of the last ones
STATIONARY = 1e-10  # of 1 + |x|: a search ends where a projected gradient step of length 1 is shorter
LEVEL = 1e-13  # of 1 + |f|: or where the last MEMORY values span less
SHORTEST, LONGEST = 1e-10, 1e10  # step lengths
LEAP = 10.0  # factor on the step length where the curvature along the step is not positive
SUFFICIENT = 1e-4  # of the decrease that the slope promises: a step that decreases less is shortened
ROUNDING = 1e-15  # of |f|: a larger value within this counts as equal
SHORTENED = 20  # times that a step is shortened

Objective = Callable[[Floats, Integers], tuple[Floats, Floats]]
"""f(x, lanes) → values (L,) and gradients (d, L) at points x, (d, L). lanes: the numbers of the searches."""

Projection = Callable[[Floats], Floats]
"""x (d, L) → the nearest points of the set."""


def projected_gradient(f: Objective, project: Projection, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Local minima by the spectral projected gradient method (Birgin, Martínez & Raydan 2000), searched from many
    points x, (d, L), at once.

    Returns the best points, their values, and the values at the projected starts. A search that meets a value that is
    not finite ends, and keeps the best point so far.
    """
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
    f: Objective, lanes: Integers, x: Floats, direction: Floats, ceiling: Floats, value: Floats, slope: Floats
) -> tuple[Floats, Floats, Floats]:
    """Point, value and slope after the first step along `direction` that decreases enough.

    The value has to lie below the ceiling by the share SUFFICIENT of what the slope promises. A step that fails is
    shortened to the minimum of the parabola through the known values and slope.
    """
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
