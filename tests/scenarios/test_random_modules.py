"""A random network of modules: rest is stable iff strength · max Re λ(W) < 1 (May 1972; Sommers et al. 1988)."""

import numpy as np

import dynsim as ds

from .runs import SCENARIOS, run


def weights():
    """The matrix W of the scenario's graph: W[i, j] is the weight of the edge j → i."""
    topology = ds.load_scenario(SCENARIOS / "random_modules.yaml").resolve().populations["wiring"].topology
    matrix = np.zeros((topology.n, topology.n))
    matrix[topology.target, topology.source] = topology.weight
    return matrix


def test_rest_is_stable_up_to_the_largest_eigenvalue():
    edge = 1 / np.linalg.eigvals(weights()).real.max()
    assert abs(edge - 1 / np.sqrt(20)) < 0.04  # May's estimate, for 200 modules
    strengths = edge * np.array([0.9, 0.97, 1.03, 1.1])
    found = run(
        "random_modules", f"ensemble.vary={{strength: {strengths.tolist()}}}", "clock.time=600", replicas=4, every=400
    )
    x = found.population("x")
    final = x[x.t == x.t.max()].groupby("replica").value.apply(lambda v: np.abs(v).max())
    assert (final[:2] < 1e-3).all()
    assert (final[2:] > 1e-2).all()
