"""Randomly coupled modules, dx/dt = −d x + A tanh x: where rest ends, and what comes beyond, by pair correlation τ."""

import numpy as np
import pytest
from scipy.integrate import simpson
from scipy.linalg import expm

from .runs import run


def weights(found):
    """The matrix W of the run's graph: W[i, j] is the weight of the edge j → i."""
    topology = found.model.populations["wiring"].topology
    matrix = np.zeros((topology.n, topology.n))
    matrix[topology.target, topology.source] = topology.weight
    return matrix


def positions(found):
    """x by (tick, replica, module), and the times."""
    table = found.population("x").pivot(index=["t", "replica"], columns="element", values="value")
    times = table.index.levels[0].to_numpy()
    return times, table.to_numpy().reshape(len(times), -1, table.shape[1])


def drawn_system(seed):
    """A random decay, and overrides for it, a random correlation, and random weights of 30 modules."""
    rng = np.random.default_rng(seed)
    tau, decay = float(rng.uniform(-0.8, 1)), float(rng.uniform(0.5, 2))
    return decay, (
        "graphs.wiring.n=30", f"graphs.wiring.correlation={tau}", f"graphs.wiring.seed={seed}", f"params.decay={decay}",
    )


def swept(settings, strengths, *more, every=100):
    vary = f"ensemble.vary={{strength: {np.asarray(strengths).tolist()}}}"
    return run("random_modules", *settings, vary, *more, replicas=len(strengths), every=every)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_rest_is_stable_up_to_the_largest_eigenvalue_of_the_drawn_matrix(seed):
    """strength · max Re λ(W) < decay; 15 % to each side, |x| changes like e^{±0.15 · decay · time}."""
    decay, settings = drawn_system(seed)
    matrix = weights(swept(settings, [0.01] * 2, "clock.time=10"))
    edge = decay / np.linalg.eigvals(matrix).real.max()
    _, x = positions(swept(settings, edge * np.array([0.85, 1.15]), f"clock.time={150 / decay:.1f}"))
    below, above = np.abs(x[-1]).max(axis=1)
    assert below < 1e-8
    assert above > 1e-2


@pytest.mark.parametrize("seed", [21, 22])
def test_near_rest_the_modules_move_as_their_matrix_says(seed):
    """x(t) = exp((strength·W − decay) t) x(0) where |x| stays so small that tanh x = x up to 1e-12."""
    decay, settings = drawn_system(seed)
    strength = decay / np.sqrt(30)
    found = swept(settings, [strength] * 2, "clock.time=8", "clock.dt=0.01", 'variables.x.init="normal(0, 1e-7)"')
    times, x = positions(found)
    matrix = strength * weights(found) - decay * np.eye(30)
    for t, there in zip(times, x, strict=True):
        expected = expm(matrix * t) @ x[0].T
        np.testing.assert_allclose(there.T, expected, atol=1e-7 * np.abs(expected).max())


def test_the_modules_that_rest_bears_are_fewer_the_less_their_couplings_rotate():
    """n* = decay²/(4 strength² (1 − h)²), h = (1 − τ)/2: rest holds for n well below it and breaks well above.

    The largest eigenvalue of one draw scatters around the limit, by about 15 % at n = 20, and n* goes with its square:
    the numbers of modules are a factor of 2 away from n* = 30.
    """
    rng = np.random.default_rng(31)
    for tau in (-0.5, 0.0, 1.0):
        rotation = (1 - tau) / 2
        strength = 1 / (2 * (1 - rotation) * np.sqrt(30))  # solves n* = 30
        ends = []
        for n in (15, 60):
            settings = (f"graphs.wiring.n={n}", f"graphs.wiring.correlation={tau}",
                        f"graphs.wiring.seed={rng.integers(1000)}")
            ends.append(np.abs(positions(swept(settings, [strength] * 2, "clock.time=80"))[1][-1]).max())
        assert ends[0] < 1e-6, tau
        assert ends[1] > 1e-2, tau


def test_opposed_pairs_always_come_to_rest():
    """τ = −1: V = Σ log cosh x falls at the rate decay · Σ x tanh x, whatever the strength."""
    rng = np.random.default_rng(41)
    strengths = rng.uniform(0.2, 1.0, 2)  # 1.1 to 5.5 times decay/√n
    settings = ("graphs.wiring.correlation=-1", "graphs.wiring.n=30")
    times, x = positions(swept(settings, strengths, "clock.time=40", "clock.dt=0.02", every=1))
    height = np.log(np.cosh(x)).sum(axis=2)
    fall = (x * np.tanh(x)).sum(axis=2)
    np.testing.assert_allclose(height[0] - height[-1], simpson(fall, x=times, axis=0), rtol=1e-4)
    assert (np.diff(height, axis=0) < 0)[height[1:] > 1e-6].all()  # further down, log cosh x is its rounding error
    assert np.abs(x[-1]).max() < 1e-6


def test_alike_pairs_freeze_in_many_places():
    """τ = 1: the energy −½ yᵀ A y + decay Σ ∫ artanh, y = tanh x, never rises; starts end in different places."""
    rng = np.random.default_rng(42)
    strength = float(rng.uniform(0.25, 0.4))  # 3 to 4 times decay/(2√n)
    settings = ("graphs.wiring.correlation=1", "graphs.wiring.n=30")
    found = swept(settings, [strength] * 8, "clock.time=1000", every=10)
    times, x = positions(found)
    y = np.tanh(x)
    inward = x * y + np.log1p(-y * y) / 2  # ∫₀^y artanh
    energy = inward.sum(axis=2) - np.einsum("tri,ij,trj->tr", y, strength * weights(found), y) / 2
    assert np.diff(energy, axis=0).max() < 1e-9
    assert np.abs(x[times > 800] - x[-1]).max() < 1e-4
    assert len(np.unique(x[-1].round(3), axis=0)) > 1
    assert np.abs(x[-1]).max(axis=1).min() > 0.5


def test_unrelated_pairs_keep_moving():
    """τ = 0, twice the edge: after a long time every replica still moves by more than 1 somewhere."""
    times, x = positions(swept(("graphs.wiring.correlation=0",), [0.2] * 4, "clock.time=200", every=10))
    late = x[times > 150]
    assert (late.max(axis=0) - late.min(axis=0)).max(axis=1).min() > 1
    assert np.abs(late).max() < 0.2 * 100  # bounded by the row sums of strength·|W| / decay
