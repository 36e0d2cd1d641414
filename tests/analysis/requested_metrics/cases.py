"""Studies of small systems for tests of the requested metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dynsim.algebra.graph import Graph
from dynsim.analysis.reading.study import Study
from dynsim.record.recording import Block, MemoryRecording
from dynsim.session.simulate import simulate
from dynsim.system.builder import System
from tests.analysis.games import Player, build


def recording(states: Mapping[str, Any], times: Any = None, parameters: Mapping[str, Any] | None = None):
    """A record that holds just these states, (K, R) or (K, n, R)."""
    arrays = {name: np.asarray(values, dtype=float) for name, values in states.items()}
    first = next(iter(arrays.values()))
    ticks, replicas = first.shape[0], first.shape[-1]
    times = np.arange(float(ticks)) if times is None else np.asarray(times, dtype=float)
    params = {name: np.broadcast_to(np.asarray(v, dtype=float), (replicas,)) for name, v in (parameters or {}).items()}
    last = np.stack([a.reshape(ticks, -1, replicas).sum(axis=1) for a in arrays.values()])
    lost = ~np.isfinite(last).all(axis=0)
    diverged = np.where(lost.any(axis=0), times[lost.argmax(axis=0)], np.nan)
    return MemoryRecording([Block(times, arrays)], replicas, params, diverged, np.where(lost.any(axis=0), 0, -1))


def pooled(study: Study) -> Study:
    """With all replicas together, whatever varies."""
    return study.split_by(study.cells.pooled)


def with_gradients(gradients: Any) -> Study:
    """Agents a0, a1, … with E_i = Σ_d g_id x_d: the gradients (n, D, K, R) at every tick, given as states g that nobody
    moves and at x = 0, where they are the gradients by x, and those by g vanish."""
    gradients = np.asarray(gradients, dtype=float)
    n, dimensions, ticks, replicas = gradients.shape
    graph = Graph()
    x = [graph.symbol(f"x{d}") for d in range(dimensions)]
    states: dict[str, Any] = {f"x{d}": np.zeros((ticks, replicas)) for d in range(dimensions)}
    players = {}
    for i in range(n):
        objective = graph.constant(0.0)
        for d in range(dimensions):
            objective = objective + graph.symbol(f"g{i}{d}") * x[d]
            states[f"g{i}{d}"] = gradients[i, d]
        players[f"a{i}"] = Player([f"x{i % dimensions}"], objective)
    return Study(build(graph, list(states), players), recording(states))


def quadratics(rng: np.random.Generator, sizes: Sequence[int]) -> tuple[Any, Any, Any]:
    """Agent i moves sizes[i] numbers: E_i = ½ zᵀH_i z + b_iᵀz over all numbers z, H_i symmetric with positive definite
    own blocks. Returns the program, H (n, N, N) and b (n, N)."""
    n, count = len(sizes), sum(sizes)
    graph = Graph()
    names = [f"z{k}" for k in range(count)]
    z = [graph.symbol(name) for name in names]
    h, b = rng.normal(size=(n, count, count)), rng.normal(size=(n, count))
    h = h + h.swapaxes(1, 2)
    starts = np.cumsum([0, *sizes])
    players = {}
    for i, size in enumerate(sizes):
        own = slice(starts[i], starts[i] + size)
        root = rng.normal(size=(size, size))
        h[i, own, own] = root @ root.T + np.eye(size)
        objective = graph.constant(0.0)
        for k in range(count):
            objective = objective + b[i, k] * z[k]
            for m in range(count):
                objective = objective + 0.5 * h[i, k, m] * z[k] * z[m]
        players[f"a{i}"] = Player(names[own], objective, rate=0.01)
    return build(graph, names, players), h, b


def at(study: Study, states: Mapping[str, Any]) -> Study:
    """The same system, with its first replica's parameters, in these states, (R,) or (n, R), at one tick."""
    parameters = {name: values[0] for name, values in study.recording.parameters.items()}
    known = recording({name: np.asarray(values, dtype=float)[None] for name, values in states.items()},
                      parameters=parameters)
    return Study(study.program, known, study.model)


def simulated(system: System, **settings: Any) -> Study:
    """The study of a system's run, by the interpreter."""
    return simulate(system, compiled=False, **settings).requested.study
