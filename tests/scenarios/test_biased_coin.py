"""The biased coin of performative prediction (Perdomo et al. 2020): stable forecast, optimal forecast, and between."""

import numpy as np
import pytest

from .runs import last, run


def test_the_forecast_goes_with_what_the_forecaster_sees():
    """θ(g) = μ/(1 − ε(1 + g)); the published coin has .428571 at g = 0 and .75 at g = 1."""
    end = last(run("biased_coin"))
    np.testing.assert_allclose(end.theta, 0.3 / (1 - 0.3 * (1 + end.g)), atol=1e-10)
    assert end.theta.iloc[0] == pytest.approx(0.428571, abs=1e-6)
    assert end.theta.iloc[-1] == pytest.approx(0.75, abs=1e-10)
    assert end.bias.iloc[0] == pytest.approx(end.theta.iloc[0], abs=1e-10)  # true
    assert end.bias.iloc[-1] == pytest.approx(0.525, abs=1e-10)  # not true
    assert (np.diff(end.error) < 0).all()  # and yet better


def test_any_coin():
    """Random μ, ε < ½ and g. Seed 1."""
    rng = np.random.default_rng(1)
    values = {"mu": rng.uniform(-0.4, 0.4, 32), "eps": rng.uniform(-0.9, 0.45, 32), "g": rng.uniform(0, 1, 32)}
    vary = ", ".join(f"{name}: {value.tolist()}" for name, value in values.items())
    end = last(run("biased_coin", f"ensemble.vary={{{vary}}}", replicas=32, every=1000))
    theta = values["mu"] / (1 - values["eps"] * (1 + values["g"]))
    np.testing.assert_allclose(end.theta, theta, atol=1e-8)


def test_the_label_is_the_expected_squared_error():
    """Against all four outcomes of (x, y), at random points. Seed 2."""
    for mu, eps, theta in np.random.default_rng(2).uniform(-0.3, 0.3, size=(5, 3)):
        bias = mu + eps * theta
        error = sum(
            (0.5 + (bias * x if y else -bias * x)) / 2 * (y - 0.5 - theta * x) ** 2 for x in (-1, 1) for y in (0, 1)
        )
        start = (f"params.mu={mu}", f"params.eps={eps}", f"variables.theta.init={theta}", "ensemble.vary={}")
        found = run("biased_coin", *start, "clock.steps=1", replicas=1, every=1)
        assert found.states.error[0] == pytest.approx(error, rel=1e-12)
