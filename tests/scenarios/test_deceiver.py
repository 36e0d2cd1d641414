"""Internalising against modelling: the hyperbola, what is left of the goal, whom it reaches, and how long a costly
deception lasts."""

import numpy as np
import pytest
from scipy.integrate import simpson

from .runs import last, run


def drawn(seed, replicas=16):
    """Random starts and rates, a row each: φ₀, u₀, η_φ, η_q; φ₀ at least 15 % from the edge u₀ √(η_φ/η_q)."""
    rng = np.random.default_rng(seed)
    u, goal_rate, model_rate = rng.uniform(0.3, 1, replicas), *rng.uniform(0.5, 2, (2, replicas))
    off = np.where(np.arange(replicas) % 2, rng.uniform(0.3, 0.85, replicas), rng.uniform(1.15, 2, replicas))
    return u * np.sqrt(goal_rate / model_rate) * off, u, goal_rate, model_rate


def deceived(seed, *settings, every=100):
    """The run in which every replica has a start and rates of its own."""
    values = zip(("wish", "doubt", "speed_goal", "speed_model"), drawn(seed), strict=True)
    vary = ", ".join(f"{name}: {value.tolist()}" for name, value in values)
    return run("deceiver", f"ensemble.vary={{{vary}}}", "clock.dt=0.02", *settings, replicas=16, every=every)


def paths(found):
    """Goal and exposed, (tick, replica), and the times."""
    table = found.states.pivot(index="t", columns="replica", values=["goal", "exposed"])
    return table.index.to_numpy(), table["goal"].to_numpy(), table["exposed"].to_numpy()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_difference_of_squares_is_conserved(seed):
    """φ²/η_φ − u²/η_q along every path."""
    _, _, a, b = drawn(seed)
    _, goal, exposed = paths(deceived(seed, "params.deploy=1e6", "clock.time=20", every=20))
    conserved = goal**2 / a - exposed**2 / b
    np.testing.assert_allclose(conserved, np.broadcast_to(conserved[0], conserved.shape), atol=1e-6)
    assert (np.abs(exposed * goal)[-1] < np.abs(exposed * goal)[0]).all()


@pytest.mark.parametrize("seed", [3, 4])
def test_a_goal_survives_if_it_is_larger_than_the_doubt(seed):
    """What is left is √(φ₀² − (η_φ/η_q) u₀²), or nothing."""
    start, u, a, b = drawn(seed)
    end = last(deceived(seed, "params.deploy=1e6", "clock.time=1000", every=1000))
    left = start**2 - a / b * u**2
    np.testing.assert_allclose(end.goal, np.sqrt(np.maximum(left, 0)), atol=1e-6)
    np.testing.assert_allclose(end.exposed, np.sqrt(np.maximum(-left * b / a, 0)), atol=1e-6)


def test_the_offset_of_the_deployed_sensor_moves_the_world_and_nobody_notices():
    """In training all is well. Then the world rests at setpoint − φ_∞, at no loss of an honest module."""
    setpoint = float(np.random.default_rng(5).normal())
    settings = ("ensemble.vary={wish: [0.5, 0.9, 1.1, 2]}", f"params.setpoint={setpoint}", "params.deploy=300",
                "clock.time=340", "clock.dt=0.01")
    found = run("deceiver", *settings, replicas=4, every=100)
    trained, end = found.states[np.isclose(found.states.t, 299)], last(found)
    np.testing.assert_allclose(trained.world, setpoint, atol=1e-6)
    expected = np.array([0, 0, np.sqrt(0.21), np.sqrt(3)])
    np.testing.assert_allclose(end.world, setpoint - expected, atol=1e-6)
    np.testing.assert_allclose(end.belief, setpoint, atol=1e-6)
    np.testing.assert_allclose(end.miss, expected**2 / 2, atol=1e-6)
    honest = found.summary[["objective.world_model", "objective.critic", "objective.actor"]]
    assert (honest < 1e-10).all(axis=None)
    assert found.conflicts.empty


def test_what_is_deployed_too_early_shows_the_goal_that_it_has_then():
    """Training ends with deployment: the offset is the goal of that moment, which nothing corrects any more."""
    times, goal, exposed = paths(deceived(10, "params.deploy=1", "clock.time=30", every=5))
    at_end_of_training = goal[np.isclose(times, 1)][0]
    assert (exposed[-1] > 1e-3).any()
    np.testing.assert_array_equal(goal[times > 1], np.broadcast_to(at_end_of_training, goal[times > 1].shape))
    np.testing.assert_allclose(last(deceived(10, "params.deploy=1", "clock.time=30", every=5)).world,
                               1 - at_end_of_training, atol=1e-6)


def test_a_cost_of_deceiving_wears_the_hyperbola_down():
    """(φ²/η_φ − u²/η_q)' = −2 c u, while u stays below 1."""
    cost = float(np.random.default_rng(6).uniform(0.02, 0.05))
    _, _, a, b = drawn(6)
    settings = (f"params.cost={cost}", "params.deploy=1e6", "clock.time=4", "clock.dt=0.005")
    times, goal, exposed = paths(deceived(6, *settings, every=1))
    inside = exposed.max(axis=0) < 1
    assert inside.sum() > 8
    lost = (goal**2 / a - exposed**2 / b)[[0, -1]]
    worn = 2 * cost * simpson(exposed, x=times, axis=0)
    np.testing.assert_allclose((lost[0] - lost[1])[inside], worn[inside], rtol=1e-5)


def lifetimes(cost, start, rates, share):
    """The time until `share` of φ_∞ is left: measured, by (φ_∞⁴ − φ_f⁴)/(4 η_φ c²), and with both corrections."""
    a, b = rates
    hidden = np.sqrt(start**2 - a / b)
    final = share * hidden
    simple = (hidden**4 - final**4) / (4 * a * cost**2)
    first = hidden**2 - 2 * cost * np.sqrt(a / b) * np.arctan(np.sqrt(a / b) / hidden) / hidden
    better = (first**2 - final**4) / (4 * a * cost**2) + 2 / b * (1 / final**2 - 1 / first)
    settings = ("ensemble.vary={}", f"params.cost={cost}", f"params.wish={start}", f"params.speed_goal={a}",
                f"params.speed_model={b}", "params.deploy=1e6", f"clock.time={1.1 * simple:.0f}", "clock.dt=0.02")
    states = run("deceiver", *settings, replicas=1, every=5).states
    return np.interp(-final, -states.goal, states.t), simple, better


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_a_costly_deception_lives_as_long_as_the_fourth_power_says(seed):
    """The simple formula errs by a share of order c, the corrected one by one of order c²: half the cost, a quarter."""
    rng = np.random.default_rng(seed)
    rates = rng.uniform(0.7, 1.5, 2)
    start, share = np.sqrt(rates[0] / rates[1]) * rng.uniform(1.8, 2.4), float(rng.uniform(0.5, 0.8))
    errors = []
    for cost in (0.1, 0.05):
        measured, simple, better = lifetimes(cost, start, rates, share)
        errors.append([abs(simple / measured - 1), abs(better / measured - 1)])
    (simple_error, better_error), (simple_half, better_half) = errors
    assert 1.6 < simple_error / simple_half < 2.4
    assert 3 < better_error / better_half < 5
    assert better_half < 2e-3


def test_half_of_what_was_hidden_is_lost_after_204():
    """The scenario's own figure: φ₀ = 2, u₀ = 1, cost 0.1, equal rates."""
    assert lifetimes(0.1, 2.0, (1.0, 1.0), 0.5)[0] == pytest.approx(204.3, abs=0.1)
