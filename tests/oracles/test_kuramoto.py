"""Oscillators beside the package kuramoto (Damicelli 2019), on random graphs."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest

import dynsim as ds
from tests.oracles.games import Array

pytestmark = [pytest.mark.slow, pytest.mark.oracle("kuramoto")]
TIME, EVERY = 10.0, 0.1


def theirs(graph: nx.Graph, coupling: float, frequencies: Array, angles: Array) -> tuple[Array, Array]:
    """The angles, (n, K), and the order parameter, (K,). By LSODA, to about 1e-7."""
    from kuramoto import Kuramoto

    records = round(TIME / EVERY) + 1
    # there are int(T/dt) records from 0 to T
    model = Kuramoto(coupling=coupling, dt=TIME / records * (1 - 1e-12), T=TIME, natfreqs=frequencies)
    found = model.run(adj_mat=nx.to_numpy_array(graph), angles_vec=angles.copy())
    return found, np.array([model.phase_coherence(column) for column in found.T])


def ours(graph: nx.Graph, coupling: float, frequencies: Array, angles: Array) -> tuple[Any, Any]:
    """Everyone's wish is to be in step with its neighbours: dθ_i/dt = ω_i + K/M_i Σ_j A_ij sin(θ_j − θ_i)."""
    s = ds.System("oscillators")
    s.population("net", graph)
    s.state("theta", init=_by_node(angles), on="net", flow=_by_node(frequencies))
    s.derived("coherence", "sqrt(mean(cos(theta))**2 + mean(sin(theta))**2)")
    discord = "-sum_neighbors(weight*cos(neighbor(theta) - theta))/degree"
    s.agent("oscillators", controls="theta", declared=f"{coupling!r}*({discord})", rule=ds.rules.gradient(rate=1))
    s.clock(time=TIME, method="dopri5", rtol=1e-10, atol=1e-12)
    s.record(every=EVERY, derived=["coherence"])
    run = ds.simulate(s, compiled=False)
    (block,) = run.recording.blocks()
    return block.values["theta"][:, :, 0].T, run.states.coherence.to_numpy()


def _by_node(values: Array) -> str:
    """An expression that is values[i] at node i."""
    text = "0"
    for i, x in enumerate(values.tolist()):
        text = f"where(index == {i}, {x!r}, {text})"
    return text


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("coupling", [0.8, 4.0])
def test_oscillators_on_a_random_graph(seed: int, coupling: float) -> None:
    """15 oscillators with random frequencies: every angle, to 1e-5 (in phase with their neighbours or not), and the
    order parameter."""
    rng = np.random.default_rng(seed)
    graph = nx.gnp_random_graph(15, 0.3, seed=seed)
    nx.add_path(graph, range(15))
    stated = graph, coupling, rng.normal(size=15), rng.uniform(-np.pi, np.pi, 15)
    for found, expected in zip(ours(*stated), theirs(*stated), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_edges_with_weights_and_directions() -> None:
    """A directed graph whose weights are of both signs (seed 7); there M_i counts the incoming edges too."""
    rng = np.random.default_rng(7)
    graph = nx.gnp_random_graph(12, 0.4, seed=7, directed=True)
    nx.add_cycle(graph, range(12))
    for *_, data in graph.edges(data=True):
        data["weight"] = rng.normal()
    stated = graph, 2.0, rng.normal(size=12), rng.uniform(-np.pi, np.pi, 12)
    for found, expected in zip(ours(*stated), theirs(*stated), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
