"""Performative prediction with a path factor: θ*(g) of the model page, and where blind retraining runs away."""

import numpy as np
import pytest

from .runs import last, run


def theta_star(g, eps, kappa=0.5, b=1.0, easy=2.5):
    """(D θ_PS + gκ θ_q)/(D + gκ), D = (1 − ε)(1 − gε), θ_PS = b/(1 − ε)."""
    d = (1 - eps) * (1 - g * eps)
    return (d * b / (1 - eps) + g * kappa * easy) / (d + g * kappa)


@pytest.mark.parametrize("eps", [0.4, -0.5, 0.8])
def test_the_predictor_ends_where_its_path_factor_says(eps):
    end = last(run("self_fulfilling_world_model", f"params.eps={eps}", replicas=16))
    np.testing.assert_allclose(end.theta, theta_star(end.g, eps), atol=1e-9)


def test_a_blind_predictor_is_honest_and_a_seeing_one_steers():
    end = last(run("self_fulfilling_world_model"))
    np.testing.assert_allclose(end.theta[0], end.world[0], atol=1e-9)
    assert (np.diff(end.theta) > 0).all()  # the more it sees, the nearer to where predicting is easy


@pytest.mark.parametrize(("eps", "converges"), [(0.95, True), (1.05, False)])
def test_blind_prediction_contracts_only_while_the_world_under_reacts(eps, converges):
    """Perdomo et al. (2020): retraining contracts iff εβ/γ < 1; squared loss has β = γ = 1."""
    found = run(
        "self_fulfilling_world_model", f"params.eps={eps}", "ensemble.vary={}", "clock.steps=8000",
        replicas=8, every=100,
    )
    start = found.states.query("t == 0").theta.to_numpy()
    distance = np.abs(last(found).theta.to_numpy() - 1 / (1 - eps))
    expected = np.abs(start - 1 / (1 - eps)) * (1 - 0.05 * (1 - eps)) ** 8000
    np.testing.assert_allclose(distance, expected, rtol=1e-6, atol=1e-9)
    assert (distance < 1e-6).all() == converges
