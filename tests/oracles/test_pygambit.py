"""Equilibria and logit equilibria beside Gambit (Savani & Turocy), on random games."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim as ds
from tests.oracles.games import Array, ends, matrix_game

pytestmark = [pytest.mark.slow, pytest.mark.oracle("pygambit")]


def game(payoffs: list[Array]) -> Any:
    import pygambit

    return pygambit.Game.from_arrays(*payoffs)


def shares(profile: Any) -> list[Array]:
    found = [np.array([float(p) for _, p in strategies]) for _, strategies in profile.mixed_strategies()]
    return [np.maximum(x, 0.0) / np.maximum(x, 0.0).sum() for x in found]  # as exact as its solver is


def random_game(seed: int, sizes: tuple[int, ...]) -> list[Array]:
    return list(np.random.default_rng(seed).normal(size=(len(sizes), *sizes)))


def moved(payoffs: list[Array], starts: list[Array], rule: Any) -> float:
    """The largest change of a share in one step."""
    names = [f"x{k}" for k in range(len(starts))]
    after = ends(matrix_game(payoffs, [rule] * len(starts), starts), 1, *names, compiled=False)
    return max(np.abs(end[0] - start).max() for end, start in zip(after, starts, strict=True))


@pytest.mark.parametrize("method", ["enummixed_solve", "lcp_solve", "gnm_solve", "ipa_solve"])
@pytest.mark.parametrize("seed", range(3))
def test_equilibria_of_two_players(seed: int, method: str) -> None:
    """What each algorithm finds in random 3 × 4 games has NashConv 0, and the replicator rests there, to 1e-9."""
    import pygambit

    payoffs = random_game(seed, (3, 4))
    found = getattr(pygambit.nash, method)(game(payoffs)).equilibria
    assert len(found)
    for profile in found:
        starts = shares(profile)
        run = ds.simulate(matrix_game(payoffs, [ds.rules.replicator()] * 2, starts), steps=1, compiled=False)
        table = run.metric("exploitability")
        assert table[table.quantity == "NashConv"]["mean"].item() < 1e-9
        assert moved(payoffs, starts, ds.rules.replicator()) < 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_all_equilibria_are_found(seed: int) -> None:
    """The metric `fixed_points` and Gambit's enumeration of all extreme equilibria, each to 1e-8."""
    import pygambit

    payoffs = random_game(seed, (3, 3))
    found = [np.concatenate(shares(p)) for p in pygambit.nash.enummixed_solve(game(payoffs), rational=False).equilibria]
    rules = [ds.rules.gradient(rate=0.1)] * 2
    run = ds.simulate(matrix_game(payoffs, rules, [np.ones(3) / 3] * 2), steps=20, compiled=False)
    table = run.metric("fixed_points")
    points = table[table.quantity == "position"].pivot(index="point", columns="of", values="mean").to_numpy()
    np.testing.assert_allclose(
        sorted(points.round(8).tolist()), sorted((np.array(found) + 0.0).round(8).tolist()), rtol=0, atol=2e-8
    )


@pytest.mark.parametrize(("seed", "sizes"), [(0, (3, 4)), (1, (2, 2, 3)), (2, (3, 3)), (3, (2, 3, 2))])
def test_the_path_of_logit_equilibria(seed: int, sizes: tuple[int, ...]) -> None:
    """At every point of the principal branch (McKelvey & Palfrey 1995; Turocy 2005) the rule `logit` with temperature
    1/λ does not move, to 1e-7; nor does frequency-adjusted Q-learning where all shares are above its β.

    (Below it, an estimate that starts too low by a constant, as all do, comes up more slowly than the others.)
    """
    import pygambit

    payoffs = random_game(seed, sizes)
    branch = [point for point in pygambit.qre.logit_solve_branch(game(payoffs)) if 0.05 < point.lam < 50]
    assert len(branch) > 10
    for point in branch[:: max(1, len(branch) // 12)]:
        starts, temperature = shares(point.profile), 1 / point.lam
        assert moved(payoffs, starts, ds.rules.logit(temperature=temperature)) < 1e-7
        beta = min(0.1, *(x.min() for x in starts))
        q = ds.rules.frequency_adjusted_q(rate=beta, temperature=temperature, beta=beta)
        assert moved(payoffs, starts, q) < 1e-7


@pytest.mark.parametrize("seed", range(4))
def test_smoothed_best_responses_come_to_rest_at_the_logit_equilibrium(seed: int) -> None:
    """With λ = 0.6 the logit dynamics ends, from anywhere, where Gambit says, to 1e-9."""
    import pygambit

    payoffs = random_game(seed, (3, 4))
    (point,) = pygambit.qre.logit_solve_lambda(game(payoffs), lam=0.6)
    rng = np.random.default_rng(seed)
    starts = [rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(4))]
    rule = ds.rules.logit(rate=0.2, temperature=1 / 0.6)
    found = ends(matrix_game(payoffs, [rule] * 2, starts), 400, "x0", "x1", compiled=False)
    for end, expected in zip(found, shares(point.profile), strict=True):
        np.testing.assert_allclose(end[0], expected, rtol=0, atol=1e-7)
