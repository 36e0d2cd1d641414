from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from dynsim.analysis.numerics.clustering import clusters
from dynsim.analysis.requested_metrics.coalitions import Coalitions

from .cases import with_gradients


def score(weights, labels):
    """Σ_{i<j together} w_ij."""
    together = labels[:, None] == labels[None, :]
    return (weights * together).sum() / 2


def partitions(n):
    """All partitions of n things, as labels."""
    found = [[0]]
    for _ in range(n - 1):
        found = [[*p, label] for p in found for label in range(max(p) + 2)]
    return np.array(found)


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_planted_coalitions_are_found(noise):
    """Groups of random sizes, +1 inside and −1 across, plus normal noise on every tie (seed 21)."""
    rng = np.random.default_rng(21)
    for _ in range(10):
        sizes = rng.integers(2, 7, size=rng.integers(2, 5))
        truth = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        planted = np.where(truth[:, None] == truth[None, :], 1.0, -1.0)
        disturbed = planted + noise * np.triu(rng.normal(size=planted.shape), 1)
        labels = clusters(np.triu(disturbed, 1)[None] + np.triu(disturbed, 1).T[None])[0]
        assert ((labels[:, None] == labels[None, :]) == (planted > 0)).all()


def test_a_networkx_planted_partition_is_found_from_its_edges_alone():
    """Communities of 8, ties inside with probability 0.9 and across with 0.1; no tie counts as enmity (seed 4)."""
    graph = nx.planted_partition_graph(4, 8, 0.9, 0.1, seed=4)
    weights = 2.0 * nx.to_numpy_array(graph) - 1.0
    labels = clusters(weights[None])[0]
    blocks = [set(np.flatnonzero(labels == label)) for label in np.unique(labels)]
    assert sorted(map(sorted, blocks)) == sorted(map(sorted, graph.graph["partition"]))


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_up_to_eight_nodes_it_is_the_best_of_all_partitions(n):
    rng = np.random.default_rng(n)
    weights = rng.normal(size=(8, n, n))
    weights += weights.swapaxes(1, 2)
    everything = partitions(n)
    assert len(everything) == {1: 1, 2: 2, 5: 52, 8: 4140}[n]
    for w, labels in zip(weights, clusters(weights), strict=True):
        np.fill_diagonal(w, 0.0)
        assert score(w, labels) == pytest.approx(max(score(w, p) for p in everything), rel=1e-12, abs=1e-12)


def test_beyond_that_most_random_graphs_still_end_at_the_optimum():
    """30 graphs of 9 nodes with normal weights, the hardest kind (seed 6), against all 21,147 partitions."""
    weights = np.random.default_rng(6).normal(size=(30, 9, 9))
    weights += weights.swapaxes(1, 2)
    everything = partitions(9)
    a, b = np.triu_indices(9, 1)
    together = (everything[:, a] == everything[:, b]).astype(float)
    ratios = np.array([
        (w[a, b] * (labels[a] == labels[b])).sum() / (together @ w[a, b]).max()
        for w, labels in zip(weights, clusters(weights), strict=True)
    ])
    assert ratios.max() <= 1 + 1e-12
    assert np.median(ratios) > 1 - 1e-12
    assert ratios.min() > 0.8


def test_no_single_move_and_no_union_of_two_clusters_would_gain():
    """40 nodes, normal weights (seed 7)."""
    weights = np.random.default_rng(7).normal(size=(3, 40, 40))
    weights += weights.swapaxes(1, 2)
    for w, labels in zip(weights, clusters(weights), strict=True):
        np.fill_diagonal(w, 0.0)
        members = np.array([labels == label for label in np.unique(labels)], dtype=float)
        ties = members @ w
        own = ties[np.searchsorted(np.unique(labels), labels), np.arange(40)]
        assert (np.maximum(ties.max(axis=0), 0.0) <= own + 1e-9).all()
        between = ties @ members.T
        assert (between[~np.eye(len(members), dtype=bool)] <= 1e-9).all()


def test_groups_that_pull_apart_are_two_coalitions_with_their_sizes():
    """Five agents on one variable: three pull up, two down, in the second replica all pull up."""
    pulls = np.array([[1.0, 2.0, 0.5, -1.0, -3.0], [1.0, 1.0, 1.0, 1.0, 1.0]]).T
    found = Coalitions().table(with_gradients(np.broadcast_to(pulls[:, None, None], (5, 1, 3, 2))))
    table = found.set_index(["quantity", "a", "b"])["mean"]
    assert table["together", "a0", "a2"] == 1.0
    assert table["together", "a3", "a4"] == 1.0
    assert table["together", "a2", "a3"] == 0.5
    assert [table["size", f"a{i}", f"a{i}"] for i in range(5)] == [4.0, 4.0, 4.0, 3.5, 3.5]


def test_the_weights_are_averages_over_time():
    """Against each other at 2 of 9 ticks, with each other at 7: one coalition; the other way round: two."""
    g = np.ones((2, 1, 9, 2))
    g[1, 0, :2, 0] = -1.0
    g[1, 0, :7, 1] = -1.0
    table = Coalitions().table(with_gradients(g)).set_index("quantity")
    assert table.loc["together", "mean"] == 0.5
    assert table.loc["size", "mean"].tolist() == [1.5, 1.5]


@pytest.mark.parametrize("n", [4, 12])
def test_ties_that_are_rounding_are_no_ties(n):
    weights = np.full((1, n, n), 1e-17)
    weights[0, :2, :2] = 1.0
    assert clusters(weights)[0].tolist() == [0, 0, *range(2, n)]


def test_strangers_stay_apart_and_lost_replicas_are_left_out():
    g = np.zeros((3, 3, 2, 2))
    for i in range(3):
        g[i, i] = 1.0
    g[..., 1] = np.nan
    table = Coalitions().table(with_gradients(g))
    assert (table["n"] == 1).all()
    assert table.loc[table.quantity == "together", "mean"].tolist() == [0.0, 0.0, 0.0]


def test_the_order_of_the_graphs_does_not_matter():
    weights = np.random.default_rng(1).normal(size=(30, 8, 8))
    weights += weights.swapaxes(1, 2)
    together = clusters(weights)
    alone = [clusters(w[None])[0] for w in weights]
    assert (together == alone).all()
    assert all(a is not b for a, b in pairwise(alone))
