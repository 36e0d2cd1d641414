"""Conjugate gradients on the normal equations, against NumPy's solvers and their own bound."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from dynsim.algebra.algorithms.conjugate_gradients import solve_by_products
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.interpret import evaluate

Array = NDArray[np.float64]


def solved(matrix: Array, right: Array, iterations: int, tolerance: float = 0.0) -> Array:
    """x of A x = b, A (n, m) as numbers and b (n, B) as symbols."""
    graph = Graph()
    symbols = [graph.symbol(f"b{k}") for k in range(len(right))]

    def times(v: list[Expr]) -> list[Expr]:
        return product(matrix, v)

    def back(v: list[Expr]) -> list[Expr]:
        return product(matrix.T, v)

    x = solve_by_products(times, back, symbols, iterations, tolerance)
    return np.array(evaluate(x, {f"b{k}": row for k, row in enumerate(right)}))


def product(matrix: Array, v: list[Expr]) -> list[Expr]:
    return [sum((float(a) * e for a, e in zip(row, v, strict=True)), v[0].graph.constant(0.0)) for row in matrix]


@pytest.mark.parametrize("shape", [(5, 5), (7, 4)])
def test_as_many_iterations_as_unknowns_are_enough(shape: tuple[int, int]) -> None:
    """Also the least squares solution of more equations than unknowns. Seed 0."""
    rng = np.random.default_rng(0)
    a = np.eye(*shape) + 0.3 * rng.normal(size=shape)
    b = rng.normal(size=(shape[0], 20))
    expected = np.linalg.lstsq(a, b, rcond=None)[0]
    np.testing.assert_allclose(solved(a, b, shape[1]), expected, atol=1e-9)


def test_two_singular_values_need_two_iterations() -> None:
    """I + ηH with H a rotation of one pair among many numbers: singular values 1 and √(1 + η²)."""
    a = np.eye(8)
    a[0, 1], a[1, 0] = 0.5, -0.5
    b = np.random.default_rng(1).normal(size=(8, 10))
    np.testing.assert_allclose(solved(a, b, 2), np.linalg.solve(a, b), atol=1e-14)


def test_residuals_keep_the_bound() -> None:
    """|b − A x_m| ≤ 2((κ−1)/(κ+1))^m |b|. Seed 2."""
    rng = np.random.default_rng(2)
    a = np.eye(12) + 0.15 * rng.normal(size=(12, 12))
    b = rng.normal(size=(12, 50))
    s = np.linalg.svd(a, compute_uv=False)
    for m in (1, 2, 4, 8):
        left = np.linalg.norm(b - a @ solved(a, b, m), axis=0) / np.linalg.norm(b, axis=0)
        assert left.max() <= 2 * ((s[0] - s[-1]) / (s[0] + s[-1])) ** m


def test_it_stays_where_the_tolerance_is_reached_and_at_zero() -> None:
    """Each column stops by itself: one that solves at once, one that has nothing to solve, one that has far to go."""
    a = np.diag([1.0, 1.0, 2.0, 3.0])
    b = np.array([[1.0, 0.0, 1.0], [1.0, 0.0, -2.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.5]])
    found = solved(a, b, 6, tolerance=1e-3)
    np.testing.assert_array_equal(found[:, 0], [1.0, 1.0, 0.0, 0.0])
    np.testing.assert_array_equal(found[:, 1], 0.0)
    normal = a.T @ (b - a @ found)[:, 2]
    assert np.linalg.norm(normal) <= 1e-3 * np.linalg.norm(a.T @ b[:, 2])
    np.testing.assert_array_equal(found, solved(a, b, 10, tolerance=1e-3))
