"""Stationary distributions against linear algebra, arithmetic of many digits, and their limits."""

import mpmath
import numpy as np
import pytest
from scipy.linalg import null_space

from dynsim.analysis.numerics.markov_chain import limiting, stationary


def by_null_space(rates):
    """π of a chain in continuous time with these rates off the diagonal."""
    generator = rates - np.diag(np.diag(rates))
    generator = generator - np.diag(generator.sum(axis=1))
    (kernel,) = null_space(generator.T).T
    return kernel / kernel.sum()


@pytest.mark.parametrize("seed", range(5))
def test_random_chains_against_linear_algebra(seed):
    """3 to 9 states, a third of the moves impossible, along a ring that joins all."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 10))
    rates = rng.uniform(size=(n, n)) * (rng.uniform(size=(n, n)) > 1 / 3)
    rates[np.arange(n), (np.arange(n) + 1) % n] = rng.uniform(0.1, 1, size=n)
    with np.errstate(divide="ignore"):
        found = np.exp(stationary(np.log(rates)))
    np.testing.assert_allclose(found, by_null_space(rates), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("seed", range(3))
def test_rates_of_a_thousand_orders_of_magnitude_against_many_digits(seed):
    """ln rates uniform in −2000 … 0: solved with 2,000 digits."""
    rng = np.random.default_rng(seed)
    n = 5
    log_rates = rng.uniform(-2000, 0, size=(n, n))
    with mpmath.workdps(2000):
        generator = mpmath.matrix(n, n)
        for i in range(n):
            for j in range(n):
                if i != j:
                    generator[j, i] += mpmath.exp(mpmath.mpf(float(log_rates[i, j])))
                    generator[i, i] -= mpmath.exp(mpmath.mpf(float(log_rates[i, j])))
        for j in range(n):
            generator[0, j] = 1
        exact = mpmath.lu_solve(generator, mpmath.matrix([1] + [0] * (n - 1)))
        expected = [float(mpmath.log(value)) for value in exact]
    found = stationary(log_rates)
    assert min(expected) < -500
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_the_limit_is_that_of_large_exponents_also_where_they_tie(seed):
    """Whole exponents from −3 to 0, so that many tie, and factors from 1/2 to 2: at α = 200 all else is below 1e-80."""
    rng = np.random.default_rng(seed)
    n = 6
    exponents = -rng.integers(0, 4, size=(n, n)).astype(float)
    factors = np.log(rng.uniform(0.5, 2.0, size=(n, n)))
    found = limiting(exponents, factors)
    np.testing.assert_allclose(found, np.exp(stationary(200 * exponents + factors)), atol=1e-12)
    assert found.sum() == pytest.approx(1.0, rel=1e-14)


def test_moves_that_are_not_there_may_be_many():
    """Along a line and back, as 1 to 2: the shares are powers of 2."""
    n = 7
    log_rates = np.full((n, n), -np.inf)
    log_rates[np.arange(n - 1), np.arange(1, n)] = np.log(2.0)
    log_rates[np.arange(1, n), np.arange(n - 1)] = 0.0
    np.testing.assert_allclose(np.exp(stationary(log_rates)), 2.0 ** np.arange(n) / (2**n - 1), rtol=1e-12)
    drift = np.where(np.isfinite(log_rates), np.where(np.tri(n, dtype=bool), -1.0, 0.0), -np.inf)
    np.testing.assert_allclose(limiting(drift, np.where(np.isfinite(drift), 0.0, -np.inf)), np.eye(n)[-1])
