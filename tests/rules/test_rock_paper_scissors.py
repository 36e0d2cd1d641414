"""Dynamics of one population in rock–paper–scissors: a win earns w, a loss costs l. Deterministic."""

from __future__ import annotations

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Clock
from tests.rules.strategies import alone, orbit

START = (0.5, 0.3, 0.2)
INWARD = {
    "replicator": rules.replicator(),
    "projection": rules.projection(),
    "smith": rules.smith(),
    "brown_von_neumann_nash": rules.brown_von_neumann_nash(),
    "best_response": rules.best_response(),
    "logit": rules.logit(temperature=0.1),
}


def circle(win: float, loss: float) -> list[list[float]]:
    """Rock, paper, scissors: each beats the one before it."""
    return [[0.0, -loss, win], [win, 0.0, -loss], [-loss, win, 0.0]]


def from_middle(path: np.ndarray) -> np.ndarray:
    return np.linalg.norm(path - 1 / 3, axis=1)


@pytest.mark.parametrize("name", INWARD)
def test_good_game_leads_to_its_middle(name: str) -> None:
    """w = 2 > l = 1 is strictly stable: all find the middle (Hofbauer & Sandholm 2009), within a step's length."""
    path = orbit(alone(INWARD[name], circle(2.0, 1.0), Clock(time=30.0, dt=0.05)), START, 600)
    assert from_middle(path)[-1] < 0.1 * from_middle(path)[0]


def test_replicator_and_projection_circle_where_win_and_loss_are_the_same() -> None:
    """Null stable: Πx_k, or the distance from the middle, is constant (Sandholm et al. 2008). Runge–Kutta, dt .04."""
    path = orbit(alone(rules.replicator(), circle(1.0, 1.0), Clock(time=10.0, dt=0.04)), START, 250)
    np.testing.assert_allclose(path.prod(axis=1), 0.03, rtol=1e-6)
    path = orbit(alone(rules.projection(), circle(1.0, 1.0), Clock(time=10.0, dt=0.04)), START, 250)
    np.testing.assert_allclose(from_middle(path), from_middle(path)[0], rtol=1e-5)


@pytest.mark.parametrize("name", ["smith", "brown_von_neumann_nash", "best_response"])
def test_dynamics_that_know_of_unused_strategies_find_the_middle_of_the_null_stable_game(name: str) -> None:
    """Where the replicator circles, these draw in (Hofbauer & Sandholm 2009)."""
    path = orbit(alone(INWARD[name], circle(1.0, 1.0), Clock(time=30.0, dt=0.1)), START, 300)
    assert from_middle(path)[-1] < 0.35 * from_middle(path)[0]


@pytest.mark.slow
def test_best_responses_to_a_bad_game_go_round_the_shapley_triangle() -> None:
    """w = 1, l = 2: the corners are the permutations of (w², wl, l²)/(w² + wl + l²) (Gaunersdorfer & Hofbauer 1995).

    Derivation: from a corner p to the next, p' = e + s(p − e), where e is the strategy on the rise; symmetry makes p'
    a cyclic permutation of p, hence p ∝ (1, s, s²), and the tie of two best strategies at p gives s = w/l.
    """
    clock = Clock(time=30.0, dt=0.005, method="euler")
    path = orbit(alone(rules.best_response(), circle(1.0, 2.0), clock), START, 6000)
    late = path[3000:]
    corners = late[np.argsort(from_middle(late))[-200:]]
    expected = np.sort([1.0, 2.0, 4.0]) / 7.0
    np.testing.assert_allclose(np.sort(corners, axis=1)[-1], expected, atol=0.01)


@pytest.mark.slow
def test_time_averages_of_the_replicator_follow_best_responses() -> None:
    """In the bad game shares approach the boundary, and their running mean the Shapley triangle.

    (Gaunersdorfer & Hofbauer 1995). Its farthest points from the middle are the corners. The start's part in the mean
    falls like 1/T: what is left of it at T = 300 is held to 10/T.
    """
    path = orbit(alone(rules.replicator(), circle(1.0, 2.0), Clock(time=300.0, dt=0.05)), START, 6000)
    mean = np.cumsum(path, axis=0) / np.arange(1, len(path) + 1)[:, None]
    farthest = mean[2000 + np.argmax(from_middle(mean[2000:]))]
    np.testing.assert_allclose(np.sort(farthest), [1 / 7, 2 / 7, 4 / 7], atol=10 / 300)
    assert path[-2000:].max() > 1 - 1e-6


def test_logit_of_a_bad_game_circles_only_below_a_temperature() -> None:
    """The middle loses stability at T = (l − w)/6, where the real part of the Jacobian's eigenvalues vanishes:

    u = Ax has the eigenvalues λ = (l − w)/2 ± i√3(l + w)/2 on the tangent space, softmax's derivative at the middle is
    (I − 11ᵀ/3)/(3T), so dx/dt has λ/(3T) − 1: stable iff (l − w)/(6T) < 1. Here w = 1, l = 2, T* = 1/6.
    """
    near = (0.36, 0.33, 0.31)
    for temperature, stable in ((1.1 / 6, True), (0.9 / 6, False)):
        rule = RuleSpec("logit", {"temperature": temperature})
        path = orbit(alone(rule, circle(1.0, 2.0), Clock(time=30.0, dt=0.1)), near, 300)
        assert (from_middle(path)[-1] < from_middle(path)[0]) == stable
