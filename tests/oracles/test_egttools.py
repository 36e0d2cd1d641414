"""Evolution in infinite and finite populations beside EGTtools (Fernández Domingos, Santos & Lenaerts 2023)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import dynsim as ds
from tests.oracles.games import Array, ends, mixture, population_game, trajectories

pytestmark = [pytest.mark.slow, pytest.mark.oracle("egttools")]
REPLICAS = 100_000
NEGLIGIBLE = 1e-7  # probabilities below are 0 there


class Pairwise:
    """egttools.analytical.PairwiseComparison. It does not keep alive the game that it is given: nothing here may hand
    it out, or a call on what has outlived the game ends the process."""

    def __init__(self, payoffs: Array, size: int, strength: float) -> None:
        from egttools.analytical import PairwiseComparison
        from egttools.games import Matrix2PlayerGameHolder

        self.size, self.strength = size, strength
        self.game = Matrix2PlayerGameHolder(len(payoffs), payoffs)
        self.model = PairwiseComparison(size, self.game)

    def fixation(self, mutant: int, resident: int) -> float:
        return float(self.model.calculate_fixation_probability(mutant, resident, self.strength))

    def among_homogeneous(self) -> tuple[Array, Array]:
        """The chances of steps between homogeneous populations, and ρ_ab."""
        walk, fixation = self.model.calculate_transition_and_fixation_matrix_sml(self.strength)
        return np.array(walk), np.array(fixation)

    def transitions(self, mutation: float) -> Array:
        """The chances of steps between all states."""
        return np.asarray(self.model.calculate_transition_matrix(self.strength, mutation).toarray())

    def states(self) -> list[tuple[int, ...]]:
        """How many play each of three strategies, in the order of `transitions`."""
        import egttools

        count = math.comb(self.size + 2, 2)
        return [tuple(int(k) for k in egttools.sample_simplex(index, self.size, 3)) for index in range(count)]

    def estimated_fixation(self, mutant: int, resident: int, runs: int) -> float:
        from egttools.numerical import PairwiseComparisonNumerical

        numerical = PairwiseComparisonNumerical(self.size, self.game, 1000)
        return float(numerical.estimate_fixation_probability(mutant, resident, runs, 100_000, self.strength))


def random_game(seed: int) -> Array:
    return np.random.default_rng(seed).normal(size=(3, 3))


@pytest.mark.parametrize("seed", range(3))
def test_replicator_steps(seed: int) -> None:
    """200 Euler steps of a random game of four strategies, by analytical.replicator_equation, to 1e-12."""
    from egttools.analytical import replicator_equation

    rng = np.random.default_rng(seed)
    payoffs, x = rng.normal(size=(4, 4)), mixture(rng, 4)
    (found,) = trajectories(population_game(payoffs, ds.rules.replicator(rate=0.05), x), 200, "x0")
    expected = [x]
    for _ in range(200):
        expected.append(expected[-1] + 0.05 * replicator_equation(expected[-1], payoffs))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("size", "strength"), [(5, 1.0), (20, 0.3), (50, 0.05)])
def test_fixation_probabilities(seed: int, size: int, strength: float) -> None:
    """ρ_ab of all pairs of three strategies, to 1e-12; and the walk between homogeneous populations they make."""
    payoffs = random_game(seed)
    walk, expected = Pairwise(payoffs, size, strength).among_homogeneous()
    apart = ~np.eye(3, dtype=bool) & (expected > 0.0)
    found = ds.evolution.fixation(payoffs, size, strength)
    assert (found[~apart & ~np.eye(3, dtype=bool)] < NEGLIGIBLE).all()
    np.testing.assert_allclose(found[apart], expected[apart], rtol=1e-12)

    run = ds.simulate(population_game(payoffs, ds.rules.replicator(), np.ones(3) / 3), steps=1, compiled=False)
    table = run.metric("fixation", population=size, intensity=strength)
    np.testing.assert_allclose(table["mean"].to_numpy().reshape(3, 3)[apart], expected[apart], rtol=1e-10)

    held = ds.evolution.alpha_rank(payoffs, strength, size)
    assert held.sum() == pytest.approx(1)
    np.testing.assert_allclose(held @ walk, held, rtol=0, atol=1e-12 if apart.sum() == 6 else NEGLIGIBLE)


def test_the_published_fixation_probability() -> None:
    """Hawk–dove with v = 2, d = 3, t = 1, N = 100, β = 1: 0.8641155742462664 (EGTtools' documentation), to 1e-12."""
    value, damage, threat = 2.0, 3.0, 1.0
    payoffs = np.array([[(value - damage) / 2, value], [0.0, value / 2 - threat]])
    pair = Pairwise(payoffs, 100, 1.0)
    found = ds.evolution.fixation(payoffs, 100, 1.0)
    assert found[1, 0] == pytest.approx(pair.fixation(0, 1), rel=1e-12)
    assert found[0, 1] < NEGLIGIBLE
    assert pair.fixation(1, 0) == 0.0
    assert found[1, 0] == pytest.approx(0.8641155742462664, rel=1e-12)


def steps_of(payoffs: Array, rule: Any, counts: tuple[int, ...], steps: int, replicas: int, seed: int) -> Array:
    """How many play each strategy after so many steps, (R, 3)."""
    size = sum(counts)
    (shares,) = ends(population_game(payoffs, rule, np.array(counts) / size), steps, "x0", replicas=replicas, seed=seed)
    return np.rint(shares * size).astype(int)


@pytest.mark.parametrize("seed", range(3))
def test_one_step_of_pairwise_comparison(seed: int) -> None:
    """The chances of all transitions from a random state of 12 individuals, 100,000 replicas (seeds 0 to 2): χ² below
    its 99.9 % quantile.

    There nobody compares itself with itself, here the other is drawn from all N: imitation comes N/(N − 1) times as
    often there. With the mutation μ here and μ′ there, μ′/(1 − μ′) = μ/(1 − μ)·N/(N − 1), the chances of all steps that
    change anything are in one proportion, c = (1 − μ)/(1 − μ′)·(N − 1)/N.
    """
    from scipy.stats import chi2

    size, strength, mutation = 12, 1.5, 0.1
    payoffs = random_game(seed)
    odds = mutation / (1 - mutation) * size / (size - 1)
    theirs = odds / (1 + odds)
    pair = Pairwise(payoffs, size, strength)
    states = pair.states()
    at = int(np.random.default_rng(seed).integers(len(states)))
    chances = pair.transitions(theirs)[at] * (1 - mutation) / (1 - theirs) * (size - 1) / size
    chances[at] += 1.0 - chances.sum()
    rule = ds.rules.fermi(size=size, selection=strength, mutation=mutation)
    found, times = np.unique(steps_of(payoffs, rule, states[at], 1, REPLICAS, seed), axis=0, return_counts=True)
    observed = np.zeros(len(chances))
    for state, count in zip(found, times, strict=True):
        observed[states.index(tuple(state))] = count
    possible = chances > 0
    assert observed[~possible].sum() == 0
    expected = REPLICAS * chances[possible]
    statistic = ((observed[possible] - expected) ** 2 / expected).sum()
    assert possible.sum() > 2
    assert statistic < chi2.ppf(0.999, possible.sum() - 1)


@pytest.mark.parametrize("seed", [5, 6])
def test_takeover_by_imitation(seed: int) -> None:
    """The share of 20,000 replicas in which one mutant takes over nine residents, within 3 standard errors of the exact
    chance there; that of 20,000 runs there within 5, for its threads do not draw the same numbers twice."""
    size, strength, runs = 10, 0.5, 20_000
    payoffs = random_game(seed)
    pair = Pairwise(payoffs, size, strength)
    exact = pair.fixation(1, 0)
    end = steps_of(payoffs, ds.rules.fermi(size=size, selection=strength), (size - 1, 1, 0), 2_000, runs, seed)
    assert set(end[:, 0]) <= {0, size}
    error = math.sqrt(exact * (1 - exact) / runs)
    assert np.mean(end[:, 1] == size) == pytest.approx(exact, abs=3 * error)
    assert pair.estimated_fixation(1, 0, runs) == pytest.approx(exact, abs=5 * error)


def test_the_mixture_that_mutation_keeps_up() -> None:
    """The mean shares in the long run with mutation 0.1 among 12 individuals, within 3 standard errors over 2,000
    independent replicas, beside the stationary distribution of the 91 states there (seed 7)."""
    size, strength, mutation, replicas = 12, 1.5, 0.1, 2_000
    payoffs = random_game(7)
    odds = mutation / (1 - mutation) * size / (size - 1)
    pair = Pairwise(payoffs, size, strength)
    held = np.linalg.matrix_power(pair.transitions(odds / (1 + odds)), 2**16)[0]
    expected = held @ np.array(pair.states()) / size
    rule = ds.rules.fermi(size=size, selection=strength, mutation=mutation)
    (found,) = ends(population_game(payoffs, rule, np.array([1.0, 0, 0])), 3_000, "x0", replicas=replicas, seed=7)
    np.testing.assert_array_less(np.abs(found.mean(axis=0) - expected), 3 * found.std(axis=0) / math.sqrt(replicas))
