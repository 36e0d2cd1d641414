"""Friedkin and Johnsen (1990): every step, the rest, its rate, and the price of anarchy (Bindel et al. 2015)."""

import numpy as np
import pytest

import dynsim as ds

from .runs import run, values, weights


def averaging(found):
    """The averaging matrix W of a run's graph."""
    heard = weights(found, "town")
    return heard / heard.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_talk_ends_between_convictions_and_consensus(seed):
    """x* = (I − DW)⁻¹(I − D) home on random graphs with random openness; on the way x ← DWx + (I − D) home."""
    low, high = np.sort(np.random.default_rng(seed).uniform(0.1, 0.95, 2))
    settings = (f"graphs.town.seed={seed + 20}", "graphs.town.n=30", f"params.least_open={low}")
    found = run("friedkin_johnsen", *settings, f"params.most_open={high}", "clock.steps=400", replicas=2)
    matrix, openness = averaging(found), np.diag(np.linspace(low, high, 30))
    x, home = values(found, "opinion"), values(found, "home")
    assert (home == home[0]).all()
    held = home[0] @ (np.eye(30) - openness)
    np.testing.assert_allclose(x[1], x[0] @ (openness @ matrix).T + held, atol=1e-13)
    rest = np.linalg.solve(np.eye(30) - openness @ matrix, held.T).T
    np.testing.assert_allclose(x[-1], rest, atol=1e-9)
    assert (np.ptp(rest, axis=1) < np.ptp(home[0], axis=1)).all()


def test_distances_fall_like_the_spectral_radius():
    """Over 20 late steps, when the largest eigenvalue, real by Perron and Frobenius, has outlived the others."""
    found = run("friedkin_johnsen", replicas=4)
    radius = np.abs(np.linalg.eigvals(np.diag(np.linspace(0.3, 0.95, 40)) @ averaging(found))).max()
    assert radius == pytest.approx(0.6220, abs=1e-4)
    x = values(found, "opinion")
    away = np.linalg.norm(x - x[-1], axis=2)
    np.testing.assert_allclose((away[40] / away[20]) ** (1 / 20), radius, rtol=1e-3)


def disagreement(weights, home):
    """The sums of costs (x_i − s_i)² + Σ_j w_ij (x_i − x_j)² at rest, everyone for itself and all for all."""
    sums = []
    for everyone in (False, True):
        s = ds.System("talk")
        n = len(home)
        x = s.state("x", init=[0.0] * n, size=n)
        costs = [
            (x[i] - home[i]) ** 2 + sum(float(weights[i, j]) * (x[i] - x[j]) ** 2 for j in range(n) if j != i)
            for i in range(n)
        ]
        total = s.derived("total", sum(costs[1:], start=costs[0]))
        for i in range(n):
            rate = 0.2 / (1 + weights.sum())
            s.agent(f"p{i}", controls=x[i], declared=total if everyone else costs[i], rule=ds.rules.gradient(rate=rate))
        s.record(derived=total)
        sums.append(ds.simulate(s, steps=4000, every=4000, compiled=False).states.total.iloc[-1])
    return sums


def test_everyone_for_themselves_pays_at_most_nine_eighths():
    """Undirected: two people with a tie of ½ pay exactly 9/8; random ties of four people less. Seed 7."""
    apart, together = disagreement(np.array([[0, 0.5], [0.5, 0]]), np.array([0.0, 1.0]))
    assert apart / together == pytest.approx(9 / 8, rel=1e-9)
    rng = np.random.default_rng(7)
    for _ in range(2):
        ties = np.triu(rng.uniform(size=(4, 4)), 1)
        ties, home = ties + ties.T, rng.normal(size=4)
        laplacian = np.diag(ties.sum(axis=1)) - ties
        apart, together = disagreement(ties, home)
        nash = np.linalg.solve(np.eye(4) + laplacian, home)
        best = np.linalg.solve(np.eye(4) + 2 * laplacian, home)
        for x, found in ((nash, apart), (best, together)):
            assert found == pytest.approx(((x - home) ** 2).sum() + 2 * x @ laplacian @ x, rel=1e-9)
        assert 1 < apart / together < 9 / 8
