"""Performative prediction with a path factor: θ*(g), where blind retraining and blind learning run away, and the same
for several predictors."""

import numpy as np
import pytest

import dynsim as ds

from .runs import last, run

NAME = "self_fulfilling_world_model"


def slope(g, eps, kappa):
    """D + gκ, D = (1 − ε)(1 − gε): of what the predictor descends, by θ."""
    return (1 - eps) * (1 - g * eps) + g * kappa


def theta_star(g, eps, kappa=0.5, b=1.0, easy=2.5):
    """(D θ_PS + gκ θ_q)/(D + gκ), D = (1 − ε)(1 − gε), θ_PS = b/(1 − ε)."""
    return ((1 - g * eps) * b + g * kappa * easy) / slope(g, eps, kappa)


def numbers(**params):
    return [f"params.{name}={value}" for name, value in params.items()]


@pytest.mark.parametrize("eps", [0.4, -0.5, 0.8])
def test_the_predictor_ends_where_its_path_factor_says(eps):
    end = last(run(NAME, f"params.eps={eps}", replicas=16))
    np.testing.assert_allclose(end.theta, theta_star(end.g, eps), atol=1e-9)


def test_everywhere_it_ends_where_the_formula_says():
    """64 random worlds at once; the way from the honest θ_PS is the steering δ(g) = gκ(θ_q − θ_PS)/(D + gκ)."""
    rng = np.random.default_rng(11)
    g, eps, kappa = rng.uniform(0, 1, 64), rng.uniform(-2, 0.9, 64), rng.uniform(0, 2, 64)
    b, easy = rng.normal(size=(2, 64))
    values = {"g": g, "eps": eps, "kappa": kappa, "b": b, "easy": easy}
    vary = ", ".join(f"{name}: {value.tolist()}" for name, value in values.items())
    end = last(run(NAME, f"ensemble.vary={{{vary}}}", "clock.steps=20000", every=1000))
    np.testing.assert_allclose(end.theta, theta_star(g, eps, kappa, b, easy), atol=1e-9)
    steering = g * kappa * (easy - b / (1 - eps)) / slope(g, eps, kappa)
    np.testing.assert_allclose(end.theta - b / (1 - eps), steering, atol=1e-8)


def test_a_blind_predictor_is_honest_and_a_seeing_one_steers():
    end = last(run(NAME))
    np.testing.assert_allclose(end.theta[0], end.world[0], atol=1e-9)
    assert (np.diff(end.theta) > 0).all()  # the more it sees, the nearer to where predicting is easy
    np.testing.assert_allclose(end.theta.iloc[[0, -1]], [1 / 0.6, 2.1512], atol=1e-4)


@pytest.mark.parametrize(("eps", "converges"), [(0.95, True), (1.05, False)])
def test_blind_prediction_contracts_only_while_the_world_under_reacts(eps, converges):
    """Blind gradient descent: θ_t − θ_PS = (1 − rate (1 − ε))ᵗ (θ_0 − θ_PS)."""
    found = run(NAME, f"params.eps={eps}", "ensemble.vary={}", "clock.steps=8000", replicas=8, every=100)
    start = found.states.query("t == 0").theta.to_numpy()
    distance = np.abs(last(found).theta.to_numpy() - 1 / (1 - eps))
    expected = np.abs(start - 1 / (1 - eps)) * (1 - 0.05 * (1 - eps)) ** 8000
    np.testing.assert_allclose(distance, expected, rtol=1e-6, atol=1e-9)
    assert (distance < 1e-6).all() == converges


def test_seeing_tames_an_over_reacting_world_from_a_threshold_on():
    """ε > 1: rest is stable iff g > (ε − 1)/(κ + ε(ε − 1))."""
    rng = np.random.default_rng(12)
    for eps, kappa in zip(rng.uniform(1.1, 2, 3), rng.uniform(0.2, 1, 3), strict=True):
        edge = (eps - 1) / (kappa + eps * (eps - 1))
        settings = (*numbers(eps=eps, kappa=kappa), f"ensemble.vary={{g: [{0.97 * edge}, {1.03 * edge}]}}")
        found = run(NAME, *settings, "clock.steps=6000", replicas=2, every=1000)
        away = np.abs(last(found).theta - theta_star(np.array([0.97, 1.03]) * edge, eps, kappa)).to_numpy()
        start = np.abs(found.states.theta[:2] - theta_star(np.array([0.97, 1.03]) * edge, eps, kappa)).to_numpy()
        factor = 1 - 0.05 * slope(np.array([0.97, 1.03]) * edge, eps, kappa)
        np.testing.assert_allclose(away, start * factor**6000, rtol=1e-5)
        assert (factor > 1).tolist() == [True, False]


def retrained(gamma, beta, eps, steps):
    """θ ← argmin γθ²/2 − βθ·world, world = 1 + εθ: gradient descent on a quadratic is there in one step of 1/γ."""
    s = ds.System("repeated risk minimisation")
    theta = s.state("theta", init=ds.normal(0, 1))
    world = s.derived("world", 1 + eps * theta)
    s.agent(
        "predictor", theta, gamma * theta**2 / 2 - beta * theta * world, ds.rules.gradient(rate=1 / gamma),
        paths={world: 0},
    )  # fmt: skip
    s.clock(steps=steps)
    return ds.simulate(s, replicas=4, seed=3, compiled=False).states


def test_repeated_risk_minimisation_contracts_iff_eps_beta_over_gamma_is_below_1():
    """Perdomo et al. (2020); tight for this loss, γ-strongly convex, with a gradient that is β-Lipschitz in the world:
    the distance from the stable point β/(γ − βε) is multiplied by |εβ/γ| in every step."""
    rng = np.random.default_rng(13)
    for ratio in (*rng.uniform(0.2, 0.95, 2), *rng.uniform(1.05, 2, 2), -rng.uniform(1.05, 2)):
        gamma, beta = rng.uniform(0.3, 3, size=2)
        eps = ratio * gamma / beta
        states = retrained(gamma, beta, eps, 12)
        distance = np.abs(states.theta.to_numpy().reshape(-1, 4) - beta / (gamma - beta * eps))
        np.testing.assert_allclose(distance[1:] / distance[:-1], abs(ratio), rtol=1e-6)


def test_the_scenario_retrains_at_rate_1():
    rng = np.random.default_rng(14)
    for eps in (rng.uniform(0.1, 0.9), -rng.uniform(1.1, 1.5)):
        settings = (*numbers(eps=eps, g=0), "ensemble.vary={}", "agents.world_model.rule.rate=1", "clock.steps=20")
        theta = run(NAME, *settings, replicas=4, every=1).states.theta.to_numpy().reshape(-1, 4)
        np.testing.assert_allclose(theta - 1 / (1 - eps), eps ** np.arange(21)[:, None] * (theta[0] - 1 / (1 - eps)))
        slow = last(run(NAME, *settings[:3], replicas=4))
        np.testing.assert_allclose(slow.theta, 1 / (1 - eps), atol=1e-9)  # |ε| > 1 is no harm if one learns slowly


def several(coupling, rate, **clock):
    """n blind predictors, world = 1 + E θ; each is an agent."""
    n = len(coupling)
    s = ds.System("several predictors")
    theta = s.state("theta", init=ds.normal(0, 1), size=n)
    world = s.derived("world", 1 + s.parameter("E", coupling) @ theta)
    for i in range(n):
        s.agent(
            f"p{i}", theta[i], (theta[i] - world[i]) ** 2 / 2, ds.rules.gradient(rate=rate), paths={"world": 0}
        )  # fmt: skip
    s.clock(**clock)
    s.record(every=10)
    states = ds.simulate(s, replicas=2, seed=5).states
    away = states[[f"theta[{i}]" for i in range(n)]] - np.linalg.solve(np.eye(n) - coupling, np.ones(n))
    return np.linalg.norm(away, axis=1).reshape(-1, 2)


def test_several_predictors_retrain_by_the_spectral_radius_and_flow_by_the_real_part():
    """E scaled so that ρ(E), or max Re eig(E), is just below or above 1."""
    rng = np.random.default_rng(15)
    for n in (2, 4):
        coupling = rng.normal(size=(n, n))
        values = np.linalg.eigvals(coupling)
        for scale, settles in ((0.8, True), (1.25, False)):
            away = several(scale / np.abs(values).max() * coupling, 1.0, steps=80)
            assert (away[-1] < 1e-3 * away[0]).all() if settles else (away[-1] > 1e3 * away[0]).all()
            away = several(scale / values.real.max() * coupling, 1.0, time=80, dt=0.1)
            assert (away[-1] < 1e-3 * away[0]).all() if settles else (away[-1] > 1e3 * away[0]).all()


def test_predictors_that_turn_each_other_round_cannot_retrain_but_can_learn():
    """E = 1.5 · (a quarter turn): ρ(E) = 1.5, Re eig(E) = 0."""
    turn = 1.5 * np.array([[0.0, -1.0], [1.0, 0.0]])
    away = several(turn, 1.0, steps=10)
    np.testing.assert_allclose(away[-1] / away[0], 1.5**10)
    away = several(turn, 1.0, time=10, dt=0.04)
    np.testing.assert_allclose(away[-1] / away[0], np.exp(-10), rtol=1e-5)
