"""Katz–Bonacich efforts and key players (Ballester, Calvó-Armengol and Zenou 2006), and substitutes (Bramoullé, Kranton
and D'Amours 2014)."""

import numpy as np
import pytest

from .runs import run, values, weights


def friends():
    """The adjacency matrix."""
    return weights(run("key_player", every=2000), "friends")


@pytest.mark.parametrize("seed", [1, 2])
def test_efforts_and_losses_are_those_of_the_formula(seed):
    """x = α(1 − δG)⁻¹1; without i, Σx falls by α b_i²/m_ii and i makes no effort."""
    rng = np.random.default_rng(seed)
    alpha, delta = rng.uniform(0.5, 2), rng.uniform(0.05, 0.21)
    found = run("key_player", f"params.alpha={alpha}", f"params.delta={delta}", "clock.steps=6000", every=6000)
    inverse = np.linalg.inv(np.eye(11) - delta * friends())
    central = inverse.sum(axis=1)
    x = values(found, "effort")[-1]
    np.testing.assert_allclose(x[0], alpha * central, rtol=1e-9)
    lost = x[0].sum() - x[1:].sum(axis=1)
    np.testing.assert_allclose(lost, alpha * central**2 / np.diag(inverse), rtol=1e-8)
    np.testing.assert_allclose(np.diag(x[1:]), 0)


@pytest.mark.parametrize(
    ("delta", "effort", "loss"),
    [(0.1, (1.75, 1.88, 1.72), (2.92, 3.28, 2.79)), (0.2, (8.33, 9.17, 7.78), (41.67, 40.33, 32.67))],
)
def test_the_published_table(delta, effort, loss):
    """Ballester et al. 2006, table 1, two digits: the one between, their friends, the others."""
    x = values(run("key_player", f"params.delta={delta}", every=2000), "effort")[-1]
    np.testing.assert_allclose(x[0, [0, 1, 2]], effort, atol=0.005)
    lost = x[0].sum() - x[1:].sum(axis=1)
    np.testing.assert_allclose(lost[[0, 1, 2]], loss, atol=0.005)


def test_efforts_run_away_beyond_the_largest_eigenvalue():
    """δ just below and above 1/ρ(G), by 1 %."""
    edge = 1 / np.linalg.eigvalsh(friends()).max()
    assert edge == pytest.approx(0.2271, abs=1e-4)
    for factor, settles in ((0.99, True), (1.01, False)):
        settings = (f"params.delta={factor * edge}", "clock.steps=20000", "ensemble.vary={}")
        totals = run("key_player", *settings, replicas=1, every=500).states.total.to_numpy()
        expected = np.linalg.solve(np.eye(11) - factor * edge * friends(), np.ones(11)).sum()
        if settles:
            assert totals[-1] == pytest.approx(expected, rel=1e-6)
        else:
            assert totals[-1] > 1e10


def test_substitutes_have_one_equilibrium_below_the_smallest_eigenvalue_and_may_have_several_above():
    """|δ| < 1/|λ_min| = .4501: from 16 random starts one end; at |δ| = 1.2 several. Everybody is at a best reply,
    max(0, 1 − |δ| Σ friends' efforts)."""
    edge = 1 / abs(np.linalg.eigvalsh(friends()).min())
    assert edge == pytest.approx(0.4501, abs=1e-4)
    for strength, one_end in ((0.95 * edge, True), (1.2, False)):
        settings = (f"params.delta={-strength}", "clock.steps=20000", "ensemble.vary={}")
        start = "variables.effort.init=uniform(0, 1)"
        x = values(run("key_player", *settings, start, replicas=16, every=20000), "effort")[-1]
        np.testing.assert_allclose(x, np.maximum(0, 1 - strength * x @ friends()), atol=1e-8)
        assert (np.ptp(x, axis=0) < 1e-6).all() == one_end
