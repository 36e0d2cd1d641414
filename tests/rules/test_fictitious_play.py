"""Fictitious play: what it counts, where it goes, Shapley's game. Deterministic, but for payoffs of the stated seed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.compiler.applying.build import build
from dynsim.system.model import Clock
from tests.rules.strategies import bimatrix, games, play, read

PENNIES = np.array([[[1.0, -1.0], [-1.0, 1.0]]])
SHAPLEY = np.array([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]]), np.array(
    [[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]]
)
RATIO = float(np.roots([1.0, -1.0, 0.0, -1.0])[0].real)  # of x³ = x² + 1


def pure(n: int) -> np.ndarray:
    return np.eye(n)[:1]


@pytest.mark.parametrize(
    ("gain", "second"), [(0.1, [1.0, 0.9, 0.81]), (0.0, [1.0, 1 / 2, 1 / 3])], ids=["constant", "decreasing"]
)
def test_matching_pennies_as_in_quantecon(gain: float, second: list[float]) -> None:
    """Both start with heads: the first player stays, the second moves away (quantecon 0.11, `FictitiousPlay`)."""
    path = play(build(bimatrix(rules.fictitious_play(gain=gain), 2)), PENNIES, -PENNIES, pure(2), pure(2), 2)
    np.testing.assert_allclose([read(s, 0)[0, 0] for s in path], 1.0, atol=1e-15)
    np.testing.assert_allclose([read(s, 1)[0, 0] for s in path], second, atol=1e-15)


def test_strategy_is_the_mean_of_all_plays() -> None:
    """n·x_n − (n−1)·x_{n−1} is a pure strategy, the best response to the other's mean so far. Seed 0, 20 games."""
    a, b = games(np.random.default_rng(0), 20)
    corner = np.repeat(pure(3), 20, axis=0)
    path = play(build(bimatrix(rules.fictitious_play())), a, b, corner, corner, 60)
    for n, (before, after) in enumerate(pairwise(path), start=1):
        played = (n + 1) * read(after, 0) - n * read(before, 0)
        best = np.einsum("gjk,gk->gj", a, read(before, 1)).argmax(axis=1)
        np.testing.assert_allclose(played, np.eye(3)[best], atol=1e-10)


def test_means_approach_equilibrium_in_zero_sum_games() -> None:
    """The exploitability max_j (Ay)_j − min_k (Aᵀx)_k vanishes (Robinson 1951). Seed 1, 20 games, 1000 plays."""
    a, _ = games(np.random.default_rng(1), 20)
    corner = np.repeat(pure(3), 20, axis=0)
    path = play(build(bimatrix(rules.fictitious_play())), a, -a, corner, corner, 1000)

    def exploitability(state):  # type: ignore[no-untyped-def]
        u, v = np.einsum("gjk,gk->gj", a, read(state, 1)), np.einsum("gjk,gj->gk", a, read(state, 0))
        return u.max(axis=1) - v.min(axis=1)

    assert exploitability(path[10]).mean() > 0.2
    assert exploitability(path[1000]).max() < 0.1


def test_runs_in_shapleys_game_grow_by_the_root_of_a_cubic() -> None:
    """Pairs of plays repeat for longer and longer: by 1.4655712319, x³ = x² + 1 (Shapley 1964). 1500 plays."""
    path = play(build(bimatrix(rules.fictitious_play())), *SHAPLEY, pure(3), np.eye(3)[1:2], 1500)
    joint = np.array([np.concatenate([read(s, 0)[0], read(s, 1)[0]]) for s in path])
    counts = joint * np.arange(1, len(joint) + 1)[:, None]
    plays = np.diff(counts, axis=0).round().astype(int)
    changes = np.flatnonzero((plays[1:] != plays[:-1]).any(axis=1)) + 1
    runs = np.diff(changes)
    assert pytest.approx(1.4655712319, abs=1e-10) == RATIO
    assert (runs[-1] / runs[-7]) ** (1 / 6) == pytest.approx(RATIO, rel=0.01)


@pytest.mark.slow
def test_best_responses_in_shapleys_game_change_at_equal_intervals() -> None:
    """In the continuous time t = log n of best responses runs of growth q last log q each. dt .002."""
    clock = Clock(time=8.0, dt=0.002, method="euler")
    path = play(build(bimatrix(rules.best_response(), clock=clock)), *SHAPLEY, *start(), 4000)
    x, y = (np.array([read(s, k)[0] for s in path]) for k in (0, 1))
    pair = 3 * y.argmax(axis=1) + np.roll(x, 1, axis=1).argmax(axis=1)  # the best responses to each other's x
    times = 0.002 * np.flatnonzero(np.diff(pair))
    np.testing.assert_allclose(np.diff(times)[-6:], np.log(RATIO), atol=0.01)


def start() -> tuple[np.ndarray, np.ndarray]:
    return np.array([[0.6, 0.3, 0.1]]), np.array([[0.2, 0.5, 0.3]])
