"""Every registered integrator against its declared order, and what the adaptive one promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dynsim.integrators.base import INTEGRATORS, Integrator
from dynsim.system.model import Clock
from tests.engine.systems import plan_of, program, recorded, with_clock

Floats = NDArray[np.float64]
WIDTH = 0.15  # how far a slope may lie from the order


def _slope(h: Floats, error: Floats) -> float:
    return float(np.polyfit(np.log(h), np.log(error), 1)[0])


def _by_table(table: Integrator, f: Callable[[float, float], float], x: float, steps: int, h: float) -> float:
    """The last x of `steps` steps, straight from the docstring's formula."""
    for n in range(steps):
        increments: list[float] = []
        for row, c in zip(table.a, table.c, strict=True):
            point = x + sum(a * i for a, i in zip(row, increments, strict=False))
            increments.append(h * f(n * h + c * h, point))
        x += sum(b * i for b, i in zip(table.b, increments, strict=True))
    return x


def _logistic(t: float, x: float) -> float:
    return float(2 * x * (1 - x) * np.cos(t))


def _logistic_solution(start: float, t: Any) -> Any:
    """dx/dt = 2 x (1 − x) cos t has logit x = logit x₀ + 2 sin t."""
    return 1 / (1 + (1 / start - 1) * np.exp(-2 * np.sin(t)))


@pytest.mark.parametrize("name", INTEGRATORS.names())
def test_order(name: str) -> None:
    """On an equation that is nonlinear and depends on the time."""
    table, start, end = INTEGRATORS.get(name), 0.3, 2.5
    steps = np.array([24, 48, 96, 192])
    exact = _logistic_solution(start, end)
    if table.adaptive:
        last = [_by_table(table, _logistic, start, int(n), end / n) for n in steps]
    else:
        system = program(Clock(time=end, dt=0.1, method=name), ["x"], drift={"x": "2*x*(1 - x)*cos(t)"})
        plan = plan_of(system, 1, {"x": start}, every=10**6)
        last = [recorded(with_clock(system, dt=end / n), plan).values["x"][-1, 0] for n in steps]
    assert abs(_slope(end / steps, np.abs(np.array(last) - exact)) - table.order) < WIDTH


@pytest.mark.parametrize("name", INTEGRATORS.names())
def test_tables_are_consistent(name: str) -> None:
    """Σ_l a_jl = c_j, Σ b = 1, Σ (b − b̂) = 0, and b_j(1) = b_j."""
    table = INTEGRATORS.get(name)
    assert [len(row) for row in table.a] == list(range(table.stages))
    assert np.allclose([sum(row) for row in table.a], table.c, atol=1e-15)
    assert abs(sum(table.b) - 1) < 1e-15
    if table.adaptive:
        assert abs(sum(table.error)) < 1e-15
        assert np.allclose([sum(row) for row in table.dense], table.b, atol=1e-12)


def test_an_adaptive_method_has_an_interpolant() -> None:
    with pytest.raises(ValueError, match="the adaptive method 'pair' needs `dense` and `dense_order`"):
        Integrator("pair", "none", order=1, a=((),), b=(1.0,), c=(0.0,), error=(0.0,))


ADAPTIVE = [name for name in INTEGRATORS.names() if INTEGRATORS.get(name).adaptive]


@pytest.mark.parametrize("name", ADAPTIVE)
def test_the_interpolant_has_its_order(name: str) -> None:
    """Inside one step of length h the error is O(h^(p+1)), p the declared order."""
    table, start = INTEGRATORS.get(name), 0.3
    h = 0.2 / 2 ** np.arange(4)
    for theta in (0.25, 0.5, 0.75):
        weights = [sum(c * theta ** (m + 1) for m, c in enumerate(row)) for row in table.dense]
        inside = [_by_table(_reweighted(table, weights), _logistic, start, 1, x) for x in h]
        error = np.abs(np.array(inside) - _logistic_solution(start, theta * h))
        assert _slope(h, error) > table.dense_order + 1 - WIDTH, theta


def _reweighted(table: Integrator, weights: list[float]) -> Integrator:
    from dataclasses import replace

    return replace(table, b=tuple(weights), error=None, dense=None, dense_order=None)


@pytest.mark.parametrize("name", ADAPTIVE)
def test_the_error_follows_the_tolerance(name: str) -> None:
    """A thousandth of the tolerance, about a thousandth of the error, at records between the steps too."""
    system = program(Clock(time=3.0, method=name), ["x"], drift={"x": "-2*t*x**2"})
    tolerances = 10.0 ** -np.arange(4, 11)
    errors = []
    for rtol in tolerances:
        run = recorded(with_clock(system, rtol=rtol, atol=rtol * 1e-3), plan_of(system, 1, {"x": 1.0}, every=0.05))
        errors.append(np.abs(run.values["x"][:, 0] - 1 / (1 + run.times**2)).max())
    assert (np.array(errors) < 20 * tolerances).all(), errors
    assert abs(_slope(tolerances, np.array(errors)) - 1) < 0.2


@pytest.mark.parametrize(("method", "drift"), [("rk4", 1e-9), ("dopri5", 1e-6)])
def test_an_antisymmetric_field_keeps_its_norm(method: str, drift: float) -> None:
    """½‖ξ‖² of the bilinear game is conserved by the flow; Runge–Kutta 4 multiplies it by 1 − h⁶/72 + h⁸/576."""
    h, steps = 0.01, 10_000
    system = program(Clock(time=steps * h, dt=h, method=method, rtol=1e-10), ["x", "y"], drift={"x": "-y", "y": "x"})
    run = recorded(system, plan_of(system, 1, {"x": 1.0, "y": 2.0}, every=100 if method == "rk4" else 1.0))
    energy = (run.values["x"] ** 2 + run.values["y"] ** 2)[:, 0] / 5
    assert np.abs(energy - 1).max() < drift
    if method == "rk4":
        assert abs(energy[-1] - (1 - h**6 / 72 + h**8 / 576) ** steps) < 1e-12


def test_the_norm_of_a_field_changes_by_its_symmetric_part() -> None:
    """d(½‖ξ‖²)/dt = −ξᵀSξ along dx/dt = −ξ: ξ = (a x + y, −x + b y), S = diag(a, b)."""
    system = program(
        Clock(time=2.0, dt=0.01, method="rk4"), ["x", "y", "work"], parameters=["a", "b"],
        drift={"x": "-(a*x + y)", "y": "x - b*y", "work": "-(a*(a*x + y)**2 + b*(b*y - x)**2)"},
    )
    a, b = np.array([0.5, -0.2]), np.array([0.1, 0.3])
    run = recorded(system, plan_of(system, 2, {"x": 1.0, "y": -0.5}, {"a": a, "b": b}))
    x, y = run.values["x"], run.values["y"]
    energy = ((a * x + y) ** 2 + (b * y - x) ** 2) / 2
    assert np.allclose(energy - energy[0], run.values["work"], atol=1e-8)


def test_rock_paper_scissors() -> None:
    """Zero-sum replicator flow: Π x_i is conserved, and small orbits take 2π√3 (T = 100, step 0.01)."""
    names = ["x", "y", "z"]
    fitness = {"x": "z - y", "y": "x - z", "z": "y - x"}
    system = program(
        Clock(time=100.0, dt=0.01, method="rk4"), names, drift={s: f"{s}*({fitness[s]})" for s in names}
    )
    start = {"x": [0.5, 1 / 3 + 1e-4], "y": [0.3, 1 / 3 - 1e-4], "z": [0.2, 1 / 3]}
    run = recorded(system, plan_of(system, 2, start))
    product = np.prod([run.values[s] for s in names], axis=0)
    assert np.abs(product - product[0]).max() < 3e-12
    away = run.values["x"][:, 1] - 1 / 3
    falls = np.flatnonzero((away[:-1] > 0) & (away[1:] <= 0))
    crossings = run.times[falls] + 0.01 * away[falls] / (away[falls] - away[falls + 1])
    assert np.allclose(np.diff(crossings), 2 * np.pi * np.sqrt(3), rtol=1e-5)


def test_matching_pennies() -> None:
    """log[x(1 − x) y(1 − y)] is conserved by the replicator flow."""
    system = program(
        Clock(time=100.0, dt=0.01, method="rk4"), ["x", "y"],
        drift={"x": "x*(1 - x)*(4*y - 2)", "y": "y*(1 - y)*(2 - 4*x)"},
    )
    run = recorded(system, plan_of(system, 1, {"x": 0.3, "y": 0.6}))
    x, y = run.values["x"], run.values["y"]
    assert np.ptp(np.log(x * (1 - x) * y * (1 - y))) < 1e-8
