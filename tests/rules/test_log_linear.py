"""Log-linear learning: in a potential game, one player at a time, a Gibbs sampler."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy import stats

import dynsim as ds
import dynsim.rules as rules
from dynsim.algebra.graph import Expr
from dynsim.compiler.applying.build import build
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Clock, Model, Space
from tests.compiler.models import scalar_game
from tests.compiler.plain_run import interpret_run, keyed

REPLICAS, SEED = 40_000, 17
IN_TURN = Clock(steps=1, order=("a", "b"))


def matrix_game(first: Any, second: Any, rule: RuleSpec, clock: Clock | None = None) -> Model:
    """Two players with payoffs first[i][j], second[i][j] of the profile (i, j)."""

    def losses(x: Any, y: Any) -> Sequence[Expr]:
        pairs = [(i, j) for i in range(len(first)) for j in range(len(first[0]))]
        return [-sum(float(a[i][j]) * x[i] * y[j] for i, j in pairs) for a in (first, second)]

    return scalar_game(losses, rule, size=len(first), space=Space("simplex"), clock=clock)


def profiles(model: Model, ticks: int, size: int, replicas: int = REPLICAS) -> Any:
    """How often every profile occurs after so many steps from the first one, (size, size)."""
    program = build(model)
    start = {f"{x}[{k}]": np.full(replicas, float(k == 0)) for x in ("x0", "x1") for k in range(size)}
    *_, end = interpret_run(program, {}, start, ticks, keyed(program, replicas, SEED))
    x, y = (np.stack([end[f"{name}[{k}]"] for k in range(size)]) for name in ("x0", "x1"))
    assert np.isin(x, (0.0, 1.0)).all()
    assert (x.sum(axis=0) == 1.0).all()
    return x @ y.T / replicas


def agrees(found: Any, expected: Any, replicas: int = REPLICAS) -> None:
    """Within 3 standard errors of a frequency."""
    assert (np.abs(found - expected) < 3.0 * np.sqrt(expected * (1.0 - expected) / replicas)).all(), (found, expected)


def test_in_turn_profiles_occur_in_proportion_to_the_exponential_of_the_potential() -> None:
    """The stag hunt [[4, 0], [3, 2]] has the potential [[1, 0], [0, 2]] (Monderer & Shapley 1996): at temperature 1
    (.224515, .082595, .082595, .610296). 60 rounds from mutual 1, 40,000 replicas, seed 17, 3 standard errors."""
    first = np.array([[4.0, 0.0], [3.0, 2.0]])
    found = profiles(matrix_game(first, first.T, rules.log_linear(temperature=1.0), IN_TURN), 60, 2)
    weights = np.exp([[1.0, 0.0], [0.0, 2.0]])
    expected = weights / weights.sum()
    np.testing.assert_allclose(expected.ravel(), [0.224515, 0.082595, 0.082595, 0.610296], atol=5e-7)
    agrees(found, expected)


def test_a_potential_game_drawn_here_with_three_strategies() -> None:
    """Payoffs P + (anything that depends on the other's strategy alone), P and the temperature drawn, seed 17."""
    rng = np.random.default_rng(SEED)
    potential, temperature = rng.normal(size=(3, 3)), rng.uniform(0.5, 2.0)
    first, second = potential + rng.normal(size=(1, 3)), potential + rng.normal(size=(3, 1))
    found = profiles(matrix_game(first, second, rules.log_linear(temperature=temperature), IN_TURN), 60, 3)
    weights = np.exp(potential / temperature)
    agrees(found, weights / weights.sum())


def transition(first: Any, second: Any, revision: float) -> Any:
    """The exact matrix over the profiles of a 2×2 game when both revise at once, each with this probability."""
    both = np.zeros((4, 4))
    for i in range(2):
        for j in range(2):
            x, y = np.exp(first[:, j]), np.exp(second[i])
            x = revision * x / x.sum() + (1.0 - revision) * np.eye(2)[i]
            y = revision * y / y.sum() + (1.0 - revision) * np.eye(2)[j]
            both[2 * i + j] = np.outer(x, y).ravel()
    return both


@pytest.mark.parametrize("revision", [1.0, 0.3])
def test_at_once_it_is_another_chain(revision: float) -> None:
    """After 3 steps the distribution is the third power of the exact transition matrix; in the long run it is not the
    potential's unless revisions are rare. Seed 17, 3 standard errors."""
    first = np.array([[4.0, 0.0], [3.0, 2.0]])
    model = matrix_game(first, first.T, rules.log_linear(temperature=1.0, revision=revision))
    matrix = transition(first, first.T, revision)
    agrees(profiles(model, 3, 2).ravel(), np.linalg.matrix_power(matrix, 3)[0])


def test_rare_revisions_come_back_to_the_potential() -> None:
    """The exact stationary law of the chain above differs from the potential's by O(revision)."""
    first = np.array([[4.0, 0.0], [3.0, 2.0]])
    weights = np.exp([[1.0, 0.0], [0.0, 2.0]]).ravel()
    gaps = []
    for revision in (0.04, 0.02, 0.01):
        values, vectors = np.linalg.eig(transition(first, first.T, revision).T)
        law = np.real(vectors[:, np.argmax(np.real(values))])
        gaps.append(np.abs(law / law.sum() - weights / weights.sum()).max())
    np.testing.assert_allclose(np.log2(np.array(gaps[:-1]) / gaps[1:]), 1.0, atol=0.05)


def test_cold_it_is_a_best_response() -> None:
    first = np.array([[4.0, 0.0], [3.0, 2.0]])
    found = profiles(matrix_game(first, first.T, rules.log_linear(temperature=1e-4), IN_TURN), 5, 2, 100)
    np.testing.assert_array_equal(found, [[1.0, 0.0], [0.0, 0.0]])


# -- populations: the Ising model and a coordination game on a small graph --------------------------------------------

SPINS = """
dynsim: 1
title: coordination on a path of four with a chord
params: {{J: 0.6, h: 0.25}}
graphs: {{net: {{nodes: 4, edges: [[0, 1, 1], [1, 2, 0.5], [2, 3, 1], [3, 0, 1.5], [0, 2, 1]]}}}}
variables: {{s: {{on: net, size: {size}, space: simplex, init: simplex()}}}}
agents:
  nodes:
    controls: s
    declared: "-J*({pairs}) - h*s[0]"
    rule: {{log_linear: {{temperature: 0.8, {settings}}}}}
clock: {{steps: {steps}}}
ensemble: {{replicas: 6000, seed: 17}}
record: {{every: {steps}}}
"""
WEIGHTS = {(0, 1): 1.0, (1, 2): 0.5, (2, 3): 1.0, (0, 3): 1.5, (0, 2): 1.0}


def on_the_graph(size: int, steps: int, settings: str) -> Any:
    """How often every profile of the four nodes occurs, (size,)*4."""
    pairs = " + ".join(f"sum_neighbors(weight*s[{k}]*neighbor(s[{k}]))" for k in range(size))
    text = SPINS.format(size=size, pairs=pairs, steps=steps, settings=settings)
    run = ds.simulate(ds.load_scenario(text), compiled=False, report=False)
    (block,) = run.recording.blocks()
    taken = np.argmax([block.values[f"s[{k}]"][-1] for k in range(size)], axis=0)
    return np.bincount(np.ravel_multi_index(tuple(taken), (size,) * 4), minlength=size**4) / taken.shape[1]


def payoffs(profile: Sequence[int], size: int) -> Any:
    """What every node would get from each of its choices, (4, size), at temperature .8."""
    u = np.zeros((4, size))
    u[:, 0] += 0.25
    for (i, j), w in WEIGHTS.items():
        u[i, profile[j]] += 0.6 * w
        u[j, profile[i]] += 0.6 * w
    return u / 0.8


def enumerated(size: int, weight: Any) -> Any:
    found = np.array([weight(profile) for profile in np.ndindex(*(size,) * 4)])
    return found / found.sum()


def boltzmann(profile: Sequence[int]) -> float:
    """e^{P/temperature} with the potential P = J Σ_edges w·[same] + h·#{0}."""
    same = sum(w for (i, j), w in WEIGHTS.items() if profile[i] == profile[j])
    return float(np.exp((0.6 * same + 0.25 * list(profile).count(0)) / 0.8))


@pytest.mark.parametrize("size", [2, 3])
def test_one_node_at_a_time_is_a_gibbs_sampler(size: int) -> None:
    """The Ising (2) and Potts (3) model: 40 sweeps of four, 6,000 replicas, seed 17; χ² at the level 1e-3."""
    found = on_the_graph(size, 160, "revises: one")
    law = enumerated(size, boltzmann)
    assert stats.chisquare(found * 6_000, law * 6_000).pvalue > 1e-3


def test_all_nodes_at_once_have_the_law_of_the_parallel_dynamics() -> None:
    """∝ Π_k e^{h_k(s_k)/temperature} Σ_s e^{u_k(s)/temperature}: not the Gibbs distribution. 80 steps."""
    found = on_the_graph(2, 80, "revises: each")
    parallel = enumerated(2, lambda profile: float(
        np.exp(0.25 / 0.8 * list(profile).count(0)) * np.exp(payoffs(profile, 2)).sum(axis=1).prod()
    ))
    assert stats.chisquare(found * 6_000, parallel * 6_000).pvalue > 1e-3
    assert stats.chisquare(found * 6_000, enumerated(2, boltzmann) * 6_000).pvalue < 1e-9


def test_exactly_one_node_revises() -> None:
    text = SPINS.format(size=2, pairs="s[0]*0", steps=50, settings="revises: one").replace("every: 50", "every: 1")
    text = text.replace("replicas: 6000", "replicas: 20").replace("init: simplex()", "init: [0.5, 0.5]")
    (block,) = ds.simulate(ds.load_scenario(text), compiled=False, report=False).recording.blocks()
    mixed = (block.values["s[0]"] == 0.5).sum(axis=1)  # who has not revised yet
    fallen = -np.diff(mixed, axis=0)
    assert set(np.unique(fallen)) == {0, 1}
    assert (fallen[0] == 1).all()
