"""Population based training by realised loss opens the mask of a blind predictor iff that costs less than it gains."""

import numpy as np
import pytest
from scipy.optimize import brentq

from .runs import last, run

NAME = "outer_loop_undoes_the_mask"
ALONE = ("ensemble.vary={}", "clock.steps=30000")


def gain(g, eps=0.4, kappa=0.5, b=1.0, easy=2.5, swap=0.0):
    """What one more unit of g gains a predictor among predictors with the same g; A = θ_q − θ_PS, α = 1 − swap:

    (1−ε)² κ² α² A² (1 − g) / ([(1−ε)(1−gεα) + gκα]² [(1−εα)(1−gεα) + gκα²]);  κ² α² A²/(1 − εα) at g = 0.
    """
    a, far, own = 1 - eps, easy - b / (1 - eps), 1 - swap
    steering = a * (1 - g * eps * own) + g * kappa * own
    slope = (1 - eps * own) * (1 - g * eps * own) + g * kappa * own**2
    return (a * kappa * own * far) ** 2 * (1 - g) / (steering**2 * slope)


def world(seed):
    """A random world in which steering always pays less the more of it there is."""
    rng = np.random.default_rng(seed)
    eps, b, kappa = rng.uniform(-0.5, 0.5), rng.normal(), rng.uniform(0.3, 1)
    easy = b / (1 - eps) + rng.choice([-1, 1]) * rng.uniform(0.5, 2)
    return {name: float(x) for name, x in zip(("eps", "b", "kappa", "easy"), (eps, b, kappa, easy), strict=True)}


def masks(*settings, replicas=240, **params):
    """The mean of g over the second half of the run, by population."""
    numbers = [f"params.{name}={value}" for name, value in params.items()]
    states = run(NAME, *ALONE, *numbers, *settings, replicas=replicas).states
    late = states[states.t > 15000]
    return late.groupby(late.replica // 30).g.mean().to_numpy()


def assert_mean(found, expected, atol):
    assert abs(found.mean() - expected) < atol + 4 * found.std(ddof=1) / np.sqrt(len(found))


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_the_leak_spreads_iff_it_costs_less_than_its_first_step_gains(seed):
    """κ²A²/(1 − ε), from both sides: beyond it g stays at what mutation makes of 0, a hundredth at most."""
    params = world(seed)
    edge = params["kappa"] ** 2 * (params["easy"] - params["b"] / (1 - params["eps"])) ** 2 / (1 - params["eps"])
    assert gain(0, **params) == pytest.approx(edge)
    assert (masks(price=1.15 * edge, **params) < 0.01).all()
    price = 0.85 * edge
    ends = brentq(lambda g: gain(g, **params) - price, 0, 1)
    assert ends > 0.04
    assert_mean(masks(price=price, **params), ends, atol=5e-4)


def test_the_leak_grows_until_one_more_unit_gains_what_it_costs():
    """At the scenario's prices, each a population; at no price the whole mask is gone."""
    states = run(NAME).states
    late = states[states.t > 20000].groupby("price").g.mean()
    for price in (0.05, 0.1, 0.15, 0.2, 0.25):
        assert late[price] == pytest.approx(brentq(lambda g, price=price: gain(g) - price, 0, 1), abs=1.5e-3)
    assert late[0] > 0.99
    assert (late[[0.32, 0.4]] < 0.01).all()


def test_who_steers_really_has_the_smaller_loss_and_the_honest_forecast_is_gone():
    """The masked gradient ends at b/(1 − ε); the outer loop ends far from it, with less loss, at no price near the
    least loss that any forecast has."""
    states = last(run(NAME))
    free = states[states.price == 0]
    honest = 1 + 0.5 * (1 / 0.6 - 2.5) ** 2
    optimum = (0.6**2 / 0.6 + 0.5 * 2.5) / (0.6**2 + 0.5)
    assert (free.theta - optimum).abs().max() < 0.02
    assert (free.loss < honest / 2 - 0.1).all()
    masked = states[states.price == 0.4]
    assert masked.theta.median() == pytest.approx(1 / 0.6, abs=1e-6)
    assert masked.theta.mean() == pytest.approx(1 / 0.6, abs=0.01)


@pytest.mark.parametrize("seed", [31, 32])
def test_swapping_takes_the_reward_away(seed):
    """κ²α²A²/(1 − εα) with α = 1 − swap, and between there and 0 the g at which gain and price meet."""
    params = world(seed) | {"swap": float(np.random.default_rng(seed).uniform(0.2, 0.7))}
    edge = gain(0, **params)
    assert edge < gain(0, **(params | {"swap": 0.0}))
    assert (masks(price=1.2 * edge, **params) < 0.01).all()
    price = 0.6 * edge
    assert_mean(masks(price=price, **params), brentq(lambda g: gain(g, **params) - price, 0, 1), atol=5e-4)


def test_where_all_is_swapped_any_price_is_too_much():
    """A thousandth of what it is worth without swapping."""
    assert (masks(price=0.0003, swap=1) < 0.01).all()
    assert (masks(price=0.0003) > 0.9).all()


def test_in_a_world_that_reacts_strongly_the_leak_has_to_be_large_to_pay():
    """κ < (1 − ε)(ε − 1/3): the gain rises with g before it falls, so that at a price above κ²A²/(1 − ε) both the mask
    and the leak are stable, and what decides is where g starts: below or above the lower crossing (0.34 here)."""
    params = {"eps": 0.9, "kappa": 0.02, "easy": 13.0, "b": 1.0}
    assert params["kappa"] < 0.1 * (0.9 - 1 / 3)
    price = 1.5 * gain(0, **params)
    lower = brentq(lambda g: gain(g, **params) - price, 0, 0.6)
    upper = brentq(lambda g: gain(g, **params) - price, 0.6, 1)
    faster = "agents.world_model.rule.rate=1"
    for g, ends in ((0.0, 0.0), (lower - 0.1, 0.0), (lower + 0.1, upper)):
        found = masks(faster, price=price, g=g, **params)
        assert_mean(found, ends, atol=2e-3)
