"""Evolutionary and regret dynamics, exploitability and α-Rank beside OpenSpiel (DeepMind), on random games."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import dynsim as ds
from dynsim.algebra.functions import exp
from tests.oracles.games import Array, ends, matrix_game, mixture, population_game, trajectories

pytestmark = [pytest.mark.slow, pytest.mark.oracle("open_spiel"), pytest.mark.oracle("pyspiel")]
SIZES = (2, 3, 4)
RATE = 0.05


def random_game(rng: np.random.Generator, sizes: tuple[int, ...] = SIZES) -> tuple[list[Array], list[Array]]:
    """A payoff array and a start for every player."""
    return list(rng.normal(size=(len(sizes), *sizes))), [mixture(rng, n) for n in sizes]


def theirs(payoffs: list[Array], dynamics: Any) -> Any:
    """The time derivative of all players' strategies, one after the other."""
    from open_spiel.python.egt.dynamics import MultiPopulationDynamics

    return MultiPopulationDynamics(np.array(payoffs), dynamics)


def euler(derivative: Any, starts: list[Array], steps: int) -> Array:
    found = [np.concatenate(starts)]
    for _ in range(steps):
        found.append(found[-1] + RATE * derivative(found[-1]))
    return np.array(found)


@pytest.mark.parametrize("seed", range(3))
def test_replicator_steps(seed: int) -> None:
    """Euler steps of three populations with 2, 3 and 4 strategies (egt.dynamics.replicator), to 1e-12."""
    from open_spiel.python.egt.dynamics import replicator

    payoffs, starts = random_game(np.random.default_rng(seed))
    system = matrix_game(payoffs, [ds.rules.replicator(rate=RATE)] * 3, starts)
    found = np.hstack(trajectories(system, 200, "x0", "x1", "x2"))
    np.testing.assert_allclose(found, euler(theirs(payoffs, replicator), starts, 200), rtol=0, atol=1e-12)


def test_replicator_of_one_population() -> None:
    """A symmetric game of 4 strategies (seed 3), 500 Euler steps."""
    from open_spiel.python.egt.dynamics import SinglePopulationDynamics, replicator

    rng = np.random.default_rng(3)
    payoffs, start = rng.normal(size=(4, 4)), mixture(rng, 4)
    derivative = SinglePopulationDynamics(np.array([payoffs, payoffs.T]), replicator)
    (found,) = trajectories(population_game(payoffs, ds.rules.replicator(rate=RATE), start), 500, "x0")
    np.testing.assert_allclose(found, euler(derivative, [start], 500), rtol=0, atol=1e-12)


def test_projected_replicator_steps() -> None:
    """algorithms.projected_replicator_dynamics without its least share, with steps of 0.05 (seed 4)."""
    from open_spiel.python.algorithms.projected_replicator_dynamics import projected_replicator_dynamics

    payoffs, starts = random_game(np.random.default_rng(4))
    found = ends(matrix_game(payoffs, [ds.rules.replicator(rate=RATE)] * 3, starts), 300, "x0", "x1", "x2",
                 compiled=False)  # fmt: skip
    last = projected_replicator_dynamics(
        payoffs, starts, prd_iterations=300, prd_dt=RATE, prd_gamma=0.0, average_over_last_n_strategies=1
    )
    np.testing.assert_allclose(np.hstack(found)[0], np.concatenate(last), rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_regret_matching(seed: int) -> None:
    """The strategies after each of 300 steps, and their mean.

    There regrets start at 1e-6, here at 0: payoffs of the order of 1e8 make that 1e-14 of the first regrets.
    """
    from open_spiel.python.algorithms import regret_matching as module

    payoffs, starts = random_game(np.random.default_rng(seed))
    payoffs = [1e8 * payoff for payoff in payoffs]
    system = matrix_game(payoffs, [ds.rules.regret_matching()] * 3, starts)
    found = np.hstack(trajectories(system, 300, "x0", "x1", "x2"))
    for steps in (1, 2, 10, 300):
        last = module.regret_matching(
            payoffs, [s.copy() for s in starts], iterations=steps, gamma=0.0, average_over_last_n_strategies=1
        )
        np.testing.assert_allclose(found[steps], np.concatenate(last), rtol=0, atol=1e-9)
    mean = module.regret_matching(payoffs, [s.copy() for s in starts], iterations=299, gamma=0.0)
    averages = np.hstack(trajectories(system, 300, "player0.average", "player1.average", "player2.average"))
    np.testing.assert_allclose(averages[-1], np.concatenate(mean), rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_boltzmann_q_learning_as_a_flow(seed: int) -> None:
    """Frequency-adjusted Q-learning follows egt.dynamics.boltzmannq times β, the faster the smaller its rate.

    Time is rate·steps; the distance at T = 4 halves with the rate.
    """
    from open_spiel.python.egt.dynamics import boltzmannq

    temperature, beta = 0.7, 0.02
    payoffs, starts = random_game(np.random.default_rng(seed))
    derivative = theirs(payoffs, lambda state, fitness: beta * boltzmannq(state, fitness, temperature))
    end = solve_ivp(lambda t, x: derivative(x), (0, 4), np.concatenate(starts), rtol=1e-10, atol=1e-12).y[:, -1]
    assert np.abs(end - np.concatenate(starts)).max() > 0.005
    apart = []
    for steps in (100, 200):
        rule = ds.rules.frequency_adjusted_q(rate=4 / steps, temperature=temperature, beta=beta)
        found = ends(matrix_game(payoffs, [rule] * 3, starts), steps, "x0", "x1", "x2", compiled=False)
        apart.append(np.abs(np.hstack(found)[0] - end).max())
    assert apart[1] < 1e-3
    assert apart[0] / apart[1] == pytest.approx(2, rel=0.1)


def test_policy_gradients_on_logits() -> None:
    """Gradient ascent on the logits of a softmax is egt.dynamics.qpg: two flows, ours through θ, theirs in x (seed 5).
    """
    from open_spiel.python.egt.dynamics import qpg

    rng = np.random.default_rng(5)
    payoffs, logits = list(rng.normal(size=(2, 3, 4))), [rng.normal(size=3), rng.normal(size=4)]
    s = ds.System("softmax policies")
    strategies, states = [], []
    for k, start in enumerate(logits):
        theta = s.state(f"theta{k}", init=start.tolist(), size=len(start))
        states.append(theta)
        total = sum(exp(e) for e in theta)
        strategies.append(s.derived(f"x{k}", [exp(e) / total for e in theta]))
    losses = s.game("game", "matrix_game", actions=strategies, payoffs=[p.tolist() for p in payoffs])
    for k, (theta, loss) in enumerate(zip(states, losses, strict=True)):
        s.agent(f"player{k}", controls=theta, declared=loss, rule=ds.rules.gradient(rate=1))
    s.clock(time=5, dt=0.01, method="rk4")
    end = ds.simulate(s, every=500, compiled=False).states.iloc[-1]
    derivative = theirs(payoffs, qpg)
    found = [np.exp(end[[f"theta{k}[{j}]" for j in range(n)]].to_numpy(float)) for k, n in enumerate((3, 4))]
    start = np.concatenate([np.exp(x) / np.exp(x).sum() for x in logits])
    expected = solve_ivp(lambda t, x: derivative(x), (0, 5), start, rtol=1e-11, atol=1e-13).y[:, -1]
    assert np.abs(expected - start).max() > 0.1
    np.testing.assert_allclose(np.concatenate([x / x.sum() for x in found]), expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_nash_conv(seed: int) -> None:
    """What each player of a bimatrix game could gain (algorithms.exploitability), at a random point."""
    import pyspiel
    from open_spiel.python.algorithms.exploitability import nash_conv
    from open_spiel.python.policy import TabularPolicy

    payoffs, starts = random_game(np.random.default_rng(seed), (3, 4))
    game = pyspiel.convert_to_turn_based(pyspiel.create_matrix_game(*[payoff.tolist() for payoff in payoffs]))
    policy = TabularPolicy(game)
    for k, start in enumerate(starts):
        policy.action_probability_array[k] = 0.0
        policy.action_probability_array[k, : len(start)] = start
    expected = nash_conv(game, policy, return_only_nash_conv=False)
    run = ds.simulate(matrix_game(payoffs, [ds.rules.replicator(rate=1e-12)] * 2, starts), steps=1, compiled=False)
    table = run.metric("exploitability")
    table = table[(table.quantity != "NashConv") == (table.agent != "all")].set_index("agent")["mean"]
    found = [table["player0"], table["player1"], table["all"]]
    np.testing.assert_allclose(found, [*expected.player_improvements, expected.nash_conv], rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("alpha", "population"), [(0.1, 20), (1.0, 5), (3.0, 10)])
def test_alpha_rank_of_several_populations(seed: int, alpha: float, population: int) -> None:
    """The stationary distribution over the 12 profiles of a random bimatrix game (egt.alpharank.compute)."""
    from open_spiel.python.egt import alpharank

    payoffs, starts = random_game(np.random.default_rng(seed), (3, 4))
    *_, expected, _, _ = alpharank.compute(payoffs, m=population, alpha=alpha)
    run = ds.simulate(matrix_game(payoffs, [ds.rules.replicator(rate=RATE)] * 2, starts), steps=1, compiled=False)
    found = run.metric("alpha_rank", alpha=alpha, population=population, populations="each")
    np.testing.assert_allclose(found["mean"], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("alpha", "population"), [(0.1, 20), (1.0, 10)])
def test_alpha_rank_of_one_population(seed: int, alpha: float, population: int) -> None:
    """The same for a symmetric game of five strategies, whose players come from one population."""
    from open_spiel.python.egt import alpharank

    rng = np.random.default_rng(seed)
    payoffs, start = rng.normal(size=(5, 5)), mixture(rng, 5)
    *_, expected, _, _ = alpharank.compute([payoffs], m=population, alpha=alpha, use_local_selection_model=False)
    run = ds.simulate(population_game(payoffs, ds.rules.replicator(rate=RATE), start), steps=1, compiled=False)
    found = run.metric("alpha_rank", alpha=alpha, population=population, populations="one")
    np.testing.assert_allclose(found["mean"], expected, rtol=0, atol=1e-9)


def test_alpha_rank_at_its_limit() -> None:
    """With one sink the limit of strong selection is approached there as well, as its noise vanishes (seed 11).

    There an answer as good as the present one is taken with probability 1/2, here m times more rarely than a better
    one: this random game has none.
    """
    from open_spiel.python.egt import alpharank

    payoffs, starts = random_game(np.random.default_rng(11), (3, 3))
    run = ds.simulate(matrix_game(payoffs, [ds.rules.replicator(rate=RATE)] * 2, starts), steps=1, compiled=False)
    found = run.metric("alpha_rank", selection="infinite", populations="each")["mean"].to_numpy()
    apart = []
    for noise in (1e-3, 1e-4):
        *_, expected, _, _ = alpharank.compute(payoffs, use_inf_alpha=True, inf_alpha_eps=noise)
        apart.append(np.abs(found - expected).max())
    assert apart[1] < 1e-3
    assert apart[1] < apart[0] / 5
