"""LOLA on the exact iterated prisoner's dilemma, 10,000 seeds x 100 updates, against NumPy, JAX and C++.

Rate and foresight 1, θ ~ N(0, 1), discount 0.96: the mean final loss of player 1 is 1.0551 ± 0.0018 (gradient descent:
1.9908 ± 0.0009); the notes give each program's.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks import native, ours
from benchmarks.peers import ipd_numpy
from benchmarks.table import Row, compared
from benchmarks.timing import Timing, interleaved

REPLICAS, UPDATES = 10_000, 100
MAPPED = 1_000  # replicas that vmap gets at once: many small LAPACK calls of a larger batch stall in XLA's thread pool
SCENARIO = Path(__file__).parents[1] / "scenarios" / "prisoners_dilemma_lola.yaml"
Floats = ipd_numpy.Array


def measure() -> list[Row]:
    """One row per peer: seconds for the whole ensemble."""
    theta = np.random.default_rng(0).standard_normal((10, REPLICAS))
    quick = {"dynsim": dynsim(theta), **cpp_peers(theta)}
    slow = {**numpy_peers(theta), **jax_peers(theta)}
    times = interleaved(quick, 15) | interleaved(slow, 3)
    final = {name: float(ipd_numpy.losses(call())[0].mean()) for name, call in (quick | slow).items()}
    mine = times["dynsim"]
    rows = []
    native_best = min((times[name].best for name in quick if name != "dynsim"), default=None)
    jax_best = min((times[name].best for name in slow if "autodiff" in name), default=None)
    for name, timing in times.items():
        if name == "dynsim":
            continue
        note = f"{_note(timing, final[name])}; dynsim: {_note(mine, final['dynsim'])}"
        target: dict[str, float] = {}
        if timing.best == native_best:
            target = {"within": 1.25}
        elif timing.best == jax_best:
            target = {"faster": 40}
        elif name == "NumPy, batched 4 x 4 inverses":
            target = {"faster": 200}
        rows.append(compared(f"IPD, LOLA: {name}", mine.best, timing.best, "s", note, **target))
    return rows


def dynsim(theta: Floats) -> Callable[[], Floats]:
    """dynsim's run from the logits θ (10, N), to the last θ."""
    names = [f"{player}[{k}]" for player in ("x", "y") for k in range(5)]
    simulate = ours.prepared(SCENARIO, dict(zip(names, theta, strict=True)), steps=UPDATES)

    def final() -> Floats:
        last = simulate()
        return np.stack([last[name] for name in names])

    return final


def numpy_peers(theta: Floats, updates: int = UPDATES) -> dict[str, Callable[[], Floats]]:
    """The NumPy programs, from θ to the last θ."""
    return {
        "NumPy, batched 4 x 4 inverses": lambda: ipd_numpy.run(ipd_numpy.lola_matrix, theta, updates),
        "NumPy, elementwise by hand": lambda: ipd_numpy.run(ipd_numpy.lola_reduced, theta, updates),
    }


def jax_peers(theta: Floats, updates: int = UPDATES) -> dict[str, Callable[[], Floats]]:
    """The JAX programs, from θ to the last θ; none where JAX is not installed."""
    if importlib.util.find_spec("jax") is None:
        return {}
    from benchmarks.peers import ipd_jax as peer

    def mapped() -> Floats:
        parts = [
            peer.run(theta[:, first : first + MAPPED], update=peer.lola, losses=peer.losses_solve, updates=updates,
                     mapped=True)
            for first in range(0, theta.shape[1], MAPPED)
        ]
        return np.concatenate([np.asarray(part) for part in parts], axis=1)

    return {
        "JAX, vmap, solve, autodiff": mapped,
        "JAX, batched, elementwise, autodiff": lambda: np.asarray(
            peer.run(theta, update=peer.lola, losses=peer.losses_reduced, updates=updates, mapped=False)
        ),
        "JAX, batched, elementwise by hand": lambda: np.asarray(peer.run_by_hand(theta, updates=updates)),
    }


def cpp_peers(theta: Floats, updates: int = UPDATES) -> dict[str, Callable[[], Floats]]:
    """The C++ program with and without -ffast-math; none where g++ is not installed."""
    if not native.available():
        return {}
    return {f"C++, by hand{', -ffast-math' if fast else ''}": _cpp(fast, theta, updates) for fast in (False, True)}


def _cpp(fast_math: bool, theta: Floats, updates: int) -> Callable[[], Floats]:
    library = native.library("ipd.cpp", fast_math)
    one = ctypes.c_double(1.0)

    def final() -> Floats:
        result = theta.copy()
        library.ipd_lola(
            native.pointer(result), ctypes.c_long(theta.shape[1]), ctypes.c_long(updates), one, one, ours.THREADS
        )
        return result

    return final


def _note(timing: Timing, loss: float) -> str:
    return f"{timing}, final loss {loss:.4f}"
