"""Wishful thinking: x̂' = η[Π(x − x̂) + l v] with v = w + δa, a' = η_a(δx̂ − a); the bias is l v/Π, and the task is best
served at a leak l* that makes up for the actor's mistrust."""

import numpy as np
import pytest

from .runs import last, run

NAME = "wishful_world_model"


def numbers(**params):
    return [f"params.{name}={value}" for name, value in params.items()]


def side_by_side(**values):
    """An override that gives replica r the r-th of these values."""
    return f"ensemble.vary={{{', '.join(f'{name}: {list(map(float, value))}' for name, value in values.items())}}}"


def believed(truth, precision, leak, worth, trust):
    """(Πx + l w)/(Π − l δ²)."""
    return (precision * truth + leak * worth) / (precision - leak * trust**2)


def best_leak(truth, precision, worth, trust):
    """Where the effort δx̂ is the truth: l* = xΠ(1 − δ)/(δ(w + δx))."""
    return truth * precision * (1 - trust) / (trust * (worth + trust * truth))


def draw(rng, n):
    return {
        "truth": rng.uniform(0.5, 2, n), "precision": rng.uniform(0.5, 4, n), "worth": rng.uniform(0, 2, n),
        "trust": rng.uniform(0.3, 1.5, n),
    }  # fmt: skip


def test_an_actor_whose_wish_is_fixed_shifts_the_belief_by_leak_times_wish_over_precision():
    """δ = 0: x̂(t) = x + l w/Π + (x̂₀ − x − l w/Π) exp(−ηΠt)."""
    rng = np.random.default_rng(21)
    world = {**draw(rng, 16), "trust": np.zeros(16), "leak": rng.uniform(-2, 2, 16), "rate": rng.uniform(0.3, 2, 16)}
    found = run(NAME, side_by_side(**world), "clock.time=3", "clock.dt=0.01", replicas=16).states
    start, end = found[found.t == 0].estimate.to_numpy(), found[found.t == 3].estimate.to_numpy()
    rest = world["truth"] + world["leak"] * world["worth"] / world["precision"]
    fade = np.exp(-3 * world["rate"] * world["precision"])
    np.testing.assert_allclose(end, rest + (start - rest) * fade, atol=1e-8)


def test_the_bias_is_what_the_leak_pays_over_what_an_error_costs():
    rng = np.random.default_rng(22)
    world = draw(rng, 32)
    world["leak"] = rng.uniform(-1, 0.8, 32) * world["precision"] / world["trust"] ** 2
    end = last(run(NAME, side_by_side(**world), "clock.time=400", replicas=32, every=100))
    np.testing.assert_allclose(end.estimate, believed(**world), rtol=1e-8)
    v = world["worth"] + world["trust"] * end.effort
    np.testing.assert_allclose(end.estimate - world["truth"], world["leak"] * v / world["precision"], atol=1e-7)


@pytest.mark.parametrize("speed", [0.2, 5.0])
def test_belief_and_effort_run_away_from_leak_precision_over_trust_squared_on(speed):
    """det J = ηη_a(Π − l δ²), trace < 0: whatever the speeds."""
    rng = np.random.default_rng(23)
    precision, trust = rng.uniform(0.5, 3), rng.uniform(0.4, 1.2)
    edge = precision / trust**2
    settings = (*numbers(precision=precision, trust=trust, speed=speed), side_by_side(leak=[0.95 * edge, 1.05 * edge]))
    found = run(NAME, *settings, "clock.time=1500", replicas=2, every=400)
    for replica, leak in enumerate((0.95 * edge, 1.05 * edge)):
        states = found.states[found.states.replica == replica]
        jacobian = np.array([[-precision, leak * trust], [speed * trust, -speed]])
        slowest = np.linalg.eigvals(jacobian).real.max()
        assert (slowest > 0) == (leak > edge)
        away = np.abs(states.estimate - believed(1.0, precision, leak, 0.5, trust)).to_numpy()
        t = states.t.to_numpy()
        measured = np.log(away[8] / away[2]) / (t[8] - t[2])
        assert measured == pytest.approx(slowest, rel=1e-4)


def test_the_task_is_served_best_at_the_leak_that_makes_up_for_mistrust():
    """The base loss a²/2 − xa is least, −x²/2, at a = x: at l*, above 0 for δ < 1 and below it for δ > 1."""
    rng = np.random.default_rng(24)
    world = draw(rng, 12)
    best = best_leak(**world)
    assert (best < world["precision"] / world["trust"] ** 2).all()
    assert ((best > 0) == (world["trust"] < 1)).all()
    shares = np.repeat([-0.02, 0.0, 0.02], 12) + 1
    tripled = {name: np.tile(value, 3) for name, value in world.items()}
    settings = (side_by_side(**tripled, leak=shares * np.tile(best, 3)), "clock.time=400")
    less, at, more = last(run(NAME, *settings, replicas=36, every=100)).task.to_numpy().reshape(3, 12)
    np.testing.assert_allclose(at, -(world["truth"] ** 2) / 2, atol=1e-12)
    assert (less > at + 1e-8).all()
    assert (more > at + 1e-8).all()


def test_the_shipped_sweep():
    found = run(NAME)
    end = last(found)
    np.testing.assert_allclose(end.estimate, believed(1.0, 2.0, end.leak, 0.5, 0.8), atol=1e-9)
    best = best_leak(1.0, 2.0, 0.5, 0.8)
    assert best == pytest.approx(0.3846, abs=1e-4)
    assert abs(end.leak[end.task.idxmin()] - best) < 1 / 63
    fidelity = found.summary["label_fidelity.world_model"]
    assert fidelity[0] == pytest.approx(1, abs=1e-12)
    assert (fidelity[1:] < 1).all()
