"""A two-parameter zero-sum game, gradient and symplectic gradient adjustment, against C++.

L₁ = xy - x²/2 + y²/2 + x⁴/4 - y⁴/4 = -L₂, rate 0.01: gradient descent ends in a cycle of max |x| 1.149696.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks import native, ours
from benchmarks.table import Row, compared
from benchmarks.timing import NAN, fastest, interleaved

REPLICAS, STEPS, RATE = 100_000, 1_000, 0.01
Floats = NDArray[np.float64]
SCENARIO = """
dynsim: 1
title: A zero-sum game with an unstable critical point
variables:
  x: {{init: normal(0, 1)}}
  y: {{init: normal(0, 1)}}
  loss: {{expr: "x*y - x**2/2 + y**2/2 + x**4/4 - y**4/4"}}
agents:
  minimiser: {{controls: x, declared: loss, rule: {rule}}}
  maximiser: {{controls: y, declared: -loss, rule: {rule}}}
clock: {{steps: {steps}}}
"""
RULES = {
    "gradient": f"{{gradient: {{rate: {RATE}}}}}",
    "sga": f"{{symplectic: {{rate: {RATE}, strength: 1.0}}}}",
}


def measure() -> list[Row]:
    """Per rule: the rate in replica-steps per second, and nanoseconds per replica-step against C++."""
    start = np.random.default_rng(0).standard_normal((2, REPLICAS))
    return [row for rule in RULES for row in _rows(rule, start)]


def dynsim(rule: str, start: Floats, steps: int = STEPS) -> Callable[[], Floats]:
    """dynsim's run from (x, y), (2, N), to the last (x, y)."""
    text = SCENARIO.format(rule=RULES[rule], steps=steps)
    simulate = ours.prepared(text, {"x": start[0], "y": start[1]}, steps=steps)

    def final() -> Floats:
        last = simulate()
        return np.stack([last["x"], last["y"]])

    return final


def cpp(rule: str, start: Floats, fast_math: bool, steps: int = STEPS) -> Callable[[], Floats]:
    """The C++ program's run from (x, y), (2, N), to the last (x, y)."""

    def final() -> Floats:
        function = getattr(native.library("two_parameter.cpp", fast_math), f"game_{rule}")
        x, y = start.copy()
        function(
            native.pointer(x),
            native.pointer(y),
            ctypes.c_long(len(x)),
            ctypes.c_long(steps),
            ctypes.c_double(RATE),
            ctypes.c_double(1.0),
            ours.THREADS,
        )
        return np.stack([x, y])

    return final


def _rows(rule: str, start: Floats) -> list[Row]:
    peers = {"C++": cpp(rule, start, False), "C++ -ffast-math": cpp(rule, start, True)}
    times = interleaved({"dynsim": dynsim(rule, start), **peers}, 9)
    scale = 1e9 / (REPLICAS * STEPS)
    mine = times["dynsim"].best * scale
    title, target, note = f"two-parameter game, {rule}", "≥ 1e9 replica-steps/s", f"dynsim: {times['dynsim']}"
    best = fastest(times, peers)
    return [Row(f"{title}: rate", 1 / mine, NAN, NAN, "1e9/s", target, mine <= 1, note)] + [
        compared(
            f"{title}: {name}",
            mine,
            times[name].best * scale,
            "ns",
            str(times[name]),
            within=1.5 if name == best else None,
        )
        for name in peers
    ]
