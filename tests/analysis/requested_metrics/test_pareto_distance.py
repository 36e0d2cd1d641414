import numpy as np
import pytest
from scipy.optimize import minimize

from dynsim.analysis.numerics.min_norm import min_norm
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.pareto_distance import ParetoDistance
from tests.analysis.games import record, tug_of_war

from .cases import with_gradients


def by_scipy(g):
    """g (n, D): the least |αᵀg| over the simplex."""
    n = len(g)
    found = minimize(
        lambda a: 0.5 * ((a @ g) ** 2).sum(), np.full(n, 1 / n), jac=lambda a: g @ (a @ g), bounds=[(0, 1)] * n,
        constraints={"type": "eq", "fun": lambda a: a.sum() - 1, "jac": lambda a: np.ones(n)}, method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 500},
    )
    return np.linalg.norm(found.x @ g)


@pytest.mark.parametrize(("agents", "dimensions"), [(3, 2), (4, 6), (6, 3)])
def test_random_gradients_against_a_general_optimiser(agents, dimensions):
    """Gradients around a common direction, so that some hulls hold the origin and some do not (seed 5)."""
    rng = np.random.default_rng(5)
    g = rng.normal(size=(agents, dimensions, 3, 4)) + rng.normal(size=(1, dimensions, 3, 4))
    found = ParetoDistance().table(with_gradients(g))
    expected = np.array([[by_scipy(g[:, :, k, r]) for r in range(4)] for k in range(3)])
    np.testing.assert_allclose(found["mean"], expected.mean(axis=1), atol=2e-6)
    np.testing.assert_allclose(found["q05"], np.quantile(expected, 0.05, axis=1), atol=2e-6)


def test_two_agents_are_the_closed_form():
    """α₁ = clip((g₂ − g₁)·g₂/|g₁ − g₂|², 0, 1) (Désidéri 2012)."""
    g = np.random.default_rng(2).normal(size=(2, 3, 40)) * np.array([1.0, 3.0])[:, None, None]
    first, second = g
    alpha = np.clip(((second - first) * second).sum(axis=0) / ((first - second) ** 2).sum(axis=0), 0, 1)
    norms, weights = min_norm(np.einsum("idb,jdb->ijb", g, g))
    assert 0 < (alpha == 0).sum() + (alpha == 1).sum() < 40
    np.testing.assert_allclose(weights[0], alpha, atol=1e-12)
    np.testing.assert_allclose(norms, np.linalg.norm(alpha * first + (1 - alpha) * second, axis=0), rtol=1e-7)


def test_it_is_zero_between_the_goals_and_the_nearer_one_s_pull_outside():
    """E = (m ± 1)²: pulls 2(m ± 1); at m = 3 the weaker is 4, at m = −7 it is 12."""
    program = tug_of_war()
    found = ParetoDistance().table(Study(program, record(program, {"m": np.array([0.3, 3.0, -7.0])}, 1)))
    assert found["mean"].item() == pytest.approx(np.mean([0.0, 4.0, 12.0]), abs=1e-6)


def test_nearly_parallel_gradients_of_very_different_size_keep_the_stated_accuracy():
    """The certificate |s|² − min g_i·s bounds the error whatever the gradients (seed 9)."""
    rng = np.random.default_rng(9)
    g = rng.normal(size=(1, 5, 200)) + 10.0 ** rng.uniform(-6, 0, size=(4, 1, 200)) * rng.normal(size=(4, 5, 200))
    g *= 10.0 ** rng.uniform(-3, 3, size=(4, 1, 200))
    products = np.einsum("idb,jdb->ijb", g, g)
    _, weights = min_norm(products)
    point = np.einsum("ib,idb->db", weights, g)
    gap = (point**2).sum(axis=0) - np.einsum("idb,db->ib", g, point).min(axis=0)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=0), 1.0, rtol=1e-12)
    assert (gap <= 2e-13 * np.einsum("iib->ib", products).max(axis=0)).all()


def test_replicas_that_are_lost_are_left_out():
    g = np.ones((2, 1, 1, 3))
    g[..., 1] = np.nan
    found = ParetoDistance().table(with_gradients(g))
    assert found["n"].item() == 2
    assert found["mean"].item() == pytest.approx(1.0)
