"""The elementary functions in a compiled loop, compared with NumPy's array functions: nanoseconds per element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from benchmarks.table import Row
from benchmarks.timing import Timing, interleaved
from dynsim.engine import mathematics

ELEMENTS = 100_000  # argument and result together lie in a level-2 cache of 2 MB
REPEATS = 40
TARGET = 1.3
Floats = NDArray[np.float64]


def _sigmoid(x: Floats, out: Floats) -> None:
    np.negative(x, out=out)
    np.exp(out, out=out)
    np.add(out, 1.0, out=out)
    np.reciprocal(out, out=out)


# Ours → (NumPy's, arguments from, to, whether a target was set).
PEERS: dict[str, tuple[Callable[..., Any], float, float, bool]] = {
    "exp": (np.exp, -10.0, 10.0, True),
    "log": (np.log, 1e-3, 1e3, True),
    "sin": (np.sin, -10.0, 10.0, True),
    "tanh": (np.tanh, -5.0, 5.0, True),
    "sigmoid": (_sigmoid, -10.0, 10.0, True),
    "cos": (np.cos, -10.0, 10.0, False),
    "softplus": (lambda x, out: np.logaddexp(0.0, x, out=out), -10.0, 10.0, False),
    "power": (lambda x, out: np.power(x, 1.7, out=out), 1e-3, 1e3, False),
}


def measure() -> list[Row]:
    """One row per function. NumPy writes into an existing array, as dynsim's loop does."""
    return [_row(name, *peer) for name, peer in PEERS.items()]


def _row(name: str, peer: Callable[..., Any], low: float, high: float, has_target: bool) -> Row:
    x = np.random.default_rng(0).uniform(low, high, ELEMENTS)
    out = np.empty_like(x)
    loop = _loop(name)
    times = interleaved({"ours": lambda: loop(x, out), "theirs": lambda: peer(x, out=out)}, REPEATS)
    ours, theirs = (_nanoseconds(times[who]) for who in ("ours", "theirs"))
    return Row(
        name=f"{name}, per element: NumPy",
        ours=ours,
        theirs=theirs,
        ratio=ours / theirs,
        unit="ns",
        target=f"at most {TARGET} x NumPy's time" if has_target else "",
        reached=has_target and ours <= TARGET * theirs,
        note=f"ours {times['ours']}",
    )


def _loop(name: str) -> Callable[[Floats, Floats], None]:
    function = getattr(mathematics, name)

    @numba.njit(error_model="numpy")
    def unary(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    @numba.njit(error_model="numpy")
    def power(x, out):
        for i in range(x.size):
            out[i] = function(x[i], 1.7)

    return power if name == "power" else unary


def _nanoseconds(timing: Timing) -> float:
    return timing.best / ELEMENTS * 1e9
