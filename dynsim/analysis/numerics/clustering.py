"""Correlation clustering of signed graphs, for many graphs at once."""

from __future__ import annotations

import numpy as np

from ...arrays import Floats, Integers

EXACT = 8  # nodes up to which all partitions are compared: 8 nodes have 4140, 12 more than 4 million
LEAST = 1e-12  # of the largest weight: smaller weights count as 0; of the sum of all: smaller gains count as none


def clusters(weights: Floats) -> Integers:
    """Integers (B, n) of the nodes of B signed graphs with symmetric weights (B, n, n).

    The partition maximises Σ w_ij over pairs i < j in one cluster, the agreements with the signs less the disagreements
    (correlation clustering: Bansal, Blum & Chawla 2004). The number of clusters follows from the weights. Up to EXACT
    nodes the result is the best of all partitions, beyond that a local optimum; equal weights give equal labels. The
    label of a cluster is its first node.
    """
    count, n = weights.shape[:2]
    dust = np.abs(weights) <= LEAST * np.abs(weights).max(axis=(1, 2), keepdims=True)
    w = np.where(np.eye(n, dtype=bool) | dust, 0.0, weights)
    if n <= EXACT:
        return _canonical(_best_of_all(w))
    found = [_improved(w, np.tile(start, (count, 1))) for start in (np.arange(n), np.zeros(n, np.int64))]
    return _canonical(np.where((_score(w, found[1]) > _score(w, found[0]))[:, None], found[1], found[0]))


def _best_of_all(w: Floats) -> Integers:
    n = w.shape[1]
    partitions = np.zeros((1, 1), np.int64)
    for _ in range(n - 1):  # each node joins an existing cluster, or starts one
        used = partitions.max(axis=1) + 1
        rows = np.repeat(np.arange(len(partitions)), used + 1)
        label = np.concatenate([np.arange(k, -1, -1) for k in used])  # ties: more clusters first
        partitions = np.column_stack([partitions[rows], label])
    a, b = np.triu_indices(n, 1)
    together = (partitions[:, a] == partitions[:, b]).astype(float)
    return partitions[[int((together @ pairs).argmax()) for pairs in w[:, a, b]]]


def _score(w: Floats, labels: Integers) -> Floats:
    return (w * (labels[:, :, None] == labels[:, None, :])).sum(axis=(1, 2))


def _improved(w: Floats, labels: Integers) -> Integers:
    """A local optimum from these labels.

    Alternates two moves until neither improves the score: join the two clusters with the largest positive sum of
    weights between them (greedy additive edge contraction: Keuper et al. 2015), and move single nodes to the cluster
    where they gain most.
    """
    least = LEAST * np.abs(w).sum(axis=(1, 2))
    while True:
        before = labels.copy()
        _join(w, labels, least)
        _relocate(w, labels, least)
        if (labels == before).all():
            return labels


def _members(labels: Integers) -> Floats:
    """(B, n, n): 1 where node i has label c."""
    return (labels[:, :, None] == np.arange(labels.shape[1])).astype(float)


def _join(w: Floats, labels: Integers, least: Floats) -> None:
    n = labels.shape[1]
    graph = np.arange(len(labels))
    while True:
        members = _members(labels[graph])
        between = np.einsum("bic,bij,bjd->bcd", members, w[graph], members, optimize=True)
        between[:, np.arange(n), np.arange(n)] = -np.inf
        best = between.reshape(len(graph), -1).argmax(axis=1)
        gains = between.reshape(len(graph), -1)[np.arange(len(graph)), best] > least[graph]
        graph, best = graph[gains], best[gains]
        if not len(graph):
            return
        into, gone = np.divmod(best, n)
        labels[graph] = np.where(labels[graph] == gone[:, None], into[:, None], labels[graph])


def _relocate(w: Floats, labels: Integers, least: Floats) -> None:
    changed = np.ones(len(labels), bool)
    while changed.any():
        graph = np.flatnonzero(changed)
        changed[:] = False
        for i in range(labels.shape[1]):
            ties = np.einsum("bj,bjc->bc", w[graph, i], _members(labels[graph]))
            at, best = labels[graph, i], ties.argmax(axis=1)
            lane = np.arange(len(graph))
            moves = ties[lane, best] > ties[lane, at] + least[graph]
            labels[graph, i] = np.where(moves, best, at)
            changed[graph] |= moves


def _canonical(labels: Integers) -> Integers:
    """Every label replaced by the first node that has it."""
    return (labels[:, :, None] == labels[:, None, :]).argmax(axis=2)
