"""DeGroot's averaging (1974): the consensus by left Perron weights, its rate |λ₂|, and how many of the people count."""

import numpy as np
import pytest
from networkx import DiGraph, is_strongly_connected

from .runs import run, values, weights


def averaging(found, own=0.2):
    """The averaging matrix W of a run's graph."""
    heard = weights(found, "town")
    assert is_strongly_connected(DiGraph(heard))
    return own * np.eye(len(heard)) + (1 - own) * heard / heard.sum(axis=1, keepdims=True)


def perron(matrix):
    """The left eigenvector for the eigenvalue 1, with the sum 1."""
    values, vectors = np.linalg.eig(matrix.T)
    first = vectors[:, np.argmax(values.real)].real
    return first / first.sum()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_step_is_an_average_and_the_end_is_one_opinion(seed):
    """Random graphs and shares of the own opinion: x_t = Wᵗ x_0, and in the end π·x_0 of all."""
    own = np.random.default_rng(seed).uniform(0.05, 0.6)
    graph = (f"graphs.town.seed={seed + 10}", "graphs.town.n=25", "graphs.town.p=0.3")
    found = run("degroot", *graph, f"params.own={own}", "clock.steps=200", replicas=3)
    matrix, x = averaging(found, own), values(found, "opinion")
    np.testing.assert_allclose(x[1], x[0] @ matrix.T, atol=1e-13)
    np.testing.assert_allclose(x[7], x[0] @ np.linalg.matrix_power(matrix, 7).T, atol=1e-13)
    np.testing.assert_allclose(x[-1], np.repeat(x[0] @ perron(matrix)[:, None], 25, axis=1), atol=1e-10)


def test_disagreement_falls_by_the_second_largest_eigenvalue():
    """v·x of the left eigenvector v of λ₂ is multiplied by |λ₂| in every step, and outlives all else: the distance from
    consensus has the same factor, up to a constant, over the whole run (a complex pair turns on the way)."""
    found = run("degroot", replicas=64)
    matrix, x = averaging(found), values(found, "opinion")
    numbers, vectors = np.linalg.eig(matrix.T)
    slowest = np.argsort(np.abs(numbers))[-2]
    factor = np.abs(numbers[slowest])
    assert factor == pytest.approx(0.4295, abs=1e-4)
    part = np.abs(x @ vectors[:, slowest])
    np.testing.assert_allclose(part[1:20] / part[:19], factor, rtol=1e-6)
    away = np.linalg.norm(x - (x @ perron(matrix))[..., None], axis=2)
    assert (away[:40] < 10 * factor ** np.arange(40)[:, None] * away[0]).all()


def test_the_consensus_is_as_uncertain_as_that_of_fewer_who_count_the_same():
    """Opinions with variance 1: the consensus has Σπ². The standard error of a variance of 256 is √(2/256) of it."""
    found = run("degroot")
    share = (perron(averaging(found)) ** 2).sum()
    assert 1 / share == pytest.approx(33.9, abs=0.05)
    assert abs(values(found, "opinion")[-1, :, 0].var() / share - 1) < 3 * np.sqrt(2 / 256)


def test_on_an_undirected_graph_influence_is_the_share_of_the_weights():
    found = run("degroot", "graphs.town.directed=false", "graphs.town.seed=5", replicas=2)
    heard, x = weights(found, "town").sum(axis=1), values(found, "opinion")
    np.testing.assert_allclose(perron(averaging(found)), heard / heard.sum(), atol=1e-12)
    np.testing.assert_allclose(x[-1], np.repeat(x[0] @ (heard / heard.sum())[:, None], 40, axis=1), atol=1e-10)
