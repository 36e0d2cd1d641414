"""IGA, WoLF-IGA and GIGA-WoLF in games of two strategies. Deterministic, but for payoffs drawn with the stated seed."""

from __future__ import annotations

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.compiler.applying.build import build
from dynsim.errors import InputError
from tests.rules.strategies import bimatrix, play, read

PENNIES = np.array([[[1.0, -1.0], [-1.0, 1.0]]])


def first_shares(rule, a, b, start, steps):  # type: ignore[no-untyped-def]
    """The share of the first strategy of both players over time, less its share in the equilibrium of pennies, ½."""
    x, y = (np.array([[s, 1 - s]]) for s in start)
    path = play(build(bimatrix(rule, 2)), a, b, x, y, steps)
    return np.array([[read(s, 0)[0, 0], read(s, 1)[0, 0]] for s in path])


def test_gradient_ascent_spirals_out_by_a_closed_form() -> None:
    """Random games with a mixed equilibrium that it circles (Singh, Kearns & Mansour 2000). Seed 0.

    With one strategy's share α, β: α ← α + ½η₁(Uβ + c), β ← β + ½η₂(Vα + d), UV < 0. In continuous time
    |V|η₂(α − α*)² + |U|η₁(β − β*)² is constant; a step multiplies it by 1 + ¼η₁η₂|UV|.
    """
    rng, found = np.random.default_rng(0), 0
    while found < 3:
        a, b = rng.normal(size=(2, 1, 2, 2))
        u, c = a[0, 0, 0] - a[0, 0, 1] - a[0, 1, 0] + a[0, 1, 1], a[0, 0, 1] - a[0, 1, 1]
        v, d = b[0, 0, 0] - b[0, 0, 1] - b[0, 1, 0] + b[0, 1, 1], b[0, 1, 0] - b[0, 1, 1]
        middle = np.array([-d / v, -c / u])
        if u * v >= 0 or not ((middle > 0.3) & (middle < 0.7)).all():
            continue
        found += 1
        both = [rules.iga(rate=0.02), rules.iga(rate=0.03)]
        path = first_shares(both, a, b, middle + np.array([0.05, 0.02]), 300) - middle
        assert np.abs(path).max() < 0.25  # it stays off the boundary
        invariant = abs(v) * 0.03 * path[:, 0] ** 2 + abs(u) * 0.02 * path[:, 1] ** 2
        growth = 1 + 0.25 * 0.02 * 0.03 * abs(u * v)
        np.testing.assert_allclose(invariant / invariant[0], growth ** np.arange(301), rtol=1e-10)


def revolution(rule, start, steps):  # type: ignore[no-untyped-def]
    """How much nearer the orbit is to the equilibrium after going round once, by the crossings of α = ½ upwards."""
    alpha, beta = (first_shares(rule, PENNIES, -PENNIES, start, steps) - 0.5).T
    up = np.flatnonzero((alpha[:-1] < 0) & (alpha[1:] >= 0))
    at = beta[up] - alpha[up] * (beta[up + 1] - beta[up]) / (alpha[up + 1] - alpha[up])
    return at[1] / at[0]


def test_win_or_learn_fast_spirals_in_by_a_closed_form() -> None:
    """Matching pennies: every quarter turn is that of an ellipse, and shortens the way to ½ by √(rate_win/rate_lose)
    (Bowling & Veloso 2002): once round, by (rate_win/rate_lose)². In the limit of small rates: Richardson's of two."""
    found = []
    for rate in (0.008, 0.004):
        rule = rules.wolf_iga(rate_win=rate, rate_lose=2 * rate, equilibrium=[0.5, 0.5])
        found.append(revolution(rule, (0.45, 0.8), int(7.0 / rate)))
    assert 2 * found[1] - found[0] == pytest.approx(0.25, abs=0.004)
    circling = revolution(rules.iga(rate=0.01), (0.49, 0.7), 660)
    assert circling == pytest.approx(np.exp(0.02 * np.pi), rel=1e-3)  # (1 + 4η²)^{n/2} in the n = π/η steps of a turn


def test_win_or_learn_fast_takes_the_rate_of_its_side() -> None:
    """Against (.7, .3) strategies pay +.8 and −.8, so that (.6, .4) earns more than (½, ½), and (.4, .6) less."""
    rule = rules.wolf_iga(rate_win=0.01, rate_lose=0.1, equilibrium=[0.5, 0.5])
    for share, rate in ((0.6, 0.01), (0.4, 0.1)):
        path = first_shares([rule, rules.iga(rate=0.1)], 2 * PENNIES, -PENNIES, (share, 0.7), 1)
        assert path[1, 0] - share == pytest.approx(rate * 0.8, abs=1e-14)


def test_equilibrium_has_a_share_for_every_strategy() -> None:
    with pytest.raises(InputError, match="expected 2 shares, got 3"):
        build(bimatrix(rules.wolf_iga(rate_win=0.1, rate_lose=0.2, equilibrium=[0.5, 0.2, 0.3]), 2))


def test_giga_wolf_converges_where_giga_circles() -> None:
    """Against GIGA in a game of two strategies its play converges (Bowling 2005); against itself here, too."""
    start, far = (0.6, 0.8), np.hypot(0.1, 0.3)
    for rule in ([rules.giga_wolf(rate=0.03), rules.iga(rate=0.03)], rules.giga_wolf(rate=0.03)):
        end = first_shares(rule, PENNIES, -PENNIES, start, 800)[-1] - 0.5
        assert np.hypot(*end) < 0.05 * far
    end = first_shares(rules.iga(rate=0.03), PENNIES, -PENNIES, start, 800)[-1] - 0.5
    assert np.hypot(*end) > far


def test_giga_wolf_by_hand() -> None:
    """From (.6, .4) against (.7, .3), u = (.4, −.4), rate .3: x̂ = .72, z = .64, δ = min(1, .04/.08), x = .68."""
    rule = [rules.giga_wolf(rate=0.3), rules.iga(rate=0.1)]
    assert first_shares(rule, PENNIES, -PENNIES, (0.6, 0.7), 1)[1, 0] == pytest.approx(0.68, abs=1e-12)
