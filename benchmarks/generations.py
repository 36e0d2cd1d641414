"""Selection: 10,000 systems over 1,000 generations of 100 steps, in the shipped scenario of selfish modules."""

from __future__ import annotations

import time

import dynsim as ds
from benchmarks.table import Row
from benchmarks.timing import NAN

SYSTEMS, GENERATIONS, LIFETIME = 10_000, 1_000, 100
REPEATS = 2
LIMIT = 20.0
CHANGES = (
    f"ensemble.replicas={SYSTEMS}", f"clock.steps={GENERATIONS * LIFETIME}", f"selection.every={LIFETIME}",
    f"record.every={10 * LIFETIME}",
)


def measure() -> list[Row]:
    """Seconds of the whole run without compilation, with record and genealogy in memory."""
    seconds = [_seconds() for _ in range(1 + REPEATS)][1:]
    best = min(seconds)
    steps = SYSTEMS * GENERATIONS * LIFETIME
    note = f"{SYSTEMS:,} systems, {GENERATIONS:,} generations of {LIFETIME} steps; {best / steps * 1e9:.2f} ns a step"
    return [Row("selection in selfish_modules", best, NAN, NAN, "s", f"< {LIMIT:g} s", best < LIMIT, note)]


def _seconds() -> float:
    start = time.perf_counter()
    ds.simulate("selfish_modules", set=CHANGES)
    return time.perf_counter() - start
