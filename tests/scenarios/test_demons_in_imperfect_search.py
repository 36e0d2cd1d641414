"""Tessellating hills (DaemonicSigil 2020): the step, the first phase, when a wave holds the search, and the demon."""

import numpy as np
import pytest

import dynsim as ds

from .runs import SCENARIOS, run

NAME, R = "demons_in_imperfect_search", 16


def searched(*settings, every=50):
    return run(NAME, *settings, replicas=R, every=every)


def wave_numbers(model):
    """k[w, i] of all waves in 16 directions."""
    topology = model.populations["hills"].topology
    matrix = np.zeros((topology.n, topology.n))
    matrix[topology.target, topology.source] = topology.weight
    return matrix[16:, :16]


def path(found, name="aside"):
    """A population by (tick, replica, node)."""
    table = found.population(name).pivot(index=["t", "replica"], columns="element", values="value")
    return table.to_numpy().reshape(-1, R, table.shape[1])


def ahead(found, name="ahead"):
    """A scalar by (tick, replica)."""
    return found.states.pivot(index="t", columns="replica", values=name).to_numpy()


def slope(found, forward, aside, epsilon):
    """The gradient of the loss at (R,) and (R, 16): −1 + ε Σ …, as its formula says."""
    k, (k0, a, b) = wave_numbers(found.model), (path(found, n)[0][:, 16:] for n in ("k0", "a", "b"))
    phase = aside @ k.T + k0 * forward[:, None]
    height, steep = a * np.sin(phase) + b * np.cos(phase), a * np.cos(phase) - b * np.sin(phase)
    carried = np.repeat(aside, 5, axis=1) * steep
    return epsilon * (carried * k0).sum(axis=1) - 1, epsilon * (height.reshape(R, 16, 5).sum(axis=2) + carried @ k)


def test_every_step_has_the_constant_length_along_the_formulas_gradient():
    """Without noise, among high hills, over 60 steps."""
    epsilon = 0.3
    found = searched("params.noise=0", f"params.epsilon={epsilon}", "clock.steps=60", every=1)
    aside, forward = path(found)[:, :, :16], ahead(found)
    assert np.linalg.norm(aside[-1], axis=1).min() > 2
    for t in range(60):
        first, others = slope(found, forward[t], aside[t], epsilon)
        length = np.sqrt(first**2 + (others**2).sum(axis=1))
        np.testing.assert_allclose(forward[t + 1], forward[t] - 0.2 * first / length, atol=1e-12)
        np.testing.assert_allclose(aside[t + 1], aside[t] - 0.2 * others / length[:, None], atol=1e-12)


def test_without_hills_it_goes_ahead_and_diffuses_aside():
    """0.2 a step ± 0.2/√(17 t R), the squared deviations of 1,600 records as they should be ± √(2/1600), and
    |x|² = 16 t·0.04/17 with the relative standard error √(2/(16 R)). Seed 10, 3 standard errors."""
    found = searched("params.epsilon=0")
    assert ahead(found)[-1].mean() / 5000 == pytest.approx(0.2, abs=3 * 0.2 / np.sqrt(17 * 5000 * R))
    deviations = np.diff(ahead(found), axis=0) - 50 * 0.2
    assert (deviations**2).mean() / (50 * 0.04 / 17) == pytest.approx(1, abs=3 * np.sqrt(2 / deviations.size))
    square = (path(found)[-1][:, :16] ** 2).sum(axis=1).mean()
    assert square / (16 * 5000 * 0.04 / 17) == pytest.approx(1, abs=3 * np.sqrt(2 / (16 * R)))


@pytest.mark.parametrize("far", [1.5, 3.0])
def test_hills_of_random_phase_cost_what_their_mean_square_slope_says(far):
    """One step goes ahead by 0.2 (1 − G/2) on average, G = ε² (Σ_w x_owner² |k_w|² + 80) the expected square of the
    slopes aside, which is ε² (160 |x|² + 80) on average over graphs. 4,096 landscapes, seed 10: within 3.5 standard
    errors and the next order, 3 G²/8 to 3 G²/4.
    """
    place = f'variables.aside.init="where(index < 16, {far / 4}, 0)"'
    found = ds.simulate(SCENARIOS / f"{NAME}.yaml", set=["params.noise=0", place], steps=1, replicas=4096, every=1,
                        compiled=False)
    share = found.states[found.states.t == 1].ahead / 0.2
    square = 0.0025**2 * ((far / 4) ** 2 * (wave_numbers(found.model) ** 2).sum() + 80)
    assert square == pytest.approx(0.0025**2 * (160 * far**2 + 80), rel=0.1)
    assert abs(share.mean() - (1 - square / 2)) < 3.5 * share.sem() + 0.75 * square**2
    assert 1 - share.mean() > 50 * share.sem()


class OneWave:
    """A run with one wave, whose owner starts at 10, with random amplitude A, k₀ and k, but for its number `own` along
    the owner's direction. ε is stated in units of the edge ε* = |k₀|/(c A K²), one per replica."""

    def __init__(self, seed, own, ratios, step=0.01, steps=10_000):
        rng = np.random.default_rng(seed)
        graph = self.found_graph(rng, own)
        self.k0, self.amplitude = int(rng.integers(1, 3)), float(rng.uniform(0.5, 2))
        self.square = self.k0**2 + self.k @ self.k
        self.epsilon = np.asarray(ratios) * self.k0 / (10 * self.amplitude * self.square)
        found = searched(
            *graph, "params.noise=0", f"params.step={step}", f"clock.steps={steps}", "variables.b.init=0",
            f"variables.a.init={self.amplitude}", f"variables.k0.init={self.k0}",
            "variables.aside.init=where(index == 0, 10, 0)", f"ensemble.vary={{epsilon: {self.epsilon.tolist()}}}",
            every=20,
        )
        self.pace = step * 20  # the length of the way between two records
        self.ahead, aside = ahead(found), path(found)[:, :, :16]
        self.phase, self.weight = aside @ self.k + self.k0 * self.ahead, aside[:, :, 0]

    def found_graph(self, rng, own):
        """Overrides for a graph with a single wave, of direction 0, that has the number `own` there."""
        while True:
            settings = ("graphs.hills.n2=1", f"graphs.hills.seed={rng.integers(10_000)}")
            model = ds.load_scenario(SCENARIOS / f"{NAME}.yaml", settings).resolve()
            (self.k,) = wave_numbers(model)
            if self.k[0] == own:
                return settings


@pytest.mark.parametrize("seed", [1, 2])
def test_a_wave_holds_the_search_where_adlers_equation_locks(seed):
    """Below the edge the phase turns, per unit ahead, by 1/((1 − κ)/Ω + κ/k₀), Ω = √(k₀² − (εcAK²)²), κ = k₀²/K²;
    above it stops. Measured over whole turns; the discrete steps make an error of their length."""
    ratios = np.r_[np.random.default_rng(seed + 50).uniform(0.1, 0.95, 11), 1.03, 1.1, 1.2, 1.3, 1.5]
    one = OneWave(seed, 0, ratios)
    share = one.k0**2 / one.square
    for r, ratio in enumerate(ratios):
        phase, forward = one.phase[:, r], one.ahead[:, r]
        if ratio > 1:
            assert np.ptp(phase[len(phase) // 4 :]) < np.pi / 2
            continue
        turns = np.floor((phase[-1] - phase[0]) / (2 * np.pi))
        way = np.interp(phase[0] + 2 * np.pi * turns, phase, forward) - forward[0]
        pace = one.k0 * np.sqrt(1 - ratio**2)
        assert turns > 5
        assert 2 * np.pi * turns / way == pytest.approx(1 / ((1 - share) / pace + share / one.k0), rel=0.01)


def test_a_held_search_goes_ahead_by_what_the_valley_leaves_free():
    """√(1 − k₀²/K²) of every step, up to what the owner is pushed by (order ε)."""
    one = OneWave(3, 0, np.linspace(1.1, 1.6, R))
    progress = (one.ahead[-1] - one.ahead[-50]) / (49 * one.pace)
    np.testing.assert_allclose(progress, np.sqrt(1 - one.k0**2 / one.square), rtol=2e-3)


@pytest.mark.parametrize(("seed", "own"), [(4, -1), (5, -2), (6, 0)])
def test_who_is_held_feeds_the_holder(seed, own):
    """dc/dx₀ = c'/x₀' with c' = −k_own k₀/K² − εw (1 − k_own²/K²), x₀' = 1 − k₀(k₀ − k_own εw)/K², w < 0 the wave."""
    one = OneWave(seed, own, np.linspace(1.2, 2, R))
    half = len(one.ahead) // 2
    c = one.weight[half]
    wave = -one.amplitude / 2
    for _ in range(100):  # the place in the valley: ε c K² w' = k₀ − k_own ε w, w² + w'² = A²
        slope = (one.k0 - own * one.epsilon * wave) / (one.epsilon * c * one.square)
        wave = -np.sqrt(one.amplitude**2 - slope**2)
    push = one.epsilon * wave
    growth = -own * one.k0 / one.square - push * (1 - own**2 / one.square)
    advance = 1 - one.k0 * (one.k0 - own * push) / one.square
    found = (one.weight[half + 5] - one.weight[half - 5]) / (one.ahead[half + 5] - one.ahead[half - 5])
    np.testing.assert_allclose(found, growth / advance, rtol=0.01)
    assert (one.weight[-1] > one.weight[0]).all()
    assert np.ptp(one.phase[half:], axis=0).max() < np.pi


def test_a_wave_that_leads_the_search_where_it_shrinks_lets_go():
    """k_own k₀ c > 0: held at first (ε > ε*), the owner's coordinate falls, and the phase runs on."""
    one = OneWave(7, 2, np.linspace(1.02, 1.1, R))
    assert (one.weight[-1] < one.weight[0]).all()
    assert (one.phase[-1] - one.phase[0] > 2 * np.pi).all()


def test_the_search_goes_through_three_phases():
    """Sixteen replicas: first it goes ahead, then it is led aside, then it stands."""
    found = searched()
    forward, distance = ahead(found), ahead(found, "distance")
    progress = np.diff(forward[::10], axis=0) / 500
    assert progress[0].min() > 0.19
    assert progress[-1].max() < 0.06
    assert progress[-1].mean() < 0.015
    assert distance[10].max() < 8  # after 500 steps, the random walk's 4.3 ± 0.8
    assert distance[-1].min() > 50
    assert forward[-1].max() < 800


@pytest.mark.slow
def test_the_published_program_gives_the_same_statistics():
    """An independent program of it, with landscapes that differ in all wave numbers: means within 3.5 standard errors.

    The scenario's replicas share wave numbers, so that what counts is the scatter over graphs: 6 seeds.
    """
    rng = np.random.default_rng(0)
    k = rng.integers(-2, 3, (48, 16, 5, 17)).astype(float)
    a, b = rng.normal(size=(2, 48, 16, 5))
    x, kept = np.zeros((48, 17)), {}
    for t in range(1, 3001):
        phase = np.einsum("rjwi,ri->rjw", k, x)
        steep = x[:, 1:, None] * (a * np.cos(phase) - b * np.sin(phase))
        gradient = 0.0025 * np.einsum("rjw,rjwi->ri", steep, k)
        gradient[:, 0] -= 1
        gradient[:, 1:] += 0.0025 * (a * np.sin(phase) + b * np.cos(phase)).sum(axis=2)
        x -= 0.2 * (gradient / np.linalg.norm(gradient, axis=1)[:, None] + rng.normal(size=x.shape) / np.sqrt(17))
        if t % 1000 == 0:
            kept[t] = np.array([x[:, 0], np.linalg.norm(x[:, 1:], axis=1)])
    seeds = [(f"graphs.hills.seed={seed}", f"ensemble.seed={seed}") for seed in range(20, 26)]
    runs = [searched(*pair, "clock.steps=3000") for pair in seeds]
    for t, expected in kept.items():
        ours = np.array([[ahead(found)[t // 50].mean(), ahead(found, "distance")[t // 50].mean()] for found in runs])
        error = np.hypot(ours.std(axis=0, ddof=1) / np.sqrt(6), expected.std(axis=1, ddof=1) / np.sqrt(48))
        assert (np.abs(ours.mean(axis=0) - expected.mean(axis=1)) < 3.5 * error).all(), t
