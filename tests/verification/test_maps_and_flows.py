"""Maps, differential equations and networks of the textbooks, moved by `flow` alone."""

import numpy as np
import pytest
from scipy.linalg import expm, null_space

from tests.verification.running import last, last_of_nodes, moved_by_flow


def test_logistic_map_doubles_its_period() -> None:
    """May 1976: a fixed point 1 − 1/r at r = 2.5, period 2 at 3.2, period 4 at 3.5, and at r = 4 chaos."""
    done = moved_by_flow(
        '  x: {init: 0.3, flow: "r*x*(1 - x) - x"}', "{steps: 2000}",
        "params: {r: 0}\nensemble: {replicas: 4, vary: {r: [2.5, 3.2, 3.5, 4]}}",
    )  # fmt: skip
    summary = done.summary
    assert list(summary.verdict) == ["converged", "cycling", "cycling", "unsettled"]
    assert list(summary.period[1:3]) == [2, 4]
    assert summary.x[0] == pytest.approx(0.6, abs=1e-12)
    x = done.states.pivot(index="t", columns="replica", values="x").to_numpy()
    # The two points between which the map jumps: (r + 1 ± √((r − 3)(r + 1)))/2r.
    assert sorted(x[-2:, 1]) == pytest.approx([(4.2 - 0.84**0.5) / 6.4, (4.2 + 0.84**0.5) / 6.4], abs=1e-12)
    # The Lyapunov exponent ln 2 of r = 4; its standard error over 2,000 steps is about 0.02.
    assert np.log(abs(4 - 8 * x[:, 3])).mean() == pytest.approx(np.log(2), abs=0.05)


def test_lyapunov_exponents_of_the_henon_map() -> None:
    """0.419 and −1.623 at a = 1.4, b = 0.3 (Sprott 2003, appendix A); their sum is exactly ln b."""
    done = moved_by_flow(
        '  x: {init: 0.1, flow: "1 - a*x**2 + y - x"}\n  y: {init: 0.1, flow: "b*x - y"}', "{steps: 20000}",
        "params: {a: 1.4, b: 0.3}",
    )  # fmt: skip
    basis, exponents = np.eye(2), np.zeros(2)
    for x in done.states.x[1000:-1]:
        basis, r = np.linalg.qr(np.array([[-2.8 * x, 1.0], [0.3, 0.0]]) @ basis)
        exponents += np.log(abs(np.diag(r)))
    exponents /= len(done.states) - 1001
    assert exponents == pytest.approx([0.419, -1.623], abs=0.005)


@pytest.mark.parametrize(
    ("clock", "drift"),
    [("{time: 40, dt: 0.01, method: rk4}", 1e-9), ("{time: 40, method: dopri5, rtol: 1e-10, atol: 1e-12}", 1e-9)],
)
def test_lotka_volterra_keeps_its_constant_of_motion(clock: str, drift: float) -> None:
    """Volterra 1926: V = x − ln x + y − ln y is constant along ẋ = x(1 − y), ẏ = y(x − 1)."""
    done = moved_by_flow(
        '  x: {init: 2, flow: "x*(1 - y)"}\n  y: {init: 1, flow: "y*(x - 1)"}', clock, compiled="rk4" in clock
    )
    x, y = done.states.x, done.states.y
    assert np.ptp(x) > 1
    assert np.ptp(x - np.log(x) + y - np.log(y)) < drift


def test_period_of_the_van_der_pol_oscillator() -> None:
    """At μ = 1 the period is 6.6632868593 and the amplitude 2.00862 (Andersen and Geer 1982)."""
    done = moved_by_flow(
        '  x: {init: 2, flow: y}\n  y: {init: 0, flow: "(1 - x**2)*y - x"}',
        "{time: 60, method: dopri5, rtol: 1e-9, atol: 1e-11}", "record: {every: 0.01}",
    )  # fmt: skip
    summary = done.summary.iloc[0]
    assert summary.verdict == "cycling"
    assert summary.period == pytest.approx(6.6632868593, abs=1e-4)
    assert done.states.x[3000:].max() == pytest.approx(2.0086, abs=1e-4)


def test_damped_oscillator() -> None:
    """x = e^{−ζt}(cos Ωt + (ζ/Ω) sin Ωt), Ω² = ω² − ζ²: the error of rk4 is of the order of dt⁴ = 1e-8."""
    done = moved_by_flow(
        '  x: {init: 1, flow: v}\n  v: {init: 0, flow: "-w**2*x - 2*z*v"}', "{time: 10, dt: 0.01, method: rk4}",
        "params: {w: 2, z: 0.3}", compiled=False,
    )  # fmt: skip
    t, fast = done.states.t, np.sqrt(2**2 - 0.3**2)
    exact = np.exp(-0.3 * t) * (np.cos(fast * t) + 0.3 / fast * np.sin(fast * t))
    assert np.abs(done.states.x - exact).max() < 1e-8


def test_linear_system_of_a_vector_and_a_matrix() -> None:
    """ẋ = A x ends at e^{At} x₀."""
    matrix = np.array([[-1, 2, 0], [0, -1, 1], [0.5, 0, -2]])
    done = moved_by_flow(
        '  x: {size: 3, init: [1, 0, -1], flow: "A @ x"}', "{time: 2, dt: 0.01, method: rk4}",
        f"params: {{A: {matrix.tolist()}}}", compiled=False,
    )  # fmt: skip
    assert last(done, "x[0]", "x[1]", "x[2]")[0] == pytest.approx(expm(2 * matrix) @ [1, 0, -1], abs=1e-9)


def test_diffusion_along_a_path() -> None:
    """u̇ = −L u, whose modes decay with the eigenvalues 2 − 2 cos(πk/n) of the path's Laplacian."""
    n, time = 7, 2.0
    done = moved_by_flow(
        '  u: {on: path, init: index, flow: "sum_neighbors(neighbor(u) - u)"}', "{time: 2, dt: 0.005, method: rk4}",
        f"graphs: {{path: {{generator: path_graph, n: {n}}}}}",
    )  # fmt: skip
    k = np.arange(n)
    modes = np.cos(np.pi * np.outer(k + 0.5, k) / n)
    modes /= np.linalg.norm(modes, axis=0)
    exact = modes @ (np.exp(-time * (2 - 2 * np.cos(np.pi * k / n))) * (modes.T @ k))
    assert last_of_nodes(done, "u")[0] == pytest.approx(exact, abs=1e-10)


def test_epidemic_threshold_of_the_complete_graph() -> None:
    """SIS in the N-intertwined mean field (Van Mieghem et al. 2009): endemic at 1 − 1/(β(n−1)) iff β(n−1) > 1."""
    done = moved_by_flow(
        '  i: {on: crowd, init: 0.1, flow: "b*(1 - i)*sum_neighbors(neighbor(i)) - i"}',
        "{time: 80, dt: 0.05, method: rk4}",
        "params: {b: 0}\ngraphs: {crowd: {generator: complete_graph, n: 21}}\n"
        "ensemble: {replicas: 3, vary: {b: [0.04, 0.1, 0.2]}}\nrecord: {every: 1600}",
    )  # fmt: skip
    died_out, half, more = last_of_nodes(done, "i")
    assert 0 < died_out.max() < 1e-6
    assert half == pytest.approx(np.full(21, 0.5), abs=1e-12)
    assert more == pytest.approx(np.full(21, 0.75), abs=1e-12)


def test_consensus_by_the_trust_matrix() -> None:
    """DeGroot 1974: with trust W everyone ends at πᵀx₀, π the left Perron vector; edges point as influence flows."""
    trust = np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.4, 0.4, 0.2]])
    edges = [[j, i, float(trust[i, j])] for i in range(3) for j in range(3) if i != j]
    done = moved_by_flow(
        '  x: {on: g, init: "index**2", flow: "sum_neighbors(weight*(neighbor(x) - x))"}', "{steps: 100}",
        f"graphs: {{g: {{nodes: 3, edges: {edges}, directed: true}}}}", compiled=False,
    )  # fmt: skip
    perron = null_space(trust.T - np.eye(3))[:, 0]
    consensus = perron @ [0, 1, 4] / perron.sum()
    assert last_of_nodes(done, "x")[0] == pytest.approx(np.full(3, consensus), abs=1e-12)
