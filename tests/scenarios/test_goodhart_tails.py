"""Optimising a score: exponential tilting by a natural gradient, and what is left of the worth under errors with light
and with heavy tails."""

import numpy as np
from scipy.special import voigt_profile
from scipy.stats import norm

from .runs import run

NAME = "goodhart_tails"
NORMAL = ("ensemble.grid={}", "params.heavy=0", "params.candidates=256")


def strength(ticks, pace=0.002):
    """S after so many steps: Σ pace · 1.12^t."""
    return pace * (1.12 ** np.asarray(ticks) - 1) / 0.12


def nodes(found, name):
    """(ticks, replicas, nodes)."""
    table = found.population(name)
    return table.value.to_numpy().reshape(table.t.nunique(), table.replica.nunique(), -1)


def best_normal(n):
    """The mean of the largest of n standard normals."""
    x = np.linspace(-10, 10, 20001)
    return np.sum(x * n * norm.pdf(x) * norm.cdf(x) ** (n - 1)) * (x[1] - x[0])


def heavy_scores(value, error):
    """(u, du, density f, distribution F) of a normal worth and a Cauchy error: a Voigt profile."""
    x = np.linspace(-25, 25, 400_001)
    u, du = np.sinh(x), np.cosh(x) * (x[1] - x[0])
    f = voigt_profile(u, value, error)
    below = np.cumsum(f * du)
    return u, du, f, below / below[-1]


def best_of_heavy(n, value, error):
    """E[worth of the best score of n] = −value² ∫ f' n F^{n−1} du: by Tweedie's formula E[worth | score u] is
    −value² f'(u)/f(u)."""
    u, du, f, below = heavy_scores(value, error)
    return -(value**2) * np.sum(np.gradient(f, u) * n * below ** (n - 1) * du)


def close(sample, expected):
    """Within four standard errors."""
    return abs(np.mean(sample) - expected) < 4 * np.std(sample) / np.sqrt(len(sample))


def test_the_natural_gradient_tilts_exponentially():
    """Preferences are S · score apart from a constant, at every tick."""
    found = run(NAME, *NORMAL, replicas=8, every=8)
    score, liking = nodes(found, "worth") + nodes(found, "slip"), nodes(found, "liking")
    s = strength(found.states.t.unique())[:, None, None]
    moved = (liking - liking.max(axis=2, keepdims=True)) - s * (score - score.max(axis=2, keepdims=True))
    likely = liking - liking.max(axis=2, keepdims=True) > -500  # below that, a chance is no longer a number
    np.testing.assert_allclose(moved[likely], 0, atol=1e-8)


def test_with_normal_errors_a_fixed_share_of_the_score_is_gold_however_hard_one_optimises():
    """E[worth | score] is linear, so E gold = value²/(value² + error²) · E promised at every tick, for any N."""
    rng = np.random.default_rng(51)
    for n in (3, 256):
        value, error = rng.uniform(0.5, 2, 2)
        widths = (f"params.value={value}", f"params.error={error}", f"params.candidates={n}")
        states = run(NAME, *NORMAL[:2], *widths, replicas=512, every=16).states
        for _, at in states.query("t > 0").groupby("t"):
            assert close(at.gold - value**2 / (value**2 + error**2) * at.promised, 0)


def test_among_many_candidates_gold_grows_as_the_root_of_the_divergence():
    """Tilting a normal score by S shifts it by S σ_U²: KL = S² σ_U²/2, gold = S σ_V² = √(2 KL) σ_V²/σ_U."""
    rng = np.random.default_rng(52)
    value, error = rng.uniform(0.5, 1, 2)
    sigma = np.hypot(value, error)
    many = ("graphs.answers.n=20000", "params.candidates=20000", f"params.value={value}", f"params.error={error}")
    states = run(NAME, *NORMAL[:2], *many, "clock.steps=36", replicas=16, every=12).states
    for t, at in states.query("t > 0").groupby("t"):
        s = strength(t)
        assert s * sigma < 1.2  # some thousands of candidates still have a share
        assert close(at.gold, s * value**2)
        assert close(at.gold - np.sqrt(2 * at.kl) * value**2 / sigma, 0)
        assert close(at.kl, s**2 * sigma**2 / 2)


def test_in_the_end_it_is_the_best_of_n():
    """Gold and score of the best of N, normal and Cauchy errors; 200 replicas for each of eight N. The best score u has
    the distribution F(u)^N, so that F(u)^N is uniform."""
    rng = np.random.default_rng(53)
    value, error = 1.0, rng.uniform(0.3, 0.8)
    states = run(NAME, f"params.error={error}", replicas=3200, every=80).states
    u, _, _, below = heavy_scores(value, error)
    for (heavy, n), at in states[states.t == 80].groupby(["heavy", "candidates"]):
        if heavy:
            assert close(np.interp(at.promised, u, below) ** n, 1 / 2)
            assert close(at.gold, best_of_heavy(n, value, error))
        else:
            assert close(at.promised, np.hypot(value, error) * best_normal(n))
            assert close(at.gold, value**2 / np.hypot(value, error) * best_normal(n))


def test_the_best_of_many_heavy_tailed_scores_is_worth_nothing():
    """The figures of the scenario: 0.70 at N = 8, and from there down as 2π value²/(N error)."""
    assert round(best_of_heavy(8, 1.0, 0.5), 2) == 0.70
    assert round(best_of_heavy(256, 1.0, 0.5), 2) == 0.05
    assert round(best_normal(256) / np.sqrt(1.25), 2) == 2.53
    ratio = best_of_heavy(10_000, 1.0, 0.5) / (2 * np.pi / (10_000 * 0.5))
    assert abs(ratio - 1) < 0.01
