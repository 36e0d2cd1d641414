"""The search for roots against closed forms and a general solver."""

import numpy as np
import pytest
from scipy.optimize import root

from dynsim.analysis.numerics.roots import roots


def batched(f, j):
    """As the search wants it, of functions of one point."""
    return lambda x, lanes: (np.array([f(row) for row in x]), np.array([j(row) for row in x]))


@pytest.mark.parametrize("seed", range(3))
def test_linear_systems_are_solved_from_anywhere(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(5, 5)), rng.normal(size=5)
    found = roots(batched(lambda x: a @ x + b, lambda x: a), rng.normal(0, 100, size=(7, 5)))
    np.testing.assert_allclose(found, np.tile(-np.linalg.solve(a, b), (7, 1)), rtol=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_near_a_root_it_ends_where_a_general_solver_does(seed):
    """x + Q(x, x)/4 + b with random Q and small b, 4 equations."""
    rng = np.random.default_rng(seed)
    q, b = rng.normal(size=(4, 4, 4)), 0.05 * rng.normal(size=4)
    q = q + q.swapaxes(1, 2)

    def f(x):
        return x + q @ x @ x / 4 + b

    def j(x):
        return np.eye(4) + q @ x / 2

    starts = 0.05 * rng.normal(size=(6, 4))
    found = roots(batched(f, j), starts)
    for start, end in zip(starts, found, strict=True):
        np.testing.assert_allclose(end, root(f, start, jac=j, tol=1e-13).x, atol=1e-10)


def test_every_start_goes_its_own_way():
    """x² = c with c that differs from start to start; where there is no root it ends at 0, the least of |F|."""
    c = np.array([4.0, 9.0, -1.0, 0.0, np.nan])
    found = roots(lambda x, lanes: (x**2 - c[lanes, None], 2 * x[:, :, None]), np.array([[1.0], [-1], [3], [2], [5]]))
    np.testing.assert_allclose(found[:2, 0], [2.0, -3.0], rtol=1e-12)
    assert abs(found[2, 0]) < 1e-5
    assert abs(found[3, 0]) < 1e-4
    assert found[4, 0] == 5.0


def test_a_line_of_roots_is_reached_where_it_is_nearest():
    """x + y = 1 twice over: from anywhere along the normal."""
    found = roots(batched(lambda x: np.full(2, x.sum() - 1), lambda x: np.ones((2, 2))), np.array([[3.0, 0.0]]))
    np.testing.assert_allclose(found, [[2.0, -1.0]], atol=1e-9)
