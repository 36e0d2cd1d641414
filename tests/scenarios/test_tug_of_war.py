"""The tug of war: where it ends under any credit, whose goal passes through, what it costs, what an alliance weighs."""

import numpy as np
import pytest

from .runs import last, run

NAMES = ("planner", "critic", "actor", "habit", "saver")
CAMPS = np.array([0, 0, 0, 1, 1])


def drawn(seed):
    """Random goals, weights and costs, drawn with this seed."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, 5), rng.uniform(0.3, 1.5, 5), rng.uniform(0.5, 2, 5)


def pulled(mu, q, c, *settings, ally=0.0, rivals=0.0, peace=0.0):
    """The end of the run with these parameters, a row per replica."""
    vectors = [f"params.{name}={np.asarray(value).tolist()}" for name, value in (("mu", mu), ("q", q), ("c", c))]
    credit = (f"params.ally={ally}", f"params.rivals={rivals}", f"params.peace={peace}")
    slow = ("params.rate=0.01", "clock.steps=8000", "ensemble.vary={}")
    return last(run("tug_of_war", *vectors, *credit, *slow, *settings, replicas=1, every=8000))


def credits(ally, rivals, peace):
    """C[i, j]: how much of j's cost reaches i."""
    same = CAMPS[:, None] == CAMPS
    matrix = np.where(same, np.where(CAMPS == 0, ally, rivals), peace)
    return np.where(np.eye(5, dtype=bool), 1.0, matrix)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_quantity_ends_where_efforts_and_credit_balance(seed):
    """x* = Σ w_j μ_j/(1 + Σ w_j), w_j = q_j Σ_i C_ij/c_i; effort f_i = Σ_j C_ij q_j (μ_j − x*)/c_i."""
    mu, q, c = drawn(seed)
    levels = np.random.default_rng(seed + 100).uniform(0, 1, 3)
    levels = levels if seed > 1 else np.zeros(3)  # once without any credit: x* = Σ k_i μ_i/(1 + K)
    end = pulled(mu, q, c, ally=levels[0], rivals=levels[1], peace=levels[2]).iloc[0]
    matrix = credits(*levels)
    weight = q * (matrix / c[:, None]).sum(axis=0)
    x = weight @ mu / (1 + weight.sum())
    assert end.x == pytest.approx(x, abs=1e-9)
    efforts = (matrix @ (q * (mu - x))) / c
    np.testing.assert_allclose([end[f"f_{name}"] for name in NAMES], efforts, atol=1e-9)
    costs = q * (x - mu) ** 2 / 2 + c * efforts**2 / 2
    np.testing.assert_allclose([end[f"pull[{i}]"] for i in range(5)], costs, atol=1e-9)


@pytest.mark.parametrize("seed", [5, 6])
def test_the_share_of_a_goal_that_passes_through_is_a_modules_strength(seed):
    """∂x*/∂μ_i = k_i/(1 + K), from two runs that differ in one goal: x* is linear in the goals."""
    mu, q, c = drawn(seed)
    k = q / c
    before = pulled(mu, q, c).x[0]
    for i in range(5):
        moved = mu + np.eye(5)[i]
        assert pulled(moved, q, c).x[0] - before == pytest.approx(k[i] / (1 + k.sum()), abs=1e-9)


@pytest.mark.parametrize("seed", [7, 8])
def test_full_credit_makes_an_alliance_one_player(seed):
    """The three members end where one does with q = Σ_S q, 1/c = Σ_S 1/c, μ = Σ_S q μ/Σ_S q; half the credit gives
    the mean of the weights."""
    mu, q, c = drawn(seed)
    one = ([q[:3] @ mu[:3] / q[:3].sum(), 0, 0, *mu[3:]], [q[:3].sum(), 0, 0, *q[3:]],
           [1 / (1 / c[:3]).sum(), 1, 1, *c[3:]])
    assert pulled(mu, q, c, ally=1).x[0] == pytest.approx(pulled(*one).x[0], abs=1e-9)
    equal = (np.ones(5), np.r_[q[:3], 0, 0], c)  # one goal and no opponents: x* = K_S/(1 + K_S)
    weights = [(lambda x: x / (1 - x))(pulled(*equal, ally=ally).x[0]) for ally in (0, 0.5, 1)]
    expected = np.array([(q[:3] / c[:3]).sum(), 0, q[:3].sum() * (1 / c[:3]).sum()])
    expected[1] = expected[[0, 2]].mean()
    np.testing.assert_allclose(weights, expected, rtol=1e-8)


def test_the_weight_of_equal_allies_grows_with_the_square_of_their_number():
    """One goal, strength k each: x*/(1 − x*) is m²k for the three, the two, or all five with full credit."""
    k = float(np.random.default_rng(9).uniform(0.2, 0.5))
    groups = {1: CAMPS.cumsum() == 1, 2: CAMPS == 1, 3: CAMPS == 0, 5: CAMPS >= 0}
    full = {1: {}, 2: {"rivals": 1}, 3: {"ally": 1}, 5: {"ally": 1, "rivals": 1, "peace": 1}}
    for size, members in groups.items():
        x = pulled(np.ones(5), k * members, np.ones(5), **full[size]).x[0]
        assert x / (1 - x) == pytest.approx(size**2 * k, rel=1e-8)


def test_two_opposed_equals_pay_one_plus_k_times_the_least():
    for q, c in np.random.default_rng(10).uniform(0.3, 2, (3, 2)):
        game = ([1, 0, 0, -1, 0], [q, 0, 0, q, 0], [c] * 5)
        apart = pulled(*game).total[0]
        together = pulled(*game, ally=1, rivals=1, peace=1).total[0]
        assert apart / together == pytest.approx(1 + q / c, rel=1e-9)


def test_modules_with_one_goal_still_ride_on_each_other():
    """The price of anarchy of n with one goal is (1 + k)(1 + n²k)/(1 + nk)², though nobody ever harms anybody."""
    for k, mu in np.random.default_rng(11).uniform(0.2, 1.5, (3, 2)):
        game = ([mu] * 5, [k] * 5, [1] * 5)
        price = pulled(*game).total[0] / pulled(*game, ally=1, rivals=1, peace=1).total[0]
        assert price == pytest.approx((1 + k) * (1 + 25 * k) / (1 + 5 * k) ** 2, rel=1e-9)
    found = run("tug_of_war", "params.mu=[1, 1, 1, 1, 1]", "ensemble.vary={}", replicas=1)
    assert found.conflicts.empty


def test_opposed_modules_harm_each_other_on_the_way():
    conflicts = run("tug_of_war").conflicts
    opposed = {f"{a}, {b}" for a in NAMES[:3] for b in NAMES[3:]}
    assert set(conflicts.agents[conflicts.kind == "conflict"]) == opposed
