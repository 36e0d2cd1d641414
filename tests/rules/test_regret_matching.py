"""Regret matching: by hand, its bound on regret, its averages. Payoffs are drawn with the stated seeds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.compiler.applying.build import build
from dynsim.rules.base import RuleSpec
from tests.rules.strategies import bimatrix, games, mixtures, play, read, worth

CIRCLE = np.array([[[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]])
BOTH = [rules.regret_matching(), rules.regret_matching_plus()]


def memory(state, name):  # type: ignore[no-untyped-def]
    """A memory of the first player, (games, n)."""
    return np.stack([state[f"a.{name}[{k}]"] for k in range(3)], axis=1)


def test_rock_paper_scissors_by_hand() -> None:
    """Rock against paper: regrets of player 1 (0, 1, 2), so (0, ⅓, ⅔); of player 2, who wins, none above 0: it stays.

    Then u = (−1, 0, 1) against x·u = ⅔: regrets (0, 1, 2) + (−5/3, −2/3, ⅓). With the plus the first one becomes 0.
    """
    for rule, second in zip(BOTH, ([-5 / 3, 1 / 3, 7 / 3], [0.0, 1 / 3, 7 / 3]), strict=True):
        rock, paper = np.eye(3)[[0]], np.eye(3)[[1]]
        _, first, then = play(build(bimatrix(rule)), CIRCLE, -CIRCLE, rock, paper, 2)
        np.testing.assert_allclose(read(first, 0), [[0, 1 / 3, 2 / 3]], atol=1e-15)
        np.testing.assert_allclose(read(first, 1), paper, atol=1e-15)
        np.testing.assert_allclose(memory(then, "regret"), [second], atol=1e-15)
        np.testing.assert_allclose(read(then, 0), [[0, 1 / 8, 7 / 8]], atol=1e-15)


@pytest.mark.parametrize("rule", BOTH, ids=lambda rule: rule.name)
def test_regret_stays_below_its_bound(rule: RuleSpec) -> None:
    """max_k Σ_t (u_k − x·u) ≤ Δ√(nT), Δ the range of payoffs (Blackwell 1956; Hart & Mas-Colell 2000). Seed 0.

    Against whatever the other does: in 30 random games, after every one of 800 steps.
    """
    rng = np.random.default_rng(0)
    (a, b), (x, y) = games(rng, 30), mixtures(rng, 30)
    path = play(build(bimatrix(rule)), a, b, x, y, 800)
    reach = a.max(axis=(1, 2)) - a.min(axis=(1, 2))
    total = np.zeros((30, 3))
    for t, state in enumerate(path, start=1):
        own = read(state, 0)
        u, _ = worth(a, b, own, read(state, 1))
        total += u - (own * u).sum(axis=1, keepdims=True)
        assert (total.max(axis=1) <= reach * np.sqrt(3 * t) + 1e-9).all()


@pytest.mark.parametrize("rule", BOTH, ids=lambda rule: rule.name)
def test_average_weighs_what_was_played(rule: RuleSpec) -> None:
    """All alike, or with 1, 2, 3, …: the plus. Seed 1."""
    rng = np.random.default_rng(1)
    path = play(build(bimatrix(rule)), *games(rng, 10), *mixtures(rng, 10), 40)
    played = np.array([read(state, 0) for state in path[:-1]])
    weights = np.arange(1, 41) if rule.name == "regret_matching_plus" else np.ones(40)
    np.testing.assert_allclose(memory(path[-1], "average"), np.average(played, axis=0, weights=weights), atol=1e-13)


def test_a_positive_regret_never_vanishes_altogether() -> None:
    """Σ_k [R_k]₊ (u_k − x·u) = 0 where x ∝ [R]₊, so not all can fall: max R never falls below 0. Seed 2."""
    rng = np.random.default_rng(2)
    (a, b), (x, y) = games(rng, 100), mixtures(rng, 100)
    most = np.array([memory(s, "regret").max(axis=1) for s in play(build(bimatrix(BOTH[0])), a, b, x, y, 200)])
    for before, after in pairwise(most):
        assert (after[before > 0] > 0).all()


@pytest.mark.parametrize("rule", BOTH, ids=lambda rule: rule.name)
def test_averages_of_zero_sum_games_are_hard_to_exploit(rule: RuleSpec) -> None:
    """max (Aȳ) − min (Aᵀx̄) ≤ the sum of both bounds on regret over T; found far below. Seed 3, 30 games, T = 800."""
    rng = np.random.default_rng(3)
    a, _ = games(rng, 30)
    end = play(build(bimatrix(rule)), a, -a, *mixtures(rng, 30), 800)[-1]
    x = memory(end, "average")
    y = np.stack([end[f"b.average[{k}]"] for k in range(3)], axis=1)
    gap = np.einsum("gjk,gk->gj", a, y).max(axis=1) - np.einsum("gjk,gj->gk", a, x).min(axis=1)
    reach = a.max(axis=(1, 2)) - a.min(axis=(1, 2))
    assert (gap >= -1e-12).all()
    assert (gap <= 2 * reach * np.sqrt(3 / 800)).all()
    assert gap.mean() < (0.05 if rule.name == "regret_matching" else 0.02)
