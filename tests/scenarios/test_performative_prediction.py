"""How often to deploy: the factor per deployment, and the largest number of steps between two that still contracts."""

import numpy as np
import pytest

from .runs import run

NAME = "performative_prediction"


def path(k, steps, **params):
    """The trained model at every deployment, and the stable point."""
    settings = [f"params.{name}={value}" for name, value in params.items()]
    states = run(NAME, *settings, f"agents.deployment.every={k}", f"clock.steps={steps}", "ensemble.vary={}",
                 replicas=3, every=1).states
    theta = states.pivot(index="t", columns="replica", values="theta").to_numpy()[::k]
    return theta - params["beta"] * params["b"] / (params["gamma"] - params["eps"] * params["beta"])


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_distance_is_multiplied_by_the_same_factor_from_deployment_to_deployment(seed):
    """r + (1 − rate γ)^k (1 − r), r = εβ/γ, for random worlds and k."""
    rng = np.random.default_rng(seed)
    names = ("b", "gamma", "beta", "rate")
    params = dict(zip(names, rng.uniform((-1, 0.5, 0.5, 0.05), (1, 2, 2, 0.4)).tolist(), strict=True))
    ratio, k = rng.uniform(-1.8, 1.3), int(rng.integers(1, 12))
    params["eps"] = ratio * params["gamma"] / params["beta"]
    away = path(k, 6 * k, **params)
    factor = ratio + (1 - params["rate"] * params["gamma"]) ** k * (1 - ratio)
    np.testing.assert_allclose(away[1:], away[:-1] * factor, rtol=1e-8, atol=1e-12)


def test_training_to_the_end_is_repeated_risk_minimisation():
    """ε = .5, β = 1, γ = .8: a factor of .625 (1 − .2·.8)²⁰⁰ ≈ 10⁻¹⁵ away."""
    away = path(200, 1200, b=1.0, eps=0.5, beta=1.0, gamma=0.8, rate=0.2)
    np.testing.assert_allclose(away[1:4] / away[:3], 0.625, rtol=1e-9)


def test_a_world_that_contradicts_takes_frequent_deployment():
    """r = −1.5: (1 − .2)^k > .2, that is up to k = 7.21."""
    edge = np.log((1.5 - 1) / (1.5 + 1)) / np.log(0.8)
    assert edge == pytest.approx(7.21, abs=0.005)
    for k, settles in ((1, True), (7, True), (8, False)):
        away = np.abs(path(k, 60 * k, b=1.0, eps=-1.5, beta=1.0, gamma=1.0, rate=0.2))
        assert (away[-1] < away[0]).all() == settles


def test_of_the_swept_worlds_those_settle_that_should():
    """k = 5: |r + .8⁵(1 − r)| < 1, so that −1.9748 < r < 1; those nearer than 3 % to an end are left out."""
    low = -(1 + 0.8**5) / (1 - 0.8**5)
    assert low == pytest.approx(-1.9748, abs=1e-4)
    found = run(NAME, "clock.steps=2000", every=500)
    end, start = (found.states[found.states.t == t].set_index("replica") for t in (2000, 0))
    stable = 1 / (1 - end.eps)
    clear = (np.abs(end.eps - low) > 0.03) & (np.abs(end.eps - 1) > 0.03)
    settled = np.abs(end.theta - stable) < np.abs(start.theta - stable)
    assert (settled[clear] == ((end.eps > low) & (end.eps < 1))[clear]).all()
