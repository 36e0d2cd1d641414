"""How much search at run time training gives its modules: f'(x*) = N without a price; with one, none iff αh ≥ h*,
h* = log₂[ln 2 (1 − f'(0)/N)/τ] − P/N, for a convex f with f(0) = 0."""

import numpy as np
import pytest
from scipy.optimize import brentq

from .runs import last, run

NAME = "need_for_an_optimizer"
COVERED = (np.arange(32) + 0.5) / 32


def draw(rng, n):
    """Replicas' numbers, by name."""
    return {
        "N": rng.uniform(1, 40, n), "P": rng.uniform(5, 40, n), "h": rng.uniform(0, 6, n),
        "easy": rng.uniform(0.5, 6, n), "hard": rng.uniform(0.5, 4, n),
        "price": np.exp(rng.uniform(np.log(0.005), np.log(0.3), n)),
    }  # fmt: skip


def side_by_side(**values):
    """An override that gives replica r the r-th of these values."""
    return f"ensemble.vary={{{', '.join(f'{name}: {list(map(float, value))}' for name, value in values.items())}}}"


def needed(N, P, easy, price, **rest):
    """h*; −∞ where N ≤ f'(0)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(easy < N, np.log2(np.log(2) * (1 - easy / N) / price) - P / N, -np.inf)


def gain(x, covered, N, P, h, easy, hard, price):
    """What one more bit of search saves, less its price: ln 2 · 2^−bits (1 − f'(x)/N) − τ."""
    bits = (P - easy * x - hard * x**2 / 2) / N + x + covered * h
    return np.log(2) * 2**-bits * (1 - (easy + hard * x) / N) - price


def searches(found):
    """The final x: (replicas, modules)."""
    table = found.population("search")
    return table[table.t == table.t.max()].pivot(index="replica", columns="element", values="value").to_numpy()


def test_a_module_gets_a_search_iff_the_planner_leaves_it_enough_to_do():
    """64 random machines of 32 modules; the few within 0.02 bits of the edge take longer and are left out."""
    world = draw(np.random.default_rng(61), 64)
    x = searches(run(NAME, side_by_side(**world), "clock.steps=40000", replicas=64, every=20000))
    left = needed(**world)[:, None] - world["h"][:, None] * COVERED
    clear = np.abs(left) > 0.02
    assert clear.mean() > 0.98
    np.testing.assert_array_equal((x > 0)[clear], (left > 0)[clear])
    np.testing.assert_array_equal(x[clear & (left < 0)], 0.0)  # not merely little: none
    assert 0.2 < (x > 0).mean() < 0.8  # both happen


def test_those_that_search_do_so_until_the_last_bit_saves_what_it_costs():
    world = draw(np.random.default_rng(61), 64)
    x = searches(run(NAME, side_by_side(**world), "clock.steps=40000", replicas=64, every=20000))
    tested = 0
    for r in range(64):
        one = {name: value[r] for name, value in world.items()}
        for k in np.flatnonzero(x[r] > 0.05):
            most = (one["N"] - one["easy"]) / one["hard"]
            best = brentq(gain, 0, most, args=(COVERED[k], *one.values()), xtol=1e-14)
            assert x[r, k] == pytest.approx(best, abs=1e-7)
            tested += 1
    assert tested > 300


def test_without_a_price_the_marginal_cost_is_the_diversity_whatever_the_planner_does():
    """f'(x*) = N: x* = (N − f'(0))/f''; none for N ≤ f'(0)."""
    world = draw(np.random.default_rng(63), 64)
    world |= {"N": world["N"] * 0.3, "P": np.zeros(64), "price": np.zeros(64), "h": np.tile([0.0, 1.0], 32)}
    x = searches(run(NAME, side_by_side(**world), "clock.steps=40000", replicas=64, every=20000))
    expected = np.maximum(0, (world["N"] - world["easy"]) / world["hard"])
    assert 10 < (expected > 0).sum() < 60
    np.testing.assert_allclose(x, np.repeat(expected[:, None], 32, axis=1), atol=1e-8)


def test_the_number_of_optimizers_grows_with_the_diversity():
    end = last(run(NAME))
    left = needed(end.N.to_numpy(), 20.0, 2.0, 0.05)
    np.testing.assert_array_equal(end.searching, (left[:, None] > 3 * COVERED).sum(axis=1))
    assert (np.diff(end.searching) >= 0).all()
    ends = last(run(NAME, "ensemble.vary={N: [6.2, 10, 28]}", replicas=3))
    assert ends.searching.tolist() == [0, 16, 32]


def test_a_search_that_costs_bits_to_have_at_all_may_be_missed():
    """entry > 0 makes f concave near 0: x = 0 is stable up to N = f'(0) = easy + 10 entry, even where a search pays."""
    settings = ("params.entry=3", "ensemble.vary={}", "params.N=12", "params.h=0")
    bare = searches(run(NAME, *settings, "variables.search.init=0", replicas=1))[0]
    begun = searches(run(NAME, *settings, "variables.search.init=4", replicas=1))[0]
    np.testing.assert_array_equal(bare, 0.0)

    def loss(x):
        return 2 ** -((20 - 2 * x - x**2 - 3 * (1 - np.exp(-10 * x))) / 12 + x) + 0.05 * x

    x = np.linspace(0, 8, 80_001)
    best = x[loss(x).argmin()]
    assert loss(best) < loss(0) - 0.05
    np.testing.assert_allclose(begun, best, atol=2e-4)
