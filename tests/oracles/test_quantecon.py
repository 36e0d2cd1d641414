"""Learning and equilibria beside QuantEcon.py (Sargent & Stachurski), on random games."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim as ds
from tests.oracles.games import Array, ends, matrix_game, mixture, trajectories

pytestmark = [pytest.mark.slow, pytest.mark.oracle("quantecon")]


def normal_form(a: Array, b: Array) -> Any:
    """Every player's payoffs have the own action first."""
    from quantecon.game_theory import NormalFormGame, Player

    return NormalFormGame([Player(a), Player(np.ascontiguousarray(b.T))])


def bimatrix(seed: int) -> tuple[Array, Array]:
    a, b = np.random.default_rng(seed).normal(size=(2, 3, 4))
    return a, b


@pytest.mark.parametrize("gain", [None, 0.1])
@pytest.mark.parametrize("seed", range(3))
def test_fictitious_play(seed: int, gain: float | None) -> None:
    """300 rounds from a random mixture, with falling and with constant gain."""
    from quantecon.game_theory import FictitiousPlay

    a, b = bimatrix(seed)
    rng = np.random.default_rng(seed)
    starts = [mixture(rng, 3), mixture(rng, 4)]
    rule = ds.rules.fictitious_play(**({} if gain is None else {"gain": gain}))
    found = trajectories(matrix_game([a, b], [rule] * 2, starts), 300, "x0", "x1")
    expected = FictitiousPlay(normal_form(a, b), gain=gain).time_series(301, init_actions=starts)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_the_documented_rounds_of_matching_pennies() -> None:
    """Gain .1: player 1 from (1, 0) over (.9, .1) to (.81, .19), player 2 from (0, 1) over (.1, .9) to (.19, .81).
    """
    from quantecon.game_theory import FictitiousPlay

    pennies = np.array([[1.0, -1.0], [-1.0, 1.0]])
    starts = [np.array([1.0, 0.0]), np.array([0.0, 1.0])]
    rule = ds.rules.fictitious_play(gain=0.1)
    found = trajectories(matrix_game([pennies, -pennies], [rule] * 2, starts), 2, "x0", "x1")
    expected = FictitiousPlay(normal_form(pennies, -pennies), gain=0.1).time_series(3, init_actions=starts)
    np.testing.assert_allclose(np.hstack(found), np.hstack(expected), rtol=0, atol=1e-15)
    np.testing.assert_allclose(found[0], [[1, 0], [0.9, 0.1], [0.81, 0.19]], rtol=0, atol=1e-15)


@pytest.mark.parametrize("seed", range(2))
def test_logit_responses_in_turn(seed: int) -> None:
    """Log-linear learning in a sequential order: after 40 rounds 100,000 replicas are distributed as the chain of the
    choice probabilities there says, and as 4,000 runs there are (χ² below its 99.9 % quantile)."""
    from quantecon.game_theory import LogitDynamics
    from scipy.stats import chi2

    beta, rounds = 1.3, 40
    a, b = bimatrix(seed)
    theirs = LogitDynamics(normal_form(a, b), beta=beta)
    cdfs = [cdf / cdf[..., -1:] for cdf in theirs.logit_choice_cdfs()]
    first, second = (np.diff(cdf, axis=-1, prepend=0.0) for cdf in cdfs)  # by the other's action
    held = np.zeros((3, 4))
    held[0, 0] = 1.0
    for _ in range(rounds):
        held = first.T * held.sum(axis=0)
        held = held.sum(axis=1)[:, None] * second
    s = matrix_game([a, b], [ds.rules.log_linear(temperature=1 / beta)] * 2, [np.eye(3)[0], np.eye(4)[0]])
    s.clock(steps=rounds, order="sequential")
    replicas = 100_000
    x, y = ends(s, rounds, "x0", "x1", replicas=replicas, seed=seed)
    observed = np.einsum("ri,rj->ij", x, y)
    assert _chi_square(observed, held) < chi2.ppf(0.999, 11)

    random, runs = np.random.default_rng(seed), 4_000
    counts = np.zeros((3, 4))
    for _ in range(runs):
        counts[theirs.play(init_actions=(0, 0), player_ind_seq=[0, 1] * rounds, random_state=random)] += 1
    assert _chi_square(counts, held) < chi2.ppf(0.999, 11)


def _chi_square(observed: Array, chances: Array) -> float:
    expected = observed.sum() * chances
    return float(((observed - expected) ** 2 / expected).sum())


@pytest.mark.parametrize("seed", range(3))
def test_best_responses_on_a_graph(seed: int) -> None:
    """20 players on a random graph with weights answer their neighbours, all at once, ten times (LocalInteraction)."""
    import networkx as nx
    from quantecon.game_theory import LocalInteraction

    rng, n = np.random.default_rng(seed), 20
    payoffs, actions = rng.normal(size=(3, 3)), rng.integers(3, size=n)
    graph = nx.gnp_random_graph(n, 0.2, seed=seed)
    nx.add_path(graph, range(n))
    for *_, data in graph.edges(data=True):
        data["weight"] = rng.uniform(0.5, 2.0)
    s = ds.System("players on a graph")
    s.population("net", graph)
    plays = [" or ".join(f"index == {i}" for i in np.flatnonzero(actions == k)) or "index < 0" for k in range(3)]
    s.state("x", init=[f"where({group}, 1, 0)" for group in plays], on="net", size=3, space="simplex")
    fields = [" + ".join(f"({float(p)!r})*neighbor(x[{j}])" for j, p in enumerate(row)) for row in payoffs]
    loss = " + ".join(f"x[{k}]*sum_neighbors(weight*({field}))" for k, field in enumerate(fields))
    s.agent("all", controls="x", declared=f"-({loss})", rule=ds.rules.best_response())
    run = ds.simulate(s, steps=10, compiled=False)
    (block,) = run.recording.blocks()
    found = np.stack([block.values[f"x[{k}]"][:, :, 0] for k in range(3)], axis=-1)
    adjacency = nx.to_numpy_array(graph, nodelist=range(n))
    expected = LocalInteraction(payoffs, adjacency).time_series(11, actions=tuple(int(a) for a in actions))
    assert (expected[0] != expected[-1]).any()
    np.testing.assert_array_equal(found, np.eye(3)[expected])


@pytest.mark.parametrize("method", ["lemke_howson", "vertex_enumeration", "support_enumeration", "mclennan_tourky"])
@pytest.mark.parametrize("seed", range(3))
def test_equilibria_have_no_regret(seed: int, method: str) -> None:
    """What each algorithm finds in a random bimatrix game has NashConv 0, to 1e-12 (McLennan and Tourky's: 1e-3)."""
    from quantecon import game_theory

    a, b = bimatrix(seed)
    found = getattr(game_theory, method)(normal_form(a, b))
    limit = 1e-3 if method == "mclennan_tourky" else 1e-12
    for starts in found if isinstance(found, list) else [found]:
        rules = [ds.rules.replicator(rate=1e-9)] * 2
        run = ds.simulate(matrix_game([a, b], rules, [np.asarray(x) for x in starts]), steps=1, compiled=False)
        table = run.metric("exploitability")
        assert table[table.quantity == "NashConv"]["mean"].item() < limit
