"""The pitchfork of the captured critic: b' = −η g b + κ a, a' = η_a (tanh b − λ a); κ* = λ g η."""

import numpy as np
import pytest
from scipy.optimize import brentq

from .runs import last, run

NAME = "critic_capture"
MANY = {"replicas": 64, "every": 1000}


def branch(ratio, reply=np.tanh):
    """The positive solution of b = ratio · reply(b); 0 up to ratio 1."""
    return brentq(lambda b: ratio * reply(b) - b, 1e-6, ratio + 1) if ratio > 1 else 0.0


def jacobian(kappa, forget, friction, rate, speed, bias=0.0):
    return np.array([[-rate * forget, kappa], [speed / np.cosh(bias) ** 2, -speed * friction]])


def growth(kappa, forget, friction, rate, speed):
    """μ = ½[−(ηg + η_aλ) + √((ηg − η_aλ)² + 4κη_a)], the larger eigenvalue at rest."""
    critic, actor = rate * forget, speed * friction
    return (-(critic + actor) + np.sqrt((critic - actor) ** 2 + 4 * kappa * speed)) / 2


def draw(rng, n):
    return {name: rng.uniform(0.4, 2, n) for name in ("forget", "friction", "rate", "speed")}


def threshold(forget, friction, rate, speed):
    return friction * forget * rate


def side_by_side(**values):
    """An override that gives replica r the r-th of these values."""
    return f"ensemble.vary={{{', '.join(f'{name}: {list(map(float, value))}' for name, value in values.items())}}}"


@pytest.mark.parametrize("speed", [0.3, 2.0])
def test_the_bias_follows_the_pitchfork_whatever_the_actors_speed(speed):
    end = last(run(NAME, f"params.speed={speed}", "clock.time=2000", replicas=64))
    ratio = end.kappa / 0.5
    away = np.abs(ratio - 1) > 0.05  # near the edge relaxation takes forever
    expected = np.array([branch(r) for r in ratio])
    np.testing.assert_allclose(np.abs(end.bias[away]), expected[away], atol=1e-6)


def test_at_twice_the_threshold_the_bias_is_1_915():
    end = last(run(NAME, "ensemble.vary={}", "params.kappa=1", replicas=64))
    np.testing.assert_allclose(np.abs(end.bias), 1.9150080481545, atol=1e-9)


def test_captor_and_captive_end_where_they_keep_each_other_up():
    """κ* = λ g η at random g, λ, η, η_a; b = (κ/κ*) tanh b, a = tanh(b)/λ."""
    rng = np.random.default_rng(31)
    system = draw(rng, 64)
    ratio = np.tile([0.5, 0.9, 1.1, 2.5], 16)
    end = last(run(NAME, side_by_side(**system, kappa=ratio * threshold(**system)), "clock.time=1500", **MANY))
    np.testing.assert_allclose(np.abs(end.bias), [branch(r) for r in ratio], atol=1e-6)
    np.testing.assert_allclose(end.action, np.tanh(end.bias) / system["friction"], atol=1e-6)


def test_small_biases_grow_at_the_larger_eigenvalue():
    rng = np.random.default_rng(32)
    system = draw(rng, 64)
    kappa = rng.uniform(0.3, 2, 64) * threshold(**system)
    small = ("variables.bias.init=1e-9", "variables.action.init=0", "clock.time=12", "clock.dt=0.02")
    states = run(NAME, side_by_side(**system, kappa=kappa), *small, replicas=64, every=50).states
    bias = states.bias.to_numpy().reshape(-1, 64)
    expected = growth(kappa, **system)
    np.testing.assert_allclose(np.log(bias[-1] / bias[-2]) / 1.0, expected, atol=2e-3)
    assert ((expected > 0) == (kappa > threshold(**system))).all()


def test_a_captive_is_held_at_the_rate_of_the_jacobian_there():
    """A unit of time shrinks the distance from the branch by exp(μ_b), μ_b the larger eigenvalue at b."""
    rng = np.random.default_rng(33)
    system = draw(rng, 64)
    kappa = rng.uniform(1.2, 2, 64) * threshold(**system)
    caught = np.array([branch(r) for r in kappa / threshold(**system)])
    settings = (side_by_side(**system, kappa=kappa), "variables.bias.init=3", "clock.time=100")
    bias = run(NAME, *settings, replicas=64, every=10).states.bias.to_numpy().reshape(-1, 64)
    away = np.log(np.abs(bias - caught))
    for k in range(64):
        one = {name: value[k] for name, value in system.items()}
        expected = np.linalg.eigvals(jacobian(kappa[k], **one, bias=caught[k])).real.max()
        seen = np.flatnonzero(away[:, k] > np.log(1e-8))[-1]
        assert away[seen, k] - away[seen - 1, k] == pytest.approx(expected, rel=0.02)


def test_at_the_edge_the_bias_fades_as_one_over_the_root_of_time():
    """On the centre manifold b' = −k b³, k = κ* η_a / (3 (η_a λ + η g)): 1/b² grows by 2k per unit of time."""
    rng = np.random.default_rng(34)
    system = draw(rng, 64)
    edge = threshold(**system)
    settings = (side_by_side(**system, kappa=edge), "variables.bias.init=1", "clock.time=4000")
    states = run(NAME, *settings, replicas=64, every=10000).states
    inverse = 1 / states.bias.to_numpy().reshape(-1, 64)[-3:] ** 2
    k = edge * system["speed"] / (3 * (system["speed"] * system["friction"] + system["rate"] * system["forget"]))
    np.testing.assert_allclose((inverse[2] - inverse[0]) / 2000, 2 * k, rtol=2e-3)


def test_credit_for_the_actors_loss_captures_at_the_same_edge():
    """The leak as plain credit κ/η: b' = −η g b + κ a sech² b. The same κ*; beyond it b = (κ/κ*) tanh b sech² b."""
    rng = np.random.default_rng(35)
    system = draw(rng, 64)
    ratio = np.tile([0.8, 1.2, 2.0, 5.0], 16)
    credit = ("agents.critic.pursues=null", "agents.critic.credit={actor: kappa/rate}", "clock.time=1500")
    end = last(run(NAME, side_by_side(**system, kappa=ratio * threshold(**system)), *credit, **MANY))
    expected = [branch(r, lambda b: np.tanh(b) / np.cosh(b) ** 2) for r in ratio]
    np.testing.assert_allclose(np.abs(end.bias), expected, atol=1e-6)
