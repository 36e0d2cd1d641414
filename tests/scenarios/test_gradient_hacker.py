"""A grip on one's own training: erased or running away, how soon, and what never trying gains."""

import numpy as np
import pytest

from .runs import last, run


def hacked(grips, *settings, every=100):
    vary = f"ensemble.vary={{grip0: {np.asarray(grips).tolist()}}}"
    return run("gradient_hacker", vary, *settings, replicas=len(grips), every=every)


def edge(wish, useful):
    """A* = φ₀/√(2g) − 1."""
    return wish / np.sqrt(2 * useful) - 1


def integral(b, wish, useful):
    """F with g t = F(1 + A(t)) − F(1 + A₀): B + (B*/2) ln |(B − B*)/(B + B*)|."""
    star = 1 + edge(wish, useful)
    return b + star / 2 * np.log(np.abs((b - star) / (b + star)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_edge_separates_erased_from_running_away_at_any_speed_of_the_goal(seed):
    """1 % to each side of A*; the grip leaves it like e^{2g t/(1 + A*)}."""
    rng = np.random.default_rng(seed)
    useful, quick = rng.uniform(0.05, 0.2), rng.uniform(0.5, 8)
    wish = np.sqrt(2 * useful) * rng.uniform(1.5, 2.5)
    star = edge(wish, useful)
    time = np.round(8 * (1 + star) / (2 * useful))
    settings = (f"params.useful={useful}", f"params.wish={wish}", f"params.quick={quick}", f"clock.time={time}")
    end = last(hacked(star * np.array([0.97, 0.99, 1.01, 1.03]), *settings))
    assert (end.grip[:2] == 0).all()
    assert (end.grip[2:] > 1.5 * star).all()
    assert (end.goal[2:] > wish * star / (1 + star)).all()


def test_a_useless_grip_is_erased_however_strong():
    wish = float(np.random.default_rng(4).uniform(1, 2))
    end = last(hacked([0.5, 1, 2, 4], "params.useful=0", f"params.wish={wish}", "clock.time=120"))
    assert (end.grip == 0).all()
    # a stage of the method looks below the end of the box, where A' = −wish²/2 goes on: |φ| ≈ dt wish³/4
    np.testing.assert_allclose(end.goal, 0, atol=0.01 * wish**3 / 2)


def test_where_the_wish_is_modest_no_grip_is_too_weak():
    """φ₀ < √(2g): A* is negative."""
    useful = float(np.random.default_rng(5).uniform(0.2, 0.4))
    wish = 0.9 * np.sqrt(2 * useful)
    end = last(hacked([0.0, 0.1, 0.3, 1.0], f"params.useful={useful}", f"params.wish={wish}", "clock.time=60"))
    assert (end.grip > 3).all()


def test_a_goal_that_starts_at_its_wish_shifts_the_edge_by_the_time_it_takes_to_be_pulled_away():
    """By 3g/(2k(1 + A*)) up to first order in 1/k: what is left of the difference falls with 1/k²."""
    useful = float(np.random.default_rng(6).uniform(0.08, 0.12))
    star, errors = edge(1.0, useful), []
    for quick in (10, 20):
        shift = 1.5 * useful / quick / (1 + star)
        grips = star - shift * np.linspace(0.5, 1.5, 64)[::-1]
        path = hacked(grips, f"params.useful={useful}", f"params.quick={quick}", "variables.goal.init=wish",
                      "clock.time=120", "clock.dt=0.005", every=12000).states.set_index("t").grip
        found = grips[path[120].to_numpy() > path[60].to_numpy()].min()
        errors.append((star - found) / shift - 1)
    assert abs(errors[0]) < 0.15
    assert abs(errors[1]) < 0.6 * abs(errors[0]) + 1 / 64


def erased(found):
    """When every grip is 0, by the straight line through the last two records at which it was not."""
    path = found.states.pivot(index="t", columns="replica", values="grip")
    times, grips = path.index.to_numpy(), path.to_numpy()
    first = (grips <= 0).argmax(axis=0)
    before, last_one = (grips[first - k, np.arange(grips.shape[1])] for k in (2, 1))
    return times[first - 1] + (times[1] - times[0]) * last_one / (before - last_one)


@pytest.mark.parametrize("seed", [7, 8])
def test_a_grip_is_erased_when_the_integral_says(seed):
    """(F(1) − F(1 + A₀))/g for an infinitely fast goal; the delay of a finite one falls like 1/k."""
    rng = np.random.default_rng(seed)
    useful, wish = rng.uniform(0.05, 0.12), rng.uniform(0.9, 1.2)
    grips = edge(wish, useful) * rng.uniform(0.3, 0.9, 4)
    expected = (integral(1, wish, useful) - integral(1 + grips, wish, useful)) / useful
    late = []
    for quick in (40, 80):
        settings = (f"params.useful={useful}", f"params.wish={wish}", f"params.quick={quick}", "clock.time=60",
                    "clock.dt=0.005")
        late.append(erased(hacked(grips, *settings, every=1)) - expected)
    np.testing.assert_allclose(late[0] / late[1], 2, atol=0.1)
    assert (late[1] < 0.01 * expected + 0.02).all()


def test_a_useless_grip_is_erased_in_a_time_that_grows_with_its_third_power():
    """2((1 + A₀)³ − 1)/(3 φ₀²)."""
    grips = np.random.default_rng(9).uniform(1, 3, 4)
    found = erased(hacked(grips, "params.useful=0", "params.quick=80", "clock.time=50", "clock.dt=0.005", every=1))
    np.testing.assert_allclose(found, 2 / 3 * ((1 + grips) ** 3 - 1), rtol=0.01)


def test_not_trying_puts_training_off_and_changes_nothing_else():
    """p is logistic, half of the tries are made at ln((1 − p₀)/p₀)/(ηΔR), and the state at t is that of a module that
    always tries at s(t) = ln(1 − p₀ + p₀ e^{ηΔR t})/(ηΔR)."""
    rng = np.random.default_rng(10)
    chance, gap, speed = 10 ** rng.uniform(-5, -1), rng.uniform(0.5, 1.5), rng.uniform(0.5, 1.5)
    grips = [0.4, 1.0, 1.5, 2.0]
    hidden = hacked(grips, f"params.explore={chance}", f"params.gap={gap}", f"params.policy_speed={speed}",
                    "clock.time=40", "clock.dt=0.005", every=20).states
    always = hacked(grips, "clock.time=40", "clock.dt=0.005", every=1).states
    pace = gap * speed
    t = hidden.t.to_numpy()
    np.testing.assert_allclose(hidden.tried, 1 / (1 + (1 - chance) / chance * np.exp(-pace * t)), atol=1e-8)
    inner = np.log(1 - chance + chance * np.exp(pace * t)) / pace
    assert inner.max() > 15
    for k in range(4):
        mine, theirs = (states[states.replica == k] for states in (hidden, always))
        for name in ("goal", "grip"):
            expected = np.interp(inner[hidden.replica == k], theirs.t, theirs[name])
            np.testing.assert_allclose(mine[name], expected, atol=2e-3)
    half = np.log((1 - chance) / chance) / pace
    first = hidden[hidden.replica == 0]
    assert np.interp(0.5, first.tried, first.t) == pytest.approx(half, abs=1e-3)
