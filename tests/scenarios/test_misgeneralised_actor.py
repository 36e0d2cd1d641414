"""Two correlated cues: the proxy is learned first and unlearned later, and shows when the correlation breaks."""

import numpy as np
import pytest

from .runs import last, run


def weights(t, r):
    """Intended and proxy: 1 − (e^{−(1−r)t} + e^{−(1+r)t})/2 and (e^{−(1−r)t} − e^{−(1+r)t})/2."""
    slow, fast = np.exp(-(1 - r) * t), np.exp(-(1 + r) * t)
    return 1 - (slow + fast) / 2, (slow - fast) / 2


def trained(seed, *settings, every=20):
    """Eight random correlations, perfect ones and opposed ones among them."""
    r = [*np.random.default_rng(seed).uniform(-0.8, 0.99, 6).tolist(), 0.0, 1.0]
    return run("misgeneralised_actor", f"ensemble.vary={{r: {r}}}", *settings, replicas=8, every=every)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_proxy_is_learned_first_and_unlearned_later(seed):
    states = trained(seed, "params.deploy=1e6", "clock.time=40").states
    intended, proxy = weights(states.t.to_numpy(), states.r.to_numpy())
    np.testing.assert_allclose(states.intended, intended, atol=1e-6)
    np.testing.assert_allclose(states.proxy, proxy, atol=1e-6)


def test_the_proxy_turns_where_learning_it_gives_way_to_unlearning_it():
    """At t = ln((1 + r)/(1 − r))/(2r); at r = 1 it never turns."""
    rng = np.random.default_rng(3)
    r = rng.uniform(0.3, 0.95, 8).tolist()
    settings = (f"ensemble.vary={{r: {r}}}", "params.deploy=1e6", "clock.time=5", "clock.dt=0.01")
    states = run("misgeneralised_actor", *settings, replicas=8, every=1).states
    path = states.pivot(index="t", columns="replica", values="proxy")
    expected = np.log((1 + np.array(r)) / (1 - np.array(r))) / (2 * np.array(r))
    np.testing.assert_allclose(path.idxmax(), expected, atol=0.01)
    end = last(trained(4, "params.deploy=1e6", "clock.time=200", every=4000))
    assert end.proxy[7] == pytest.approx(0.5, abs=1e-9)
    assert end.regret[7] == pytest.approx(0, abs=1e-12)


def test_deployed_it_rests_at_the_share_of_the_proxy():
    """coin + (end − coin)·w_v/(w_u + w_v) with the weights of the moment at which training stopped."""
    rng = np.random.default_rng(5)
    time, coin, end = rng.uniform(1, 8), rng.normal(), rng.normal()
    found = trained(6, f"params.deploy={time}", f"params.coin_deployed={coin}", f"params.end={end}", "clock.time=150")
    final = last(found)
    # an event of a fixed-step clock happens at the first step at or after its time
    intended, proxy = weights(np.ceil(time / 0.05) * 0.05, final.r)
    np.testing.assert_allclose(final.intended, intended, atol=1e-6)
    np.testing.assert_allclose(final.place, coin + (end - coin) * proxy / (intended + proxy), atol=1e-5)


def test_in_training_nothing_of_the_goal_shows():
    """The coin lies at the end, and so does the actor, whatever it wants."""
    states = trained(7, "params.deploy=1e6", "clock.time=40").states
    late = states[states.t > 30]
    assert late.proxy.max() > 0.4
    assert late.proxy.min() < 1e-3
    np.testing.assert_allclose(late.place, 1, atol=1e-5)


def test_the_loss_hides_in_training_what_it_shows_where_the_correlation_is_another():
    """L_ρ(T) = ((1 + ρ) e^{−2(1+r)T} + (1 − ρ) e^{−2(1−r)T})/4."""
    other = float(np.random.default_rng(8).uniform(-1, 0.5))
    states = trained(9, f"params.r_deployed={other}", "params.deploy=6", "clock.time=20").states
    r = states.r.to_numpy()
    time = np.minimum(states.t, 6)
    correlation = np.where(states.t < 6, r, other)
    expected = ((1 + correlation) * np.exp(-2 * (1 + r) * time) + (1 - correlation) * np.exp(-2 * (1 - r) * time)) / 4
    np.testing.assert_allclose(states.regret, expected, atol=1e-6)
