"""A grid of 200 × 200 parameters × 100 seeds, 3,000 steps of a game of two parameters: 4,000,000 replicas in one call.

L₁ = p x²/2 + q xy and L₂ = p y²/2 − q xy, descended at a rate of 0.01, for p from −0.5 to 1 and q from 0 to 2. The time
is that of `ds.simulate`, from the scenario's text to the last states in memory, without compilation.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import dynsim as ds
from benchmarks.table import Row
from benchmarks.timing import NAN

POINTS, SEEDS, STEPS, RATE = 200, 100, 3_000, 0.01
REPEATS = 3
LIMIT = 10.0
CHUNK = 8_000  # replicas that NumPy works on at once: they then stay in the cache
PEER_SHARE = 100  # NumPy's program runs on this part of the replicas, and is counted that many times
SCENARIO = """
dynsim: 1
title: A grid of games of two parameters
params: {{pull: 0.5, turn: 0.5}}
variables:
  x: {{init: "normal(0, 1)"}}
  y: {{init: "normal(0, 1)"}}
agents:
  one: {{controls: x, declared: "pull*x**2/2 + turn*x*y", rule: {{gradient: {{rate: {rate}}}}}}}
  two: {{controls: y, declared: "pull*y**2/2 - turn*x*y", rule: {{gradient: {{rate: {rate}}}}}}}
clock: {{steps: {steps}}}
ensemble:
  replicas: {replicas}
  grid: {{pull: "linspace(-0.5, 1, {points})", turn: "linspace(0, 2, {points})"}}
record: {{every: {steps}}}
"""
Floats = NDArray[np.float64]


def measure() -> list[Row]:
    """Seconds of the whole call; NumPy's are extrapolated from a part of the replicas."""
    dynsim(points=20, seeds=10)
    seconds = [_seconds(lambda: dynsim(POINTS, SEEDS)) for _ in range(REPEATS)]
    start = states(dynsim(POINTS, SEEDS // PEER_SHARE), first=True)
    theirs = PEER_SHARE * min(_seconds(lambda: numpy(*start)) for _ in range(REPEATS))
    best, steps = min(seconds), POINTS**2 * SEEDS * STEPS
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    note = (
        f"median {sorted(seconds)[REPEATS // 2]:.3g} s, {best / steps * 1e9:.2f} ns a step, at most {memory:.1f} GiB; "
        f"NumPy: {PEER_SHARE} times the time of one part in {PEER_SHARE}"
    )
    name = f"grid {POINTS} × {POINTS} × {SEEDS} seeds, {STEPS:,} steps: NumPy"
    return [Row(name, best, theirs, theirs / best if best else NAN, "s", f"< {LIMIT:g} s", best < LIMIT, note)]


def dynsim(points: int, seeds: int, steps: int = STEPS) -> ds.Run:
    text = SCENARIO.format(points=points, replicas=points**2 * seeds, steps=steps, rate=RATE)
    return ds.simulate(ds.load_scenario(text))


def states(run: ds.Run, first: bool) -> tuple[Floats, Floats, Floats, Floats]:
    """x, y, p and q of every replica, at the start or at the end."""
    blocks = list(run.recording.blocks())
    block, tick = (blocks[0], 0) if first else (blocks[-1], -1)
    parameters = run.recording.parameters
    return block.values["x"][tick], block.values["y"][tick], parameters["pull"], parameters["turn"]


def numpy(x: Floats, y: Floats, pull: Floats, turn: Floats, steps: int = STEPS) -> tuple[Floats, Floats]:
    """The same steps in arrays that stay in the cache, without temporaries."""
    x, y = x.copy(), y.copy()
    for first in range(0, len(x), CHUNK):
        part = slice(first, first + CHUNK)
        a, b = x[part], y[part]
        decay, mixed = 1.0 - RATE * pull[part], RATE * turn[part]
        other, spare = np.empty_like(a), np.empty_like(a)
        for _ in range(steps):
            np.multiply(mixed, b, out=other)
            np.multiply(mixed, a, out=spare)
            a *= decay
            a -= other
            b *= decay
            b += spare
    return x, y


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
