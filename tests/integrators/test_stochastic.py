"""Stochastic integrators on geometric Brownian motion, against its exact solution on the same Wiener path.

Itô: S = exp((μ − σ²/2) T + σ W_T). Stratonovich: S = exp(μ T + σ W_T).
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial import Polynomial
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from dynsim.compiler.writing.random_numbers import variable_key
from dynsim.engine.random.noise import normals
from dynsim.integrators.base import INTEGRATORS
from dynsim.system.model import Clock
from tests.engine.systems import plan_of, program, recorded, with_clock

Floats = NDArray[np.float64]
STOCHASTIC = [name for name in INTEGRATORS.names() if INTEGRATORS.get(name).noise != "none"]
SEED, END = 11, 1.0


def _ends(method: str, steps: int, replicas: int, mu: float, sigma: float) -> tuple[Floats, Floats]:
    """The last S of every replica, and the exact one on the same path, which `normals` gives again."""
    system = program(
        Clock(time=END, dt=0.1, method=method), ["S"], parameters=["mu", "sigma"],
        drift={"S": "mu*S"}, diffusion={"S": "sigma*S"},
    )
    h = END / steps
    plan = plan_of(system, replicas, {"S": 1.0}, {"mu": mu, "sigma": sigma}, seed=SEED, every=steps)
    last = recorded(with_clock(system, dt=h), plan).values["S"][-1]
    z = normals(SEED, np.arange(replicas)[:, None], variable_key("S"), np.arange(steps))
    w = np.sqrt(h) * z.sum(axis=1)
    ito = INTEGRATORS.get(method).noise == "ito"
    return last, np.exp((mu - sigma**2 / 2 * ito) * END + sigma * w)


@pytest.mark.parametrize("method", STOCHASTIC)
def test_strong_order(method: str) -> None:
    """E|S − exact| against the step: 4,000 paths each, so that the slope is known to about 0.02."""
    steps = np.array([16, 32, 64, 128, 256])
    errors = []
    for n in steps:
        last, exact = _ends(method, int(n), 4000, 0.3, 0.6)
        errors.append(np.abs(last - exact).mean())
    slope = np.polyfit(np.log(END / steps), np.log(errors), 1)[0]
    order = INTEGRATORS.get(method).strong_order
    assert order is not None
    assert abs(slope - order) < 0.1, (slope, errors)


def _step_mean(method: str, h: float, mu: float, sigma: float) -> float:
    """The mean of one step's factor: a polynomial in z ~ N(μh, σ²h), of which the table has the coefficients."""
    table, z = INTEGRATORS.get(method), Polynomial([0.0, 1.0])
    increments: list[Polynomial] = []
    for row in table.a:
        increments.append(z * (1.0 + sum(a * i for a, i in zip(row, increments, strict=False))))
    factor = 1.0 + sum(b * i for b, i in zip(table.b, increments, strict=True))
    nodes, weights = hermegauss(table.stages + 1)  # exact up to twice that degree
    return float(weights @ factor(mu * h + sigma * np.sqrt(h) * nodes) / weights.sum())


@pytest.mark.parametrize("method", STOCHASTIC)
def test_weak_order(method: str) -> None:
    """The mean is off by O(h): measured against the exact solution's on the same paths, and its known value.

    20,000 paths; every mean within 4 of its standard errors, and the slope of the known error is 1.
    """
    mu, sigma = 1.0, 0.5
    steps = np.array([4, 8, 16, 32])
    truth = np.exp((mu + sigma**2 / 2 * (INTEGRATORS.get(method).noise == "stratonovich")) * END)
    known = np.array([_step_mean(method, END / n, mu, sigma) ** n for n in steps]) - truth
    measured, standard = np.zeros(len(steps)), np.zeros(len(steps))
    for i, n in enumerate(steps):
        last, exact = _ends(method, int(n), 20_000, mu, sigma)
        off = last - exact
        measured[i], standard[i] = off.mean(), off.std() / np.sqrt(len(off))
    assert (np.abs(measured - known) < 4 * standard).all(), (measured, known, standard)
    assert (np.abs(measured[:2]) > 4 * standard[:2]).all(), "the error is not resolved"
    slope = np.polyfit(np.log(END / steps), np.log(np.abs(known)), 1)[0]
    assert abs(slope - 1) < 0.25, slope


@pytest.mark.parametrize("method", STOCHASTIC)
def test_the_meaning_of_the_noise(method: str) -> None:
    """dS = σ S dW: the mean stays 1 (Itô) or grows like exp(σ²t/2) (Stratonovich)."""
    sigma, replicas = 0.5, 20_000
    last, _ = _ends(method, 100, replicas, 0.0, sigma)
    mean, standard = last.mean(), last.std() / np.sqrt(replicas)
    ito, stratonovich = 1.0, np.exp(sigma**2 / 2)
    mine, other = (ito, stratonovich) if INTEGRATORS.get(method).noise == "ito" else (stratonovich, ito)
    assert abs(mean - mine) < 4 * standard
    assert abs(mean - other) > 10 * standard


@pytest.mark.parametrize("method", STOCHASTIC)
def test_noise_without_drift_beside_a_drift(method: str) -> None:
    """A variable that only noise moves: Var W_t = t."""
    system = program(
        Clock(time=4.0, dt=0.1, method=method), ["w", "x"], drift={"x": "5"}, diffusion={"w": "1"}
    )
    run = recorded(system, plan_of(system, 8000, {}, seed=SEED, every=10))
    for k in (1, 4):
        w = run.values["w"][k]
        assert abs(w.mean()) < 4 * np.sqrt(k / len(w))
        assert abs(w.var() / k - 1) < 4 * np.sqrt(2 / len(w))
    assert np.allclose(run.values["x"][-1], 20.0)
