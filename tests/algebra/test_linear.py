"""Linear systems of expressions against NumPy's solver."""

from __future__ import annotations

import numpy as np
import pytest

from dynsim.algebra.algorithms.linear import solve
from dynsim.algebra.graph import Graph
from dynsim.algebra.interpret import evaluate


def solution(matrix: np.ndarray, right: np.ndarray, hidden: bool, **keys: bool) -> np.ndarray:
    """A x = b solved on the graph; hidden: entries are symbols, so that zeros and sizes show only in the numbers."""
    graph, values = Graph(), {}

    def entry(name: str, value: float):
        values[name] = value
        return graph.symbol(name) if hidden else graph.constant(value)

    rows = [[entry(f"a{i}{j}", x) for j, x in enumerate(row)] for i, row in enumerate(matrix.tolist())]
    return np.array(evaluate(solve(rows, [entry(f"b{i}", x) for i, x in enumerate(right.tolist())], **keys), values))


@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_dense_and_sparse_systems(seed: int, hidden: bool) -> None:
    """Of sizes 1 to 6, half of their entries 0 and rows scaled from 1e-8 to 1e8."""
    rng = np.random.default_rng(seed)
    for n in range(1, 7):
        matrix = rng.normal(size=(n, n)) * (rng.random((n, n)) < 0.5) + np.eye(n)[rng.permutation(n)]
        matrix *= 10.0 ** rng.uniform(-8, 8, (n, 1))
        right = matrix @ rng.normal(size=n)
        expected = np.linalg.solve(matrix, right)
        bound = 1e-14 * np.linalg.cond(matrix / np.abs(matrix).max(axis=1, keepdims=True))
        found = solution(matrix, right, hidden)
        np.testing.assert_allclose(found, expected, rtol=max(1e-11, 100 * bound), atol=1e-11)


@pytest.mark.parametrize("hidden", [True, False])
def test_permutations_have_zero_pivots_only(hidden: bool) -> None:
    for seed in range(6):
        order = np.random.default_rng(seed).permutation(5)
        right = np.arange(1.0, 6.0)
        np.testing.assert_array_equal(solution(np.eye(5)[order], right, hidden), np.argsort(order) + 1.0)


def test_small_pivots_are_passed_over_unless_told_otherwise() -> None:
    """[[1e-20, 1], [1, 1]] x = (1, 2): x = (1, 1) to rounding; eliminated in order, x₀ is lost."""
    matrix, right = np.array([[1e-20, 1.0], [1.0, 1.0]]), np.array([1.0, 2.0])
    np.testing.assert_allclose(solution(matrix, right, hidden=True), [1.0, 1.0], rtol=1e-15)
    assert solution(matrix, right, hidden=True, pivoting=False)[0] == 0.0


def test_a_singular_system_has_no_finite_solution() -> None:
    assert not np.isfinite(solution(np.array([[1.0, 2.0], [2.0, 4.0]]), np.array([1.0, 1.0]), hidden=True)).all()


@pytest.mark.parametrize("hidden", [True, False])
def test_entries_that_are_0_or_1_are_eliminated_like_others(hidden: bool) -> None:
    matrix = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, 1.0], [1.0, 0.0, -1.0]])
    for pivoting in (True, False):
        found = solution(matrix, matrix @ [1.0, 2.0, 3.0], hidden, pivoting=pivoting)
        np.testing.assert_allclose(found, [1.0, 2.0, 3.0], rtol=1e-14)
