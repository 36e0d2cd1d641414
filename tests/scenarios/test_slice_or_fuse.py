"""Six linear-quadratic modules with leaking credit: J = −D [C∘(I − G∘A)ᵀ](I − A), the least leak c* that makes rest
stable, and what the labels then explain."""

import numpy as np
import pytest
from scipy.linalg import expm

import dynsim as ds
from dynsim.algebra.differentiate import gradient
from dynsim.algebra.interpret import evaluate
from dynsim.compiler.applying.build import build
from dynsim.engine.random.starts import parameter_values

from .runs import SCENARIOS, last, run

Z = [f"z[{k}]" for k in range(6)]
TARGETS = np.array([1, -1, 0.5, 0, -0.5, 1])
AT_REST = ("variables.z.init=0", "params.b=[0, 0, 0, 0, 0, 0]")
RING = np.diag(np.ones(5), 1) - np.diag([1.0], -5)


def normal_matrix(rng):
    """A random normal matrix with zero diagonal and spectral radius 1: rotations of block-diagonal ones.

    Planes in which one diagonal entry is above 0 and another below are turned until the first is 0; the trace is 0.
    """
    real, imaginary = rng.normal(size=(2, 3))
    real -= real.mean()
    matrix = np.zeros((6, 6))
    for k, (a, b) in enumerate(zip(real, imaginary, strict=True)):
        matrix[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = [[a, b], [-b, a]]
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    matrix = turn @ matrix @ turn.T
    for _ in range(5):
        d = np.diag(matrix)
        i, j = d.argmax(), d.argmin()
        half = (matrix[i, j] + matrix[j, i]) / 2
        tangent = (half + np.sqrt(half**2 - d[i] * d[j])) / d[j]  # d_i + 2·half·(−t) + d_j t² = 0
        turn = np.eye(6)
        turn[[i, j], [i, j]] = 1 / np.hypot(1, tangent)
        turn[i, j], turn[j, i] = -tangent / np.hypot(1, tangent), tangent / np.hypot(1, tangent)
        matrix = turn @ matrix @ turn.T
    np.testing.assert_allclose(np.diag(matrix), 0, atol=1e-12)
    np.fill_diagonal(matrix, 0)
    return matrix / np.abs(np.linalg.eigvals(matrix)).max()


def jacobian(a, c, g=1.0, rate=1.0):
    """−rate·(I − c g Aᵀ)(I − A): the general formula where A has a zero diagonal and C, G one number each."""
    return -rate * (np.eye(len(a)) - c * g * a.T) @ (np.eye(len(a)) - a)


def least_leak(a):
    """c* = max (Re λ − 1)/(|λ|² − Re λ) over the eigenvalues with Re λ > 1; 0 where there are none."""
    found = [(x.real - 1) / (abs(x) ** 2 - x.real) for x in np.linalg.eigvals(a) if x.real > 1]
    return max(found, default=0.0)


def leaking(a, **params):
    """Overrides: this matrix, these numbers, no disturbance, no sweep."""
    numbers = [f"params.{name}={value}" for name, value in params.items()]
    quiet = ["variables.z.noise=null", "clock.method=rk4", "ensemble.vary={}"]
    return (f"params.W={np.asarray(a).tolist()}", *numbers, *quiet)


def moves_jacobian(system):
    """∂(move of agent i)/∂z_k, from the expression graph of a system whose agents move z[0], z[1], … in order."""
    model = system.resolve()
    program = build(model)
    z = [program.graph.symbol(f"z[{k}]") for k in range(len(program.agents))]
    rows = [gradient([agent.moves[f"z[{k}]"]], z) for k, agent in enumerate(program.agents)]
    values = {name: value[0] for name, value in parameter_values(model).items()}
    return np.array([evaluate(row, values) for row in rows])


def scenario(*overrides):
    return ds.load_scenario(SCENARIOS / "slice_or_fuse.yaml").overridden(overrides)


def test_the_jacobian_of_any_linear_quadratic_system_is_the_formula():
    """Any A (its diagonal too), credit C, path factors G_ji (agent i, through what j reads) and rates D."""
    rng = np.random.default_rng(1)
    for n in (2, 3, 5):
        a, g = rng.normal(size=(2, n, n))
        c = rng.normal(size=(n, n))
        np.fill_diagonal(c, 1)
        rates = rng.uniform(0.1, 2, size=n)
        s = ds.System("residuals")
        z = s.state("z", size=n)
        reads = [s.derived(f"reads_{j}", sum(a[j, k] * z[k] for k in range(n))) for j in range(n)]
        for i in range(n):
            s.agent(
                f"m{i}", z[i], (z[i] - reads[i] - 1) ** 2 / 2, ds.rules.gradient(rate=rates[i]),
                credit={f"m{j}": c[i, j] for j in range(n) if j != i},
                paths={f"reads_{j}": g[j, i] for j in range(n)},
            )  # fmt: skip
        s.clock(steps=1)
        one = np.eye(n)
        expected = -np.diag(rates) @ (c * (one - g * a).T) @ (one - a)
        np.testing.assert_allclose(moves_jacobian(s), expected, atol=1e-12)


def test_the_scenario_has_this_jacobian_and_fused_it_is_a_potential_game():
    rng = np.random.default_rng(2)
    for _ in range(5):
        a, c, g, rate, radius = normal_matrix(rng), *rng.uniform(0.1, 1.5, size=4)
        found = moves_jacobian(scenario(*leaking(a, c=c, g=g, rate=rate, radius=radius)))
        np.testing.assert_allclose(found, jacobian(radius * a, c, g, rate), atol=1e-12)
        any_matrix = rng.normal(size=(6, 6))
        np.fill_diagonal(any_matrix, 0)
        fused = moves_jacobian(scenario(*leaking(any_matrix, c=1.0)))
        np.testing.assert_allclose(fused, fused.T, atol=1e-12)
        assert np.linalg.eigvalsh(fused).max() < 0  # real: no cycles; below 0: it settles


def test_runs_follow_the_matrix_exponential():
    """The propagator between two ticks, by least squares over replicas, is exp(J Δt), and the fixed point is the same
    for every leak."""
    rng = np.random.default_rng(3)
    for _ in range(3):
        a, c, radius = normal_matrix(rng), *rng.uniform(0.1, 1.5, size=2)
        found = run("slice_or_fuse", *leaking(a, c=c, radius=radius), "clock.time=6", replicas=16, every=20)
        z = found.states.pivot(index="replica", columns="t", values=Z).to_numpy().reshape(16, 6, -1)
        before, after = (z[:, :, cut].swapaxes(1, 2).reshape(-1, 6) for cut in (slice(0, -1), slice(1, None)))
        one = np.column_stack([before, np.ones(len(before))])
        propagator = np.linalg.lstsq(one, after, rcond=None)[0].T
        np.testing.assert_allclose(propagator[:, :6], expm(0.6 * jacobian(radius * a, c)), atol=1e-5)
        rest = np.linalg.solve(np.eye(6) - propagator[:, :6], propagator[:, 6])
        np.testing.assert_allclose((np.eye(6) - radius * a) @ rest, TARGETS, atol=1e-4)


def test_rest_is_stable_from_the_least_leak_on():
    """Normal A: max Re eig J = max_λ −[1 − (1+c) Re λ + c|λ|²], which changes its sign at c*."""
    rng = np.random.default_rng(4)
    for _ in range(3):
        radius = np.inf
        while radius > 4:  # faster rotations are not resolved by the time step
            a = normal_matrix(rng)
            radius = rng.uniform(1.05, 1.3) / np.linalg.eigvals(a).real.max()  # max Re λ = 1.05 … 1.3
        edge = least_leak(radius * a)
        assert 0 < edge < 1
        for c, settles in ((0.8 * edge, False), (1.2 * edge, True)):
            rate = np.linalg.eigvals(jacobian(radius * a, c)).real.max()
            slope = late_slope(radius, a, c, 12 / abs(rate))
            assert (slope < 0) == settles
            assert slope == pytest.approx(rate, rel=0.02)


def late_slope(radius, a, c, time):
    """d ln|z − z*|/dt in the last third of a run, mean over replicas."""
    found = run("slice_or_fuse", *leaking(a, c=c, radius=radius), f"clock.time={time:.0f}", replicas=4, every=50)
    rest = np.linalg.solve(np.eye(6) - radius * a, TARGETS)
    late = found.states.query("t > 2*t.max()/3")
    distance = np.linalg.norm(late[Z] - rest, axis=1).reshape(-1, 4)
    return np.polyfit(late.t.to_numpy()[::4], np.log(distance).mean(axis=1), 1)[0]


def test_parts_trained_alone_settle_iff_no_eigenvalue_of_the_coupling_passes_1():
    """C = I (or G = 0, which comes to the same): J = −(I − A)."""
    rng = np.random.default_rng(5)
    for _ in range(2):
        a = rng.normal(size=(6, 6))
        np.fill_diagonal(a, 0)
        a /= np.linalg.eigvals(a).real.max()
        for radius, settles in ((0.9, True), (1.1, False)):
            blind = leaking(a, c=rng.uniform(0.2, 1), g=0.0, radius=radius)
            found = run("slice_or_fuse", *blind, "clock.time=150", replicas=4, every=1000)
            rest = np.linalg.solve(np.eye(6) - radius * a, TARGETS)
            start, end = (np.linalg.norm(z - rest, axis=1) for z in (found.states[Z][:4], last(found)[Z]))
            assert (end < 1e-3 * start).all() if settles else (end > 1e3 * start).all()


def test_credit_and_sight_are_doors_in_a_row():
    """With a zero diagonal only the product c g counts."""
    one = last(run("slice_or_fuse", *leaking(RING, c=0.8, g=0.5), "clock.time=5", replicas=4))
    other = last(run("slice_or_fuse", *leaking(RING, c=0.5, g=0.8), "clock.time=5", replicas=4))
    np.testing.assert_allclose(one[Z], other[Z], atol=1e-12)


def stationary(c, radius):
    """(label fidelity, total loss/noise²) of the ring in the long run.

    Mode k of the residuals has the weight S_k = |1 − λ_k|²/(2 Re μ_k), μ_k = (1 − c λ̄_k)(1 − λ_k), and in it a module's
    move is −(1 − c λ̄_k) times its residual. Of two normal numbers u and d with correlation ρ,
    E[u² sign(ud)]/E[u²] = (2/π)(arcsin ρ + ρ√(1 − ρ²)).
    """
    eigenvalue = radius * np.exp(1j * np.pi * (2 * np.arange(6) + 1) / 6)
    decay = ((1 - c * eigenvalue.conj()) * (1 - eigenvalue)).real
    weight = np.abs(1 - eigenvalue) ** 2 / (2 * decay)
    moved = weight @ np.abs(1 - c * eigenvalue.conj()) ** 2
    return of_correlation(weight @ (1 - c * eigenvalue.real) / np.sqrt(weight.sum() * moved)), weight.sum() / 2


def of_correlation(rho):
    return 2 / np.pi * (np.arcsin(rho) + rho * np.sqrt(1 - rho**2))


def test_what_the_labels_explain_and_what_the_disturbance_costs_in_the_long_run():
    """Statistical, four standard errors over 32 replicas (seed of the scenario: 8)."""
    rng = np.random.default_rng(6)
    cases = [(1.0, 1.5, 0.5), *zip(rng.uniform(0.5, 1, 2), rng.uniform(1, 1.5, 2), rng.uniform(0.1, 1, 2), strict=True)]
    for c, radius, noise in cases:
        settings = (f"params.c={c}", f"params.radius={radius}", f"params.noise={noise}", "ensemble.vary={}", *AT_REST)
        found = run("slice_or_fuse", *settings, "clock.time=1500", replicas=32, every=50)
        explained, cost = stationary(c, radius)
        fidelity = found.summary[[f"label_fidelity.m{k + 1}" for k in range(6)]].mean(axis=1)
        total = found.states.query("t > 50").groupby("replica").total.mean() / noise**2
        for sample, expected in ((fidelity, explained), (total, cost)):
            assert abs(sample.mean() - expected) < 4 * sample.std() / np.sqrt(32)
    assert stationary(1.0, 1.5) == pytest.approx((of_correlation(1 / np.sqrt(1 + 1.5**2)), 1.5))


def test_along_the_sweep_fidelity_falls_and_stability_rises():
    found = run("slice_or_fuse")
    labels = found.summary[[f"label_fidelity.m{k + 1}" for k in range(6)]].mean(axis=1)
    by_leak = labels.groupby(found.summary.c).mean()
    assert by_leak.iloc[0] == pytest.approx(1, abs=1e-12)
    assert (by_leak.diff().dropna() < 0).all()
    loss = last(found).groupby("c").total.mean()
    edge = least_leak(1.5 * RING)
    assert edge == pytest.approx(0.3145, abs=1e-4)
    assert (loss[loss.index < edge - 0.04] > 100).all()
    assert (loss[loss.index > edge + 0.05] < 5).all()
