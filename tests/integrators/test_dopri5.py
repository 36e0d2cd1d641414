"""The step size control of dopri5: its error estimate, the norm of it, and the steps that follow from both.

The oracle's coefficients are SciPy's RK45 (the same pair, with the opposite sign of the error), its norm and its
control are written here from their definitions (Hairer, Nørsett & Wanner 1993, II.4).
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import RK45

from dynsim.engine.compiled.drivers.adaptive import error_of
from dynsim.integrators.base import INTEGRATORS
from dynsim.system.model import Clock
from tests.engine.systems import plan_of, program, recorded

Floats = NDArray[np.float64]
TABLE = INTEGRATORS.get("dopri5")


def estimate(h: float, error: tuple[float, ...]) -> float:
    """Σ e_j I_j of one step of dx/dt = −2 (t + ½) x² from 0.8."""
    increments: list[float] = []
    for row, c in zip(TABLE.a, TABLE.c, strict=True):
        x = 0.8 + sum(a * i for a, i in zip(row, increments, strict=False))
        increments.append(h * -2 * (c * h + 0.5) * x * x)
    return sum(e * i for e, i in zip(error, increments, strict=True))


def slope(error: tuple[float, ...]) -> float:
    h = 0.2 / 2 ** np.arange(5)
    return float(np.polyfit(np.log(h), np.log([abs(estimate(step, error)) for step in h]), 1)[0])


def test_the_error_estimate_is_of_fifth_order() -> None:
    """The local error of the embedded method of order four: |e| ~ h⁵. A change of any coefficient by 1 % shows."""
    assert TABLE.error is not None
    assert slope(TABLE.error) == pytest.approx(5, abs=0.15)
    np.testing.assert_allclose(TABLE.error, -RK45.E, rtol=1e-12, atol=1e-16)
    for j in np.flatnonzero(TABLE.error):
        broken = list(TABLE.error)
        broken[j] *= 1.01
        assert slope(tuple(broken)) < 2, "what this test is for"


def test_the_norm_is_the_largest_error_over_what_each_variable_may_have() -> None:
    """max_i |e_i| / (atol + rtol·max(|y_i|, |y'_i|)), and the row that has it."""
    rng = np.random.default_rng(11)
    te, rtol, atol = rng.normal(size=7), 1e-3, 1e-5
    for _ in range(20):
        before, after, *rest = rng.normal(size=(9, 5)) * 10.0 ** rng.integers(-6, 6, 5)
        trial = np.array(rest) * 10.0 ** rng.integers(-6, 6, 5)
        allowed = [atol + rtol * max(abs(a), abs(b)) for a, b in zip(before, after, strict=True)]
        wanted = [abs(sum(e * t for e, t in zip(te, column, strict=True))) for column in trial.T]
        error, worst = error_of(0, after, before, trial, np.array([[0, 2], [2, 5]]), te, rtol, atol)
        ratios = np.array(wanted) / allowed
        assert error == pytest.approx(ratios.max(), rel=1e-12)
        assert worst == ratios.argmax()
    small = np.full(1, 1e-9)  # what may be wrong is atol alone
    wanted = abs(te.sum()) * 1e-7 / (atol + rtol * 1e-9)
    found, _ = error_of(0, small, small, np.full((7, 1), 1e-7), np.array([[0, 1]]), te, rtol, atol)
    assert found == pytest.approx(wanted, rel=1e-12)
    assert error_of(0, np.array([np.nan]), np.ones(1), np.ones((7, 1)), np.array([[0, 1]]), te, rtol, atol)[0] == np.inf


def oracle(rtol: float, atol: float, times: Floats, end: float) -> Floats:
    """x and y at these times, (K, 2): the steps of the definition, the first a thousandth of the run."""
    def field(t: float, state: Floats) -> Floats:
        return np.array([-2 * t * state[0] ** 2, 1e4 * np.cos(5 * t)])

    t, h, state, found = 0.0, end * 1e-3, np.array([1.0, 0.0]), []
    waiting = list(times)
    while waiting:
        step = h
        k = np.zeros((7, 2))
        for s in range(6):
            k[s] = field(t + RK45.C[s] * step, state + step * (RK45.A[s, :s] @ k[:s]))
        after = state + step * (RK45.B @ k[:6])
        k[6] = field(t + step, after)
        allowed = atol + rtol * np.maximum(np.abs(state), np.abs(after))
        error = np.max(np.abs(step * (RK45.E @ k)) / allowed)
        factor = min(5.0, max(0.2, 0.9 * error ** (-1 / 5)))
        if error > 1:
            h = step * min(1.0, factor)
            continue
        while waiting and waiting[0] <= t + step + 1e-12:
            theta = (waiting.pop(0) - t) / step
            found.append(state + step * (RK45.P.T @ k).T @ theta ** np.arange(1, 5))
        h = step * factor
        t, state = t + step, after
    return np.array(found)


@pytest.mark.parametrize(("rtol", "atol"), [(1e-3, 1e-6), (1e-6, 1e-3), (1e-5, 1e-9)])
def test_the_steps_are_those_of_the_definition(rtol: float, atol: float) -> None:
    """Two variables of very different sizes: with another norm, scale or factor the steps, and so the last digits, are
    others."""
    system = program(
        Clock(time=3.0, method="dopri5", rtol=rtol, atol=atol), ["x", "y"],
        drift={"x": "-2*t*x**2", "y": "10000*cos(5*t)"},
    )
    run = recorded(system, plan_of(system, 1, {"x": 1.0, "y": 0.0}, every=0.25), compiled=False)
    wanted = oracle(rtol, atol, run.times[1:], 3.0)
    np.testing.assert_allclose(run.values["x"][1:, 0], wanted[:, 0], rtol=1e-12)
    np.testing.assert_allclose(run.values["y"][1:, 0], wanted[:, 1], rtol=1e-10, atol=1e-8)
