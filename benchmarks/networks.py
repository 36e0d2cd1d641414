"""Kuramoto and diffusion on a random graph of 10⁵ nodes, 10⁶ directed edges, against SciPy and JAX.

One replica, Euler steps of 0.01; in dynsim every node descends its own objective:

    Kuramoto    dθ_i/dt = ω_i + c Σ_j sin(θ_j - θ_i)        summed over the edges j → i, 10 on average
    diffusion   dx_i/dt = κ Σ_j (x_j - x_i)
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import ours
from benchmarks.ours import Edges
from benchmarks.peers import networks_scipy
from benchmarks.table import Row, compared
from benchmarks.timing import interleaved

NODES, EDGES, STEPS, DT = 100_000, 1_000_000, 50, 0.01
COUPLING, DIFFUSIVITY = 0.3, 1.0
Floats = NDArray[np.float64]
Contestants = dict[str, Callable[[], Floats]]
HEAD = """
dynsim: 1
title: A field on a random graph
graphs: {{net: {{edges: [[0, 1], [1, 2]], nodes: 3, directed: true}}}}
clock: {{time: {time}, dt: {dt}, method: euler}}
"""
KURAMOTO = (
    HEAD
    + """
params: {{coupling: {coupling}}}
variables:
  omega: {{on: net, init: normal(0, 1)}}
  theta: {{on: net, init: "uniform(-pi, pi)", flow: omega}}
agents:
  oscillators:
    controls: theta
    declared: -coupling*sum_neighbors(cos(neighbor(theta) - theta))
    rule: {{gradient: {{rate: 1.0}}}}
"""
)
DIFFUSION = (
    HEAD
    + """
params: {{diffusivity: {diffusivity}}}
variables:
  x: {{on: net, init: normal(0, 1)}}
agents:
  nodes:
    controls: x
    declared: diffusivity*sum_neighbors((neighbor(x) - x)**2)/2
    rule: {{gradient: {{rate: 1.0}}}}
"""
)


def measure() -> list[Row]:
    """One row per equation and peer: milliseconds per step."""
    graph = random_graph(NODES, EDGES)
    theta = np.random.default_rng(1).uniform(-np.pi, np.pi, NODES)
    omega = np.random.default_rng(2).standard_normal(NODES)
    return [
        *_rows(
            "Kuramoto",
            {"dynsim": dynsim_kuramoto(graph, theta, omega), **kuramoto_peers(graph, theta, omega)},
        ),
        *_rows("diffusion", {"dynsim": dynsim_diffusion(graph, theta), **diffusion_peers(graph, theta)}),
    ]


def random_graph(nodes: int, edges: int) -> Edges:
    """(n, source, target): edges sampled uniformly, sorted by target."""
    source, target = np.random.default_rng(0).integers(0, nodes, (2, edges))
    order = np.lexsort((source, target))
    return nodes, source[order], target[order]


def dynsim_kuramoto(graph: Edges, theta: Floats, omega: Floats, steps: int = STEPS) -> Callable[[], Floats]:
    text = KURAMOTO.format(time=steps * DT, dt=DT, coupling=COUPLING)
    simulate = ours.prepared(
        text, {"theta": theta[:, None], "omega": omega[:, None]}, steps=steps, edges=graph
    )
    return lambda: simulate()["theta"][:, 0]


def dynsim_diffusion(graph: Edges, x: Floats, steps: int = STEPS) -> Callable[[], Floats]:
    text = DIFFUSION.format(time=steps * DT, dt=DT, diffusivity=DIFFUSIVITY)
    simulate = ours.prepared(text, {"x": x[:, None]}, steps=steps, edges=graph)
    return lambda: simulate()["x"][:, 0]


def kuramoto_peers(graph: Edges, theta: Floats, omega: Floats, steps: int = STEPS) -> Contestants:
    """The last θ, from each peer; the first call builds its matrix or compiles."""

    @functools.cache
    def matrix() -> Any:
        return networks_scipy.adjacency(graph)

    def in_jax() -> Floats:
        from benchmarks.peers import networks_jax

        return networks_jax.kuramoto(graph, theta, omega, COUPLING, DT, steps)

    return {
        "SciPy CSR": lambda: networks_scipy.kuramoto(matrix(), theta, omega, COUPLING, DT, steps),
        "JAX segment_sum": in_jax,
    }


def diffusion_peers(graph: Edges, x: Floats, steps: int = STEPS) -> Contestants:
    """The last x, from each peer; the first call builds its matrix or compiles."""

    @functools.cache
    def matrix() -> Any:
        return networks_scipy.diffusion_step(networks_scipy.adjacency(graph), DIFFUSIVITY, DT)

    def in_jax() -> Floats:
        from benchmarks.peers import networks_jax

        return networks_jax.diffusion(graph, x, DIFFUSIVITY, DT, steps)

    return {"SciPy CSR": lambda: networks_scipy.diffusion(matrix(), x, steps), "JAX segment_sum": in_jax}


def _rows(title: str, contestants: Contestants) -> list[Row]:
    times = interleaved(contestants, 5)
    mine = times.pop("dynsim")
    return [
        compared(
            f"{title}, {NODES:,} nodes, {EDGES:,} edges: {name}",
            mine.best * 1e3 / STEPS,
            timing.best * 1e3 / STEPS,
            "ms/step",
            f"{timing}; dynsim: {mine}",
        )
        for name, timing in times.items()
    ]
