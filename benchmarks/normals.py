"""Normal numbers in a loop over lanes, compared with NumPy's generators: nanoseconds per number."""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np

from benchmarks.table import Row
from benchmarks.timing import interleaved
from dynsim.engine.random import philox

LANES = 32
STEPS = 3_000
REPEATS = 40
TARGET = 3.0


def measure() -> list[Row]:
    """Pairs of replicas, as a kernel generates them for a row of lanes, and one number at a time."""
    row = np.empty(LANES)
    in_cache = np.empty(LANES * STEPS)
    philox, default = np.random.Generator(np.random.Philox(1)), np.random.default_rng(1)
    times = interleaved(
        {
            "in pairs": lambda: _pairs(row, 1, 0, 7, STEPS),
            "one by one": lambda: _singles(row, 1, 0, 7, STEPS),
            "default_rng": lambda: default.standard_normal(out=in_cache),
            "Philox": lambda: philox.standard_normal(out=in_cache),
        },
        REPEATS,
    )
    cost = {name: timing.best / (LANES * STEPS) * 1e9 for name, timing in times.items()}
    return [
        _row(ours, theirs, cost, f"ours {times[ours]}", ours == "in pairs" and theirs == "default_rng")
        for ours in ("in pairs", "one by one")
        for theirs in ("default_rng", "Philox")
    ]


def _row(ours: str, theirs: str, cost: dict[str, float], note: str, has_target: bool) -> Row:
    ratio = cost[theirs] / cost[ours]
    return Row(
        name=f"normal numbers {ours}: NumPy {theirs}.standard_normal",
        ours=cost[ours],
        theirs=cost[theirs],
        ratio=ratio,
        unit="ns",
        target=f"at least {TARGET:g} x faster" if has_target else "",
        reached=has_target and ratio >= TARGET,
        note=note,
    )


def _kernel(body: Callable[..., None]) -> Callable[..., None]:
    return numba.njit(error_model="numpy")(body)


@_kernel
def _pairs(w, seed, first, variable, steps):
    for step in range(steps):
        for j in range(LANES // 4):
            k = j + LANES // 4
            w[2 * j], w[2 * j + 1] = philox.normal_pair(seed, (first >> 1) + j, variable, step, 0)
            w[2 * k], w[2 * k + 1] = philox.normal_pair(seed, (first >> 1) + k, variable, step, 0)


@_kernel
def _singles(w, seed, first, variable, steps):
    for step in range(steps):
        for r in range(LANES):
            w[r] = philox.normal(seed, first + r, variable, step, 0)
