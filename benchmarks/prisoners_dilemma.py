"""LOLA on the exact iterated prisoner's dilemma, 10,000 seeds x 100 updates, against NumPy, JAX and C++.

Rate and foresight 1, θ ~ N(0, 1), discount 0.96: the mean final loss of player 1 is 1.0551 ± 0.0018; the notes
give each program's. The targets refer to the programs that users write: library calls in NumPy, automatic
differentiation in JAX (the faster of two), and the faster build of the C++ program.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np

from benchmarks import native, ours
from benchmarks.peers import ipd_numpy, same_operations
from benchmarks.table import Row, compared
from benchmarks.timing import fastest, interleaved

REPLICAS, UPDATES = 10_000, 100
MAPPED = 1_000  # replicas that vmap gets at once: with 10,000, XLA's batched LAPACK calls stall
SCENARIO = """
dynsim: 1
title: LOLA in the iterated prisoner's dilemma
variables:
  x: {size: 5, init: normal(0, 1)}
  y: {size: 5, init: normal(0, 1)}
games:
  ipd:
    iterated_matrix:
      actions: [x, y]
      payoffs: [[[-1, -3], [0, -2]], [[-1, 0], [-3, -2]]]
      discount: 0.96
      view: joint
agents:
  first: {controls: x, declared: "ipd[0]", rule: {lola: {rate: 1, foresight: 1}}}
  second: {controls: y, declared: "ipd[1]", rule: {lola: {rate: 1, foresight: 1}}}
clock: {steps: 100}
"""
SLOTS = [f"{player}[{k}]" for player in ("x", "y") for k in range(5)]
Floats = ipd_numpy.Array
Contestants = dict[str, Callable[[], Floats]]
MATRIX = "NumPy, batched 4 x 4 inverses"


def measure() -> list[Row]:
    """One row per peer: seconds for the whole ensemble."""
    theta = np.random.default_rng(0).standard_normal((10, REPLICAS))
    compiled = {"dynsim": dynsim(theta), **cpp_peers(theta), **generated_peers(theta)}
    slower = {**numpy_peers(theta), **jax_peers(theta)}
    times = interleaved(compiled, 15) | interleaved(slower, 3)
    notes = {
        name: str(times[name]) + ("" if times[name].missing else f", final loss {_loss(call())}")
        for name, call in (compiled | slower).items()
    }
    targets = {
        fastest(times, cpp_peers(theta)): {"within": 1.25},
        fastest(times, [name for name in jax_peers(theta) if "autodiff" in name]): {"faster": 40.0},
        MATRIX: {"faster": 200.0},
    }
    mine = times.pop("dynsim")
    return [
        compared(
            f"IPD, LOLA: {name}",
            mine.best,
            timing.best,
            "s",
            f"{notes[name]}; dynsim: {notes['dynsim']}",
            **targets.get(name, {}),
        )
        for name, timing in times.items()
    ]


def dynsim(theta: Floats, updates: int = UPDATES) -> Callable[[], Floats]:
    """dynsim's run from the logits θ (10, N), to the last θ."""
    simulate = ours.prepared(SCENARIO, dict(zip(SLOTS, theta, strict=True)), steps=updates)

    def final() -> Floats:
        last = simulate()
        return np.stack([last[name] for name in SLOTS])

    return final


def numpy_peers(theta: Floats, updates: int = UPDATES) -> Contestants:
    """The NumPy programs, from θ to the last θ."""
    return {
        MATRIX: lambda: ipd_numpy.run(ipd_numpy.lola_matrix, theta, updates),
        "NumPy, elementwise by hand": lambda: ipd_numpy.run(ipd_numpy.lola_reduced, theta, updates),
    }


def jax_peers(theta: Floats, updates: int = UPDATES) -> Contestants:
    """The JAX programs, from θ to the last θ."""

    def mapped() -> Floats:
        from benchmarks.peers import ipd_jax

        starts = range(0, theta.shape[1], MAPPED)
        parts = [ipd_jax.run_mapped(theta[:, first : first + MAPPED], updates=updates) for first in starts]
        return np.concatenate(parts, axis=1)

    def batched() -> Floats:
        from benchmarks.peers import ipd_jax

        return np.asarray(ipd_jax.run_batched(theta, updates=updates))

    def by_hand() -> Floats:
        from benchmarks.peers import ipd_jax

        return np.asarray(ipd_jax.run_by_hand(theta, updates=updates))

    return {
        "JAX, vmap, solve, autodiff": mapped,
        "JAX, batched, elementwise, autodiff": batched,
        "JAX, batched, elementwise by hand": by_hand,
    }


def cpp_peers(theta: Floats, updates: int = UPDATES) -> Contestants:
    """The C++ program, by hand, with and without -ffast-math."""
    return {"C++": _cpp(False, theta, updates), "C++ -ffast-math": _cpp(True, theta, updates)}


def generated_peers(theta: Floats, updates: int = UPDATES) -> Contestants:
    """dynsim's own operations in C++: what is left if the mathematics is the same."""
    return {
        "the same operations in C++": _generated(False, theta, updates),
        "the same operations in C++ -ffast-math": _generated(True, theta, updates),
    }


def _generated(fast_math: bool, theta: Floats, updates: int) -> Callable[[], Floats]:
    def final() -> Floats:
        program, parameters = ours.program(SCENARIO)
        run = native.library_of(same_operations.text(program, SLOTS), fast_math).run
        values = np.array([parameters[slot.name] for slot in program.parameters])
        result = theta.copy()
        replicas = ctypes.c_long(theta.shape[1])
        run(native.pointer(result), replicas, ctypes.c_long(updates), native.pointer(values), ours.THREADS)
        return result

    return final


def _cpp(fast_math: bool, theta: Floats, updates: int) -> Callable[[], Floats]:
    def final() -> Floats:
        lola = native.library("ipd.cpp", fast_math).ipd_lola
        result = theta.copy()
        replicas, one = ctypes.c_long(theta.shape[1]), ctypes.c_double(1.0)
        lola(native.pointer(result), replicas, ctypes.c_long(updates), one, one, ours.THREADS)
        return result

    return final


def _loss(theta: Floats) -> str:
    return f"{ipd_numpy.losses(theta)[0].mean():.4f}"
