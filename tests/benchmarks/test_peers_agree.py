"""The benchmark's peers compute the same thing: trajectories agree, and theory's figures come out.

dynsim's own trajectories are held to the same ones, so that no row of the table compares different work.
"""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from benchmarks import grid, native, networks, populations, prisoners_dilemma, rules, sweeps, two_parameter
from benchmarks.peers import ipd_numpy, ipd_rules, simplex_rules, sweep_numpy
from dynsim.rules.base import RULES

SEEDS, UPDATES = 20, 20
TOLERANCE = 1e-10
needs_compiler = pytest.mark.skipif(not native.available(), reason="g++ is not installed")


@pytest.fixture(scope="module")
def theta() -> ipd_numpy.Array:
    return np.random.default_rng(0).standard_normal((10, SEEDS))


@pytest.fixture(scope="module")
def expected(theta: ipd_numpy.Array) -> ipd_numpy.Array:
    return ipd_numpy.run(ipd_numpy.lola_matrix, theta, UPDATES)


def test_numpy_programs_agree(theta: ipd_numpy.Array, expected: ipd_numpy.Array) -> None:
    for peer in prisoners_dilemma.numpy_peers(theta, UPDATES).values():
        np.testing.assert_allclose(peer(), expected, rtol=0, atol=TOLERANCE)


@needs_compiler
@pytest.mark.parametrize("fast_math", [False, True])
def test_cpp_agrees(theta: ipd_numpy.Array, expected: ipd_numpy.Array, fast_math: bool) -> None:
    peers = list(prisoners_dilemma.cpp_peers(theta, UPDATES).values())
    np.testing.assert_allclose(peers[fast_math](), expected, rtol=0, atol=TOLERANCE)


def test_dynsim_agrees(theta: ipd_numpy.Array, expected: ipd_numpy.Array) -> None:
    np.testing.assert_allclose(prisoners_dilemma.dynsim(theta, UPDATES)(), expected, rtol=0, atol=TOLERANCE)


@pytest.mark.slow  # half a minute of compilation
def test_jax_agrees(theta: ipd_numpy.Array, expected: ipd_numpy.Array) -> None:
    pytest.importorskip("jax")
    for name, peer in prisoners_dilemma.jax_peers(theta, UPDATES).items():
        np.testing.assert_allclose(peer(), expected, rtol=0, atol=TOLERANCE, err_msg=name)


def test_second_derivatives_of_the_dilemma(theta: ipd_numpy.Array) -> None:
    """Central differences of ξ, and LOLA from J and χ beside the program that has neither."""
    _, jacobian, _ = ipd_rules.game(theta)
    step = 1e-6
    for k, shift in enumerate(step * np.eye(10)[:, :, None]):
        difference = (ipd_rules.xi(theta + shift) - ipd_rules.xi(theta - shift)) / (2 * step)
        near = 1e-6 * max(1, np.abs(difference).max())
        np.testing.assert_allclose(jacobian[:, :, k].T, difference, rtol=0, atol=near)


def test_lola_from_second_derivatives(theta: ipd_numpy.Array, expected: ipd_numpy.Array) -> None:
    np.testing.assert_allclose(ipd_rules.run(ipd_rules.RULES["lola"], theta, UPDATES), expected, rtol=0, atol=TOLERANCE)


@pytest.mark.slow  # every rule is compiled
@pytest.mark.parametrize("name", [*ipd_rules.RULES, *simplex_rules.RULES])
def test_rules_agree_with_their_numpy_programs(name: str) -> None:
    """Ten updates; SOS turns roundings into 1e-8 in some replicas after 20."""
    start = rules.starts(name, SEEDS)
    peer = rules.peer(name, start, 10)
    assert peer is not None
    np.testing.assert_allclose(rules.dynsim(name, start, 10)(), peer(), rtol=0, atol=TOLERANCE)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(RULES.names()) - set(ipd_rules.RULES) - set(simplex_rules.RULES)))
def test_every_rule_can_be_timed(name: str) -> None:
    start = rules.starts(name, SEEDS)
    assert rules.dynsim(name, start, 2)().shape == start.shape


def test_grid_agrees() -> None:
    run = grid.dynsim(points=5, seeds=4, steps=30)
    x, y = grid.numpy(*grid.states(run, first=True), steps=30)
    for found, expected in zip(grid.states(run, first=False), (x, y), strict=False):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.slow
def test_populations_are_timed_until_one_strategy_is_left() -> None:
    for ours in (populations.births_and_deaths(), populations.imitations()):
        end = ours().states
        shares = end[end.t == end.t.max()]["x[0]"]
        assert set(np.rint(shares * populations.INDIVIDUALS)) == {0, populations.INDIVIDUALS}


def test_losses_of_fixed_strategies() -> None:
    """All-D 2, uniform 1.5, all-D against tit-for-tat 1.92 and 2.04, against all-C 0 and 3."""
    sure = 40.0
    defect, cooperate = np.full(5, -sure), np.full(5, sure)
    tit_for_tat = np.array([sure, sure, sure, -sure, -sure])  # as player 2: cooperate after CC and CD
    tit_for_tat[2], tit_for_tat[3] = sure, -sure
    pairs = [(defect, defect), (np.zeros(5), np.zeros(5)), (defect, tit_for_tat), (defect, cooperate)]
    theta = np.stack([np.concatenate(pair) for pair in pairs], axis=1)
    np.testing.assert_allclose(ipd_numpy.losses(theta), [[2, 1.5, 1.92, 0], [2, 1.5, 2.04, 3]], atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("update", "mean", "error"),
    [(ipd_numpy.lola_reduced, 1.0551, 0.0018), (ipd_numpy.gradient, 1.9908, 0.0009)],
)
def test_mean_final_loss(update: ipd_numpy.Update, mean: float, error: float) -> None:
    """10,000 seeds, 100 updates, rate 1 (Letcher et al. 2019; both standard errors count)."""
    theta = np.random.default_rng(1).standard_normal((10, 10_000))
    final = ipd_numpy.losses(ipd_numpy.run(update, theta, 100))[0]
    assert abs(final.mean() - mean) < 3 * np.hypot(error, final.std() / 100)


@needs_compiler
@pytest.mark.parametrize("fast_math", [False, True])
def test_two_parameter_game_ends_in_its_cycle(fast_math: bool) -> None:
    """max |x| on the cycle of gradient descent with rate 0.01 is 1.149696."""
    start = np.random.default_rng(0).standard_normal((2, 1000))
    final = two_parameter.cpp("gradient", start, fast_math, steps=20_000)()
    assert abs(np.abs(final).max() - 1.149696) < 1e-5


@needs_compiler
@pytest.mark.parametrize("rule", ["gradient", "sga"])
def test_two_parameter_game_agrees_with_the_formula(rule: str) -> None:
    x, y = start = np.random.default_rng(3).standard_normal((2, 100))
    for _ in range(50):
        first, second = y - x + x**3, y**3 - y - x
        if rule == "sga":
            first, second = first - second, second + first
        x, y = x - two_parameter.RATE * first, y - two_parameter.RATE * second
    for fast_math in (False, True):
        final = two_parameter.cpp(rule, start, fast_math, steps=50)()
        np.testing.assert_allclose(final, [x, y], rtol=0, atol=1e-12)


@pytest.mark.parametrize("rule", ["gradient", "sga"])
def test_dynsim_plays_the_same_two_parameter_game(rule: str) -> None:
    start = np.random.default_rng(3).standard_normal((2, 100))
    expected = two_parameter.cpp(rule, start, False, steps=50)()
    np.testing.assert_allclose(two_parameter.dynsim(rule, start, steps=50)(), expected, rtol=0, atol=1e-12)


def test_networks_agree() -> None:
    graph = networks.random_graph(200, 1000)
    theta = np.random.default_rng(1).uniform(-np.pi, np.pi, 200)
    omega = np.random.default_rng(2).standard_normal(200)
    _, source, target = graph
    for peers, rate in (
        (
            {
                "dynsim": networks.dynsim_kuramoto(graph, theta, omega, 1),
                **networks.kuramoto_peers(graph, theta, omega, 1),
            },
            omega + networks.COUPLING * _pull(np.sin, theta, source, target),
        ),
        (
            {
                "dynsim": networks.dynsim_diffusion(graph, theta, 1),
                **networks.diffusion_peers(graph, theta, 1),
            },
            networks.DIFFUSIVITY * _pull(lambda d: d, theta, source, target),
        ),
    ):
        for name, peer in peers.items():
            if "JAX" in name and importlib.util.find_spec("jax") is None:
                continue
            np.testing.assert_allclose(peer(), theta + networks.DT * rate, rtol=0, atol=1e-13, err_msg=name)


def _pull(force, x, source, target):  # type: ignore[no-untyped-def]
    return np.bincount(target, force(x[source] - x[target]), minlength=len(x))


@pytest.mark.parametrize("peer", ["dynsim", "joblib over NumPy", "EMA Workbench over NumPy", "Mesa"])
def test_every_sweep_has_the_exact_spread(peer: str) -> None:
    """Of N replicas, s²/σ² has the standard error √(2/(N − 1)); 9 cells × 5 agents."""
    package = {"dynsim": "numpy", "joblib over NumPy": "joblib", "EMA Workbench over NumPy": "ema_workbench"}
    pytest.importorskip(package.get(peer, "mesa"))
    points, replicas, steps = sweeps.MESA, 300, 20
    run = sweeps.dynsim if peer == "dynsim" else lambda *size: sweeps.peers(*size)[peer]()
    mean, deviation = run(points, replicas, steps)
    pull, turn = np.meshgrid(np.linspace(*sweeps.PULL, points), np.linspace(*sweeps.TURN, points), indexing="ij")
    exact = np.array([sweep_numpy.variances(p, q, steps) for p, q in zip(pull.ravel(), turn.ravel(), strict=True)])
    assert np.abs(mean / np.sqrt(exact / replicas)).max() < 5
    assert np.abs(deviation**2 / exact - 1).max() < 5 * np.sqrt(2 / (replicas - 1))
