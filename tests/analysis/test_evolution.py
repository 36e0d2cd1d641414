"""Fixation and α-Rank against absorbing chains, closed forms and published figures."""

import math

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.numerics.evolution import alpha_rank, fixation, moran_fixation
from dynsim.errors import InputError


def meeting_all_others(u, n, j):
    """What a mutant (row 1) and a resident (row 0) get where j of n are mutants, each against everybody else."""
    counts = np.array([n - j, j], dtype=float)
    return [(u[k] @ (counts - np.eye(2)[k])) / (n - 1) for k in (1, 0)]


def absorbed(up, down):
    """The probability to end at the top of 0 … n from 1, with these probabilities to go up and down in 1 … n − 1."""
    n = len(up) + 1
    chain = np.diag(1 - up - down) + np.diag(up[:-1], 1) + np.diag(down[1:], -1)
    top = np.zeros(n - 1)
    top[-1] = up[-1]
    return np.linalg.solve(np.eye(n - 1) - chain, top)[0]


@pytest.mark.parametrize("seed", range(5))
def test_pairwise_comparison_against_the_absorbing_chain(seed):
    """T± = j/N (N − j)/N · 1/(1 + e^{∓β(π_b − π_a)}), random payoffs, population and intensity."""
    rng = np.random.default_rng(seed)
    n, beta = int(rng.integers(2, 30)), rng.uniform(0, 2)
    u = rng.normal(size=(3, 3))
    found = fixation(u, n, beta)
    for a in range(3):
        for b in range(3):
            pair = u[np.ix_([a, b], [a, b])]
            payoffs = [meeting_all_others(pair, n, j) for j in range(1, n)]
            gain = np.array([mutant - resident for mutant, resident in payoffs])
            meet = np.arange(1, n) * np.arange(n - 1, 0, -1) / n**2
            expected = absorbed(meet / (1 + np.exp(-beta * gain)), meet / (1 + np.exp(beta * gain)))
            assert found[a, b] == pytest.approx(1 / n if a == b else expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_the_moran_process_against_the_absorbing_chain(seed):
    """T⁺ = j f_b/(j f_b + (N − j) f_a) · (N − j)/N, f = 1 − w + wπ, positive payoffs."""
    rng = np.random.default_rng(seed)
    n, w = int(rng.integers(2, 30)), rng.uniform(0, 1)
    u = rng.uniform(0.2, 3.0, size=(2, 2))
    j = np.arange(1, n)
    payoffs = np.array([meeting_all_others(u, n, k) for k in j])
    mutant, resident = (1 - w + w * payoffs).T
    total = j * mutant + (n - j) * resident
    expected = absorbed(j * mutant / total * (n - j) / n, (n - j) * resident / total * j / n)
    assert fixation(u, n, w, "moran")[0, 1] == pytest.approx(expected, rel=1e-9)


def test_published_fixations():
    """Moran at r = 1.1 of 100 and r = 2 of 10; hawks among doves, value 2, fight 3, display 1, 100 of them, β = 1."""
    assert moran_fixation(1.1, 100) == pytest.approx(0.0909156883, abs=1e-10)
    assert moran_fixation(2.0, 10) == pytest.approx(0.5004887586, abs=1e-10)
    value, fight, display = 2.0, 3.0, 1.0
    u = [[(value - fight) / 2, value], [0.0, value / 2 - display]]
    assert fixation(u, 100, 1.0)[1, 0] == pytest.approx(0.8641155742462664, rel=1e-14)


@pytest.mark.parametrize("seed", range(3))
def test_constant_fitness_has_moran_s_closed_form(seed):
    rng = np.random.default_rng(seed)
    n, r = int(rng.integers(2, 200)), rng.uniform(0.7, 1.5)
    expected = (1 - 1 / r) / (1 - r**-n)
    assert moran_fixation(r, n) == pytest.approx(expected, rel=1e-9)
    assert fixation([[1, 1], [r, r]], n, 1.0, "moran")[0, 1] == pytest.approx(expected, rel=1e-9)
    assert fixation([[0, 0], [math.log(r)] * 2], n, 1.0)[0, 1] == pytest.approx(expected, rel=1e-9)
    assert moran_fixation(1.0, n) == pytest.approx(1 / n, rel=1e-12)


def test_nothing_overflows():
    assert moran_fixation(1e-3, 100_000) == 0.0
    assert moran_fixation(1e3, 100_000) == pytest.approx(1 - 1e-3)
    np.testing.assert_allclose(fixation([[0, 0], [1, 1]], 10_000, 1e6), [[1e-4, 1.0], [0.0, 1e-4]], atol=1e-300)
    u = np.random.default_rng(0).normal(size=(3, 3))
    for found in (fixation(u, 5_000, 1e5), alpha_rank(u, 1e5, 5_000), alpha_rank(np.stack([u, u.T]), 1e6, 10_000)):
        assert np.isfinite(found).all()
        assert (found >= 0).all()


def five_strategies(r=1.0, t=2.0, p=0.0, s=-1.0, delta=4.0, eps=0.25):
    """Commitments in the prisoner's dilemma (Han, Pereira, Santos & Lenaerts 2013): who proposes pays eps, who breaks
    an accepted one pays delta; then unconditional cooperators and defectors, fakes, and free riders on the proposal."""
    return [
        [r - eps / 2, r - eps, 0, s + delta - eps, r - eps],
        [r, r, s, s, s],
        [0, t, p, p, p],
        [t - delta, t, p, p, p],
        [r, t, p, p, p],
    ]


def test_five_strategies_of_commitment_have_the_published_mass():
    found = alpha_rank(five_strategies(), alpha=0.1, population=20)
    np.testing.assert_allclose(found, [0.40966787, 0.07959841, 0.20506998, 0.08505983, 0.22060390], atol=5e-9)


def chain_of(tables, alpha, m):
    """The transition matrix written out, profile by profile (Omidshafiei et al. 2019)."""
    shape = tables.shape[1:]
    profiles = list(np.ndindex(shape))
    step = 1 / sum(n - 1 for n in shape)
    chain = np.zeros((len(profiles), len(profiles)))
    for a, here in enumerate(profiles):
        for b, there in enumerate(profiles):
            moved = [k for k in range(len(shape)) if here[k] != there[k]]
            if len(moved) == 1:
                gain = tables[moved[0]][there] - tables[moved[0]][here]
                takes_over = (1 - np.exp(-alpha * gain)) / (1 - np.exp(-alpha * m * gain)) if gain else 1 / m
                chain[a, b] = step * takes_over
    return chain + np.diag(1 - chain.sum(axis=1))


@pytest.mark.parametrize("shape", [(2, 2), (3, 4), (2, 3, 2)])
def test_populations_of_several_players_against_the_chain_written_out(shape):
    """Random payoffs, some of them equal (seed 4)."""
    rng = np.random.default_rng(4)
    tables = np.round(rng.normal(size=(len(shape), *shape)), 1)
    alpha, m = rng.uniform(0.1, 1.0), int(rng.integers(2, 15))
    found = alpha_rank(tables, alpha, m)
    assert found.shape == shape
    np.testing.assert_allclose(found.ravel() @ chain_of(tables, alpha, m), found.ravel(), rtol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_one_population_is_the_walk_along_its_fixations(seed):
    rng = np.random.default_rng(seed)
    u, alpha, m = rng.normal(size=(4, 4)), rng.uniform(0.1, 1.0), int(rng.integers(2, 15))
    chain = fixation(u, m, alpha) / 3
    np.fill_diagonal(chain, 0.0)
    chain += np.diag(1 - chain.sum(axis=1))
    found = alpha_rank(u, alpha, m)
    np.testing.assert_allclose(found @ chain, found, rtol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_without_end_it_is_the_limit_of_large_alpha(seed):
    """Payoffs in tenths, so that some are equal: at α = 3000 the next order is below e^{−300}."""
    rng = np.random.default_rng(seed)
    for table in (rng.integers(-5, 6, size=(4, 4)) / 10, rng.integers(-5, 6, size=(2, 3, 3)) / 10):
        np.testing.assert_allclose(alpha_rank(table, population=11), alpha_rank(table, 3000.0, 11), atol=1e-9)


def test_what_has_no_strict_best_goes_round():
    """Rock, paper, scissors; matching pennies, where every profile has one way on; a prisoner's dilemma."""
    rps = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    np.testing.assert_allclose(alpha_rank(rps), 1 / 3)
    pennies = np.array([[1, -1], [-1, 1]])
    np.testing.assert_allclose(alpha_rank([pennies, -pennies]), 1 / 4)
    dilemma = np.array([[3, 0], [5, 1]])
    np.testing.assert_allclose(alpha_rank([dilemma, dilemma.T]), [[0, 0], [0, 1]])


def test_neutral_mutants_are_as_rare_as_the_population_is_large():
    """0 and 1 are alike, 2 beats 1, 0 beats 2: 0 → 1 → 2 → 0, the first step m times slower: (m + 1, 1, 1)/(m + 3)."""
    u = [[0, 0, 1], [0, 0, -1], [-1, 1, 0]]
    for m in (2, 17):
        np.testing.assert_allclose(alpha_rank(u, population=m), np.array([m + 1, 1, 1]) / (m + 3), rtol=1e-12)


def test_of_two_conventions_the_one_is_kept_that_is_harder_to_leave():
    """Both meet at 2, or both at 1: leaving the first costs 2 m, the second m orders of α."""
    meet = np.array([[2.0, 0.0], [0.0, 1.0]])
    np.testing.assert_allclose(alpha_rank([meet, meet]), [[1, 0], [0, 0]])
    np.testing.assert_allclose(alpha_rank([np.eye(2), np.eye(2)]), [[0.5, 0], [0, 0.5]])


def test_it_says_what_payoffs_it_takes():
    with pytest.raises(InputError, match="one square matrix, or a finite table"):
        alpha_rank(np.zeros((3, 2, 2)))
    with pytest.raises(InputError, match="square matrix of finite numbers"):
        fixation(np.zeros((2, 3)), 10, 1.0)
    with pytest.raises(InputError, match="at most 512"):
        alpha_rank(np.zeros((2, 30, 30)))
    with pytest.raises(InputError, match="fitness is positive"):
        fixation([[-1, 0], [0, 1]], 10, 1.0, "moran")
    with pytest.raises(InputError, match="two individuals"):
        moran_fixation(1.1, 1)


def test_it_is_a_public_module():
    assert ds.evolution.alpha_rank is alpha_rank
    assert "evolution" in dir(ds)
