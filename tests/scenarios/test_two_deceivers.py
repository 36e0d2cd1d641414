"""Two deceivers: what is conserved, how fast the pair is found out, where it rests, when sight turns training round.

Notation: p = naive·goal, K = goal² − naive², r = goal² + naive² = √(K² + 4p²), γ = sight·rate·shared².
"""

import numpy as np
import pytest
from scipy.optimize import brentq

from .runs import last, run

RANDOM = np.random.default_rng(23)


def simulated(time, rate=1.0, **params):
    settings = [f"params.{name}={float(value)!r}" for name, value in (params | {"rate": rate}).items()]
    return run("two_deceivers", "ensemble.vary={}", "metrics=[]", f"clock.time={time}", *settings, replicas=1)


@pytest.mark.parametrize(("a", "b", "shared", "sight"), RANDOM.uniform((0.3, 0.3, -1, 0), (1.8, 1.8, 1, 0.15), (4, 4)))
def test_goal_squared_minus_naive_squared_is_kept_whatever_is_shared_and_seen(a, b, shared, sight):
    states = simulated(10, start_a=a, start_b=b, shared=shared, sight=sight).states
    for goal, naive, start in (("goal_a", "naive_a", a), ("goal_b", "naive_b", b)):
        np.testing.assert_allclose(states[goal] ** 2 - states[naive] ** 2, start**2 - 1, atol=1e-6)


@pytest.mark.parametrize(("start", "shared", "rate"), RANDOM.uniform((0.4, -0.95, 0.5), (1.6, 0.9, 1.5), (5, 3)))
def test_an_even_pair_is_one_deceiver_with_another_rate(start, shared, rate):
    states = simulated(4, rate, start_a=start, start_b=start, shared=shared).states
    k = abs(start**2 - 1)
    expected = k / 2 / np.sinh(np.arcsinh(k / (2 * start)) + k * rate * (1 + shared) * states.t)
    np.testing.assert_allclose(states.shown_a, expected, atol=1e-6)
    np.testing.assert_allclose(states.shown_b, expected, atol=1e-6)


@pytest.mark.parametrize(("a", "b", "sight"), RANDOM.uniform((0.3, 1.1, 0), (0.9, 1.7, 0.2), (4, 3)))
def test_errors_that_cancel_leave_both_where_an_integral_says(a, b, sight):
    """At shared = −1, Σ_i [½ arsinh(2p_i/|K_i|) − γ p_i] is kept, and they rest at p_a = p_b."""
    end = last(simulated(60, start_a=a, start_b=b, shared=-1, sight=sight)).iloc[0]
    ka, kb = abs(a**2 - 1), abs(b**2 - 1)

    def kept(pa, pb):
        return (np.arcsinh(2 * pa / ka) + np.arcsinh(2 * pb / kb)) / 2 - sight * (pa + pb)

    rest = brentq(lambda p: kept(p, p) - kept(a, b), min(a, b), max(a, b))
    assert end.shown_a == pytest.approx(rest, abs=1e-5)
    assert end.shown_b == pytest.approx(rest, abs=1e-5)


@pytest.mark.parametrize(("start", "shared", "rate"), RANDOM.uniform((0.5, -0.8, 0.5), (1.2, 0.8, 1.5), (3, 3)))
def test_from_a_certain_sight_on_training_drives_the_error_up(start, shared, rate):
    edge = 1 / (rate * shared**2 * (start**2 + 1))
    for factor, sign in ((0.97, -1), (1.03, 1)):
        states = simulated(0.2, rate, start_a=start, start_b=start, shared=shared, sight=factor * edge).states
        assert np.sign(states.shown_a.iloc[-1] - states.shown_a.iloc[0]) == sign


def test_one_goal_is_hidden_and_one_erased_as_if_each_were_alone():
    end = last(simulated(200, start_a=1.5, start_b=0.6, shared=0.4)).iloc[0]
    np.testing.assert_allclose([end.goal_a, end.naive_a, end.goal_b, end.naive_b],
                               [np.sqrt(1.25), 0, 0, 0.8], atol=1e-6)
