"""The least value of an objective over some numbers, all else as it is: a bounded search in every replica.

Over several ticks it is the least mean over them: all else moves as it did, the numbers stay where the search has them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...algebra.differentiate import gradient
from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...arrays import Floats
from ...record.recording import Block
from ..reading.chance import numbers
from ..reading.study import Study
from .region import Region

MOST = 300  # steps
MEMORY = 10  # values that a step may fall back to
STATIONARY = 1e-10  # of 1 + |x|: how far a projected gradient step of length 1 goes at the end
LEVEL = 1e-13  # of 1 + |f|: the range of the values that are remembered, at the end
SHORTEST, LONGEST, LEAP = 1e-10, 1e10, 10.0
SUFFICIENT, ROUNDING, SHORTENED = 1e-4, 1e-15, 20
BOTTOMLESS = 1e8  # times 1 + |f| at the start: an objective that falls by more has no minimum

Objective = Callable[[Floats, NDArray[np.int64]], tuple[Floats, Floats]]
"""f(x, lanes) → the values (L,) and the gradients (d, L) at points x (d, L) that belong to these lanes."""


def least(
    study: Study, block: Block, objective: Expr, region: Region, starts: int, replicas: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """The least mean over a block's ticks found in each of these replicas, (r,), and where, (d, r).

    Everything but the region's numbers stays as it is, or was at every tick. It is an upper bound of the minimum, exact
    where the objective is convex over the region, and where it takes its minimum at a corner, as one that is linear in
    the shares of a simplex does: corners are among the starts. NaN where it falls without end, or where the replica is
    lost.
    """
    current = np.stack([block.values[name][-1, replicas] for name in region.names])
    points = region.starts(current, starts)
    d, count, r = points.shape
    fixed = {name: p[replicas] for name, p in study.recording.parameters.items()}
    fixed |= {name: _nodes_first(array[..., replicas]) for name, array in block.values.items()}
    symbols = [study.program.graph.symbol(name) for name in region.names]
    outputs = [objective, *gradient([objective], symbols)]
    fixed |= numbers(study.program, study.recording, outputs, block.times[:, None], replicas)

    def evaluated(x: Floats, lanes: NDArray[np.int64]) -> tuple[Floats, Floats]:
        own = lanes % r
        values: dict[str, Any] = {name: array[..., own] for name, array in fixed.items()}
        values |= dict(zip(region.names, x, strict=True))
        found = evaluate(outputs, values, study.program.topologies, block.times[:, None])
        rows = np.array([np.broadcast_to(row, (block.ticks, *own.shape)).mean(axis=0) for row in found])
        return rows[0], rows[1:]

    with np.errstate(over="ignore", invalid="ignore"):
        x, f, first = _descend(evaluated, region, points.reshape(d, -1))
    x, f, first = x.reshape(d, count, r), f.reshape(count, r), first.reshape(count, r)
    bottomless = f < first - BOTTOMLESS * (1.0 + np.abs(first))
    best = np.where(np.isfinite(f), f, np.inf).argmin(axis=0)
    lane = np.arange(r)
    wrong = bottomless.any(axis=0) | ~np.isfinite(first[0])
    return np.where(wrong, np.nan, f[best, lane]), np.where(wrong, np.nan, x[:, best, lane])


def _nodes_first(values: Floats) -> Floats:
    """(K, r), or a population's (K, n, r) as (n, K, r)."""
    return values if values.ndim == 2 else np.moveaxis(values, 1, 0)


def _descend(f: Objective, region: Region, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Spectral projected gradient (Birgin, Martínez & Raydan 2000) from many points at once, x (d, L): the points, the
    values there and the values at the start. What leaves the finite numbers stays where it was."""
    x = region.project(x)
    lanes = np.arange(x.shape[1])
    value, slope = f(x, lanes)
    best_x, best, first = x.copy(), value.copy(), value.copy()
    recent = np.tile(value, (MEMORY, 1))
    length = 1.0 / np.maximum(np.abs(slope).max(axis=0), SHORTEST)
    for turn in range(MOST):
        reach = np.abs(region.project(x - slope) - x).max(axis=0)
        level = (recent.max(axis=0) - recent.min(axis=0) <= LEVEL * (1.0 + np.abs(value))) & (turn >= MEMORY)
        going = (reach > STATIONARY * (1.0 + np.abs(x).max(axis=0))) & ~level & np.isfinite(value)
        lanes, x, value, slope = lanes[going], x[:, going], value[going], slope[:, going]
        recent, length = recent[:, going], length[going]
        if not len(lanes):
            break
        direction = region.project(x - length * slope) - x
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
