"""Equilibria and learning beside Nashpy (Knight & Campbell 2018), on random games."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import dynsim as ds
from tests.oracles.games import Array, ends, matrix_game, mixture, population_game, trajectories

pytestmark = [pytest.mark.slow, pytest.mark.oracle("nashpy")]
STILL = {
    "replicator": ds.rules.replicator(rate=0.1), "projection": ds.rules.projection(rate=0.1),
    "smith": ds.rules.smith(rate=0.1), "brown_von_neumann_nash": ds.rules.brown_von_neumann_nash(rate=0.1),
    "multiplicative_weights": ds.rules.multiplicative_weights(rate=0.1), "iga": ds.rules.iga(rate=0.1),
}  # fmt: skip


def bimatrix(rng: np.random.Generator, rows: int = 3, columns: int = 4) -> tuple[Array, Array]:
    a, b = rng.normal(size=(2, rows, columns))
    return a, b


def equilibria(a: Array, b: Array) -> list[tuple[Array, Array]]:
    """All of them, an odd number: a random game is not degenerate (Wilson 1971).

    By vertices: Nashpy's support enumeration compares payoffs that differ by rounding with ==, and loses some.
    """
    import nashpy

    found = list(nashpy.Game(a, b).vertex_enumeration())
    assert len(found) % 2 == 1
    return [(np.maximum(x, 0.0), np.maximum(y, 0.0)) for x, y in found]  # 0 may be −1e-17


@pytest.mark.parametrize("seed", range(5))
def test_equilibria_are_the_points_without_regret_at_which_rules_rest(seed: int) -> None:
    """At every equilibrium NashConv is 0 to 1e-12, and none of six rules moves."""
    a, b = bimatrix(np.random.default_rng(seed))
    for starts in equilibria(a, b):
        for rule in STILL.values():
            run = ds.simulate(matrix_game([a, b], [rule] * 2, starts), steps=1, compiled=False)
            states = run.states.filter(like="[").to_numpy()
            np.testing.assert_allclose(states[1], states[0], rtol=0, atol=1e-12)
        table = run.metric("exploitability")
        assert table[table.quantity == "NashConv"]["mean"].item() < 1e-12


@pytest.mark.parametrize("seed", range(3))
def test_the_points_at_which_a_game_could_rest_are_its_equilibria(seed: int) -> None:
    """The metric `fixed_points` and the enumeration of vertices find the same, each to 1e-8."""
    rng = np.random.default_rng(seed)
    a, b = bimatrix(rng)
    rules = [ds.rules.gradient(rate=0.1)] * 2
    run = ds.simulate(matrix_game([a, b], rules, [mixture(rng, 3), mixture(rng, 4)]), steps=20, compiled=False)
    table = run.metric("fixed_points")
    table = table[table.quantity == "position"]
    points = table.pivot(index="point", columns="of", values="mean").to_numpy()
    expected = np.array([np.concatenate(pair) for pair in equilibria(a, b)])
    np.testing.assert_allclose(sorted(points.round(8).tolist()), sorted(expected.round(8).tolist()), rtol=0, atol=2e-8)


@pytest.mark.parametrize("seed", range(3))
def test_fictitious_play(seed: int) -> None:
    """The mixture of all plays after 0, 1, …, 300 rounds; the start is the first play."""
    import nashpy

    a, b = bimatrix(np.random.default_rng(seed))
    starts = [np.eye(3)[seed], np.eye(4)[seed + 1]]
    found = trajectories(matrix_game([a, b], [ds.rules.fictitious_play()] * 2, starts), 300, "x0", "x1")
    plays = list(nashpy.Game(a, b).fictitious_play(iterations=300, play_counts=[s.copy() for s in starts]))
    for shares, counts in zip(found, zip(*plays, strict=True), strict=True):
        expected = np.array(counts) / np.sum(counts, axis=1, keepdims=True)
        np.testing.assert_allclose(shares, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_replicators_of_two_populations(seed: int) -> None:
    """Runge–Kutta, dt .01, beside asymmetric_replicator_dynamics, whose steps are accurate to about 1e-7."""
    import nashpy

    rng = np.random.default_rng(seed)
    a, b = bimatrix(rng)
    starts = [mixture(rng, 3), mixture(rng, 4)]
    s = matrix_game([a, b], [ds.rules.replicator()] * 2, starts)
    s.clock(time=10, dt=0.01, method="rk4")
    states = ds.simulate(s, every=10, compiled=False).states.filter(like="[").to_numpy()
    x, y = nashpy.Game(a, b).asymmetric_replicator_dynamics(*starts, timepoints=np.linspace(0, 10, 101))
    np.testing.assert_allclose(states, np.hstack([x, y]), rtol=0, atol=2e-6)


def test_replicators_of_one_population() -> None:
    """The same within one population, beside replicator_dynamics (seed 3)."""
    import nashpy

    rng = np.random.default_rng(3)
    payoffs, start = rng.normal(size=(4, 4)), mixture(rng, 4)
    s = population_game(payoffs, ds.rules.replicator(), start)
    s.clock(time=10, dt=0.01, method="rk4")
    states = ds.simulate(s, every=10, compiled=False).states.filter(like="x0[").to_numpy()
    expected = nashpy.Game(payoffs).replicator_dynamics(y0=start, timepoints=np.linspace(0, 10, 101))
    np.testing.assert_allclose(states, expected, rtol=0, atol=2e-6)


@pytest.mark.parametrize("seed", range(2))
def test_the_moran_process(seed: int) -> None:
    """Two mutants among eight: in how many of 20,000 replicas, and of 1,500 runs there, they take over, both within 3
    standard errors of the exact chance. Fitness is the payoff there: here a linear fitness with w = 1.
    """
    import nashpy

    size, mutants, replicas, runs = 8, 2, 20_000, 1_500
    payoffs = np.random.default_rng(seed).uniform(0.5, 2.0, size=(2, 2))
    exact = _takeover(payoffs, size, mutants)
    start = np.array([size - mutants, mutants]) / size
    (end,) = ends(population_game(payoffs, ds.rules.moran(size=size), start), 1_000, "x0", replicas=replicas, seed=seed)
    assert set(np.rint(end[:, 1] * size)) == {0, size}
    assert end[:, 1].mean() == pytest.approx(exact, abs=3 * math.sqrt(exact * (1 - exact) / replicas))

    np.random.seed(seed)
    population = np.array([0] * (size - mutants) + [1] * mutants)
    shares = nashpy.Game(payoffs).fixation_probabilities(initial_population=population, repetitions=runs)
    assert shares[(1,) * size] == pytest.approx(exact, abs=3 * math.sqrt(exact * (1 - exact) / runs))


def _takeover(payoffs: Any, size: int, mutants: int) -> float:
    """(1 + Σ_{k<m} γ_k)/(1 + Σ_{k<N} γ_k), γ_k = Π_{j≤k} f_0/f_1, with j mutants (Karlin & Taylor 1975)."""
    j = np.arange(1, size)
    first = (size - j - 1) * payoffs[0, 0] + j * payoffs[0, 1]
    second = (size - j) * payoffs[1, 0] + (j - 1) * payoffs[1, 1]
    gamma = np.concatenate([[1.0], np.cumprod(first / second)])
    return float(gamma[:mutants].sum() / gamma.sum())
