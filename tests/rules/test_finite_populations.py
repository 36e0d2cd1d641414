"""Moran and Fermi processes against their transition probabilities and fixation probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim as ds
from tests.rules.populations_of_individuals import (
    Rates,
    agrees,
    fixation,
    payoffs_among,
    stepped,
    system,
)

SEED = 23
DISPLAY = [[-0.5, 2.0], [0.0, 0.0]]  # hawks and doves with prize 2, wounds 3 and a display that costs 1


def births(rule: dict[str, Any], payoffs: Any, counts: Any) -> Any:
    """P(a child of strategy i is born) and P(an individual of strategy j dies), Moran process, independent."""
    settings, counts = rule["moran"], np.asarray(counts, float)
    u, w, mu = payoffs_among(payoffs, counts), settings["selection"], settings.get("mutation", 0.0)
    fitness = np.maximum(0.0, 1 - w + w * u) if settings.get("fitness", "linear") == "linear" else np.exp(w * u)
    parents = counts * fitness / (counts @ fitness)
    return (1 - mu) * parents + mu * (1 - parents) / (len(counts) - 1), counts / counts.sum()


def imitations(rule: dict[str, Any], payoffs: Any, counts: Any) -> Any:
    """P(an individual of strategy j becomes one of strategy i), [i, j], j ≠ i, pairwise comparison."""
    settings, counts = rule["fermi"], np.asarray(counts, float)
    u, beta, mu = payoffs_among(payoffs, counts), settings["selection"], settings.get("mutation", 0.0)
    share = counts / counts.sum()
    imitated = share[:, None] * share / (1.0 + np.exp(-beta * (u[:, None] - u)))
    return (1 - mu) * imitated + mu * share / (len(counts) - 1)


def transitions(rule: dict[str, Any], payoffs: Any, counts: Any) -> Any:
    """P(one of strategy j is replaced by one of i), [i, j]."""
    if "fermi" in rule:
        return imitations(rule, payoffs, counts)
    born, dead = births(rule, payoffs, counts)
    return np.outer(born, dead)


RULES = [
    {"moran": {"size": 12, "selection": 0.4}},
    {"moran": {"size": 12, "selection": 1.3, "fitness": "exponential", "mutation": 0.15}},
    {"fermi": {"size": 12, "selection": 0.8}},
    {"fermi": {"size": 12, "selection": 2.0, "mutation": 0.25}},
]


@pytest.mark.parametrize("rule", RULES)
def test_one_step_has_the_probabilities_of_the_process(rule: dict[str, Any]) -> None:
    """Three strategies, payoffs and numbers of individuals drawn here (seed 23), 60,000 replicas: every replacement
    within 3 standard errors."""
    rng = np.random.default_rng(SEED)
    payoffs, replicas = rng.uniform(0.0, 2.0, (3, 3)), 60_000
    counts = 1 + rng.multinomial(9, [0.5, 0.3, 0.2])
    start = np.repeat(counts[:, None] / 12.0, replicas, axis=1)
    change = np.rint(12.0 * (stepped(payoffs, rule, start, 1) - start)).astype(int)
    expected = transitions(rule, payoffs, counts)
    for i in range(3):
        for j in range(3):
            if i != j:
                hits = ((change[i] == 1) & (change[j] == -1)).sum()
                agrees(int(hits), replicas, expected[i, j])
    assert np.abs(change).sum(axis=0).max() == 2


@pytest.mark.parametrize("rule", RULES)
def test_individuals_stay_whole_and_corners_absorb(rule: dict[str, Any]) -> None:
    """300 steps, three strategies: all shares are k/12 to the last bits; where nobody mutates nothing comes back."""
    payoffs = np.random.default_rng(SEED).uniform(0.0, 2.0, (3, 3))
    start = np.repeat([[6 / 12], [4 / 12], [2 / 12]], 200, axis=1)
    end = stepped(payoffs, rule, start, 300)
    np.testing.assert_allclose(12.0 * end, np.rint(12.0 * end), atol=1e-14)
    np.testing.assert_allclose(end.sum(axis=0), 1.0, atol=1e-15)
    corners = np.eye(3)
    after = stepped(payoffs, rule, corners, 50)
    mutating = "mutation" in next(iter(rule.values()))
    assert (after == corners).all() != mutating
    assert (end == 1.0).any() or mutating


def moran_of(r: float) -> Rates:
    """T⁺, T⁻ up to a common factor, k mutants of constant fitness r."""
    return lambda k: (r, 1.0)


def test_the_closed_form_of_constant_fitness() -> None:
    """(1 − 1/r)/(1 − r^{−N}) (Moran 1958), neutral 1/N; and hawks among doves, pairwise comparison at β = 1."""
    assert fixation(moran_of(1.1), 100) == pytest.approx(0.0909156883, abs=5e-11)
    assert fixation(moran_of(2.0), 10) == pytest.approx(0.5004887586, abs=5e-11)
    assert fixation(moran_of(1.0), 10) == pytest.approx(0.1, abs=1e-15)
    assert fixation(hawks(100, 1.0), 100) == pytest.approx(0.8641155742462664, abs=1e-15)


def hawks(size: int, beta: float) -> Rates:
    def rates(k: int) -> tuple[float, float]:
        table = imitations({"fermi": {"selection": beta}}, DISPLAY, (k, size - k))
        return table[0, 1], table[1, 0]

    return rates


def taken_over(payoffs: Any, rule: dict[str, Any], ticks: int, replicas: int, compiled: bool = False) -> int:
    """In how many replicas one mutant of the first strategy takes over; all must be decided."""
    size = next(iter(rule.values()))["size"]
    run = ds.simulate(system(payoffs, rule, [1 / size, 1 - 1 / size]), steps=ticks, every=ticks, replicas=replicas,
                      seed=SEED, compiled=compiled)
    end = run.summary["x[0]"].to_numpy()
    assert np.isin(end, (0.0, 1.0)).all()
    return int(end.sum())


@pytest.mark.parametrize(("r", "fitness", "steps"), [
    (2.0, "linear", 250), pytest.param(1.0, "linear", 800, marks=pytest.mark.slow),
    pytest.param(0.8, "exponential", 800, marks=pytest.mark.slow),
])  # fmt: skip
def test_fixation_of_a_mutant_with_constant_fitness(r: float, fitness: str, steps: int) -> None:
    """N = 10, 4,000 replicas, seed 23, 3 standard errors."""
    scale = np.log if fitness == "exponential" else float
    payoffs = [[scale(r)] * 2, [scale(1.0)] * 2]
    hits = taken_over(payoffs, {"moran": {"size": 10, "fitness": fitness}}, steps, 4000)
    agrees(hits, 4000, fixation(moran_of(r), 10))


@pytest.mark.slow
def test_fixation_by_pairwise_comparison() -> None:
    """Hawks among doves, N = 8, β drawn in (.2, 1), 4,000 replicas, seed 23, 3 standard errors."""
    beta = np.random.default_rng(SEED).uniform(0.2, 1.0)
    hits = taken_over(DISPLAY, {"fermi": {"size": 8, "selection": beta}}, 900, 4000)
    agrees(hits, 4000, fixation(hawks(8, beta), 8))


@pytest.mark.slow
def test_fixation_among_a_hundred() -> None:
    """Moran r = 1.1 and hawks among doves at β = 1, N = 100; 4,000 and 400 replicas, seed 23, 3 standard errors."""
    hits = taken_over([[1.1] * 2, [1.0] * 2], {"moran": {"size": 100}}, 30_000, 4000, compiled=True)
    agrees(hits, 4000, 0.0909156883)
    hits = taken_over(DISPLAY, {"fermi": {"size": 100}}, 1_000_000, 400, compiled=True)
    agrees(hits, 400, 0.8641155742462664)


def test_shares_between_whole_individuals_are_rounded_to_all_of_them() -> None:
    """(1/3, 1/3, 1/3) of 10 are 3, 4 and 3: cumulated shares are rounded, so that nobody is lost."""
    drift = {"fermi": {"size": 10, "selection": 0.0}}
    end = 10.0 * stepped(np.eye(3), drift, np.full((3, 500), 1 / 3), 1)
    np.testing.assert_allclose(end, np.rint(end), atol=1e-14)
    assert (end.sum(axis=0) == 10.0).all()
    assert np.abs(end - np.array([[3.0], [4.0], [3.0]])).max() == 1.0


def test_where_nobody_is_fit_nobody_is_born() -> None:
    start = np.repeat([[0.3], [0.7]], 50, axis=1)
    end = stepped([[-1.0] * 2] * 2, {"moran": {"size": 10}}, start, 5)
    np.testing.assert_allclose(end, start, atol=1e-15)


def test_two_populations_play_against_each_other() -> None:
    """Opponents are the other population, all of it: one step of both, 20,000 replicas, seed 1."""
    rng = np.random.default_rng(SEED)
    a, b, replicas = rng.uniform(0, 2, (2, 2)), rng.uniform(0, 2, (2, 2)), 20_000
    s = ds.System("two")
    x, y = (s.state(n, init=[0.3, 0.7], size=2, space="simplex") for n in ("x", "y"))
    for name, own, other, table in (("one", x, y, a), ("two", y, x, b)):
        loss = -sum(float(table[i, j]) * own[i] * other[j] for i in range(2) for j in range(2))
        s.agent(name, controls=own, declared=loss, rule={"fermi": {"size": 10, "selection": 1.5}})
    after = ds.simulate(s, steps=1, replicas=replicas, compiled=False).summary
    for name, table in (("x", a), ("y", b)):
        u = table @ [0.3, 0.7]
        up = 0.21 / (1.0 + np.exp(-1.5 * (u[0] - u[1])))
        agrees(int((after[f"{name}[0]"] > 0.35).sum()), replicas, up)
