"""Lyapunov exponents beside pynamicalsys (Sales et al. 2025)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.requested_metrics.lyapunov import exponents
from tests.oracles.games import Array

pytestmark = [pytest.mark.slow, pytest.mark.oracle("pynamicalsys")]

MAPS: dict[str, tuple[dict[str, str], dict[str, float], tuple[float, float]]] = {
    # name there: the map, its parameters, where starts are
    "henon map": ({"x": "1 - a*x**2 + y", "y": "b*x"}, {"a": 1.4, "b": 0.3}, (-0.1, 0.1)),
    "lozi map": ({"x": "1 - a*abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5}, (-0.1, 0.1)),
    "standard map": (
        {"x": "mod(x + y + k*sin(2*pi*x)/(2*pi), 1)", "y": "mod(y + k*sin(2*pi*x)/(2*pi), 1)"}, {"k": 8.0}, (0.0, 1.0),
    ),
}  # fmt: skip
FLOWS: dict[str, tuple[dict[str, str], dict[str, float], Sequence[float]]] = {
    "lorenz system": (
        {"x": "sigma*(y - x)", "y": "x*(rho - z) - y", "z": "x*y - beta*z"},
        {"sigma": 10.0, "rho": 28.0, "beta": 8 / 3}, (1.0, 2.0, 20.0),
    ),
    "rossler system": (
        {"x": "-y - z", "y": "x + a*y", "z": "b + z*(x - c)"}, {"a": 0.2, "b": 0.2, "c": 5.7}, (1.0, 1.0, 0.0),
    ),
}  # fmt: skip


def ours(flows: Mapping[str, str], parameters: Mapping[str, Any], starts: Array, clock: Any, transient: float) -> Array:
    """The largest exponent of every start, (R,); starts: (R, d)."""
    s = ds.System("a system of textbooks")
    for name, value in parameters.items():
        s.parameter(name, float(np.atleast_1d(value)[0]))
    varied = {name: list(value) for name, value in parameters.items() if np.ndim(value)}
    for k, (name, flow) in enumerate(flows.items()):
        start = s.parameter(f"start_{name}", 0.0)
        varied[f"start_{name}"] = starts[:, k].tolist()
        s.state(name, init=start, flow=flow)
    s.agent("idle", controls=s.state("rest"), declared="rest**2/2", rule=ds.rules.gradient(rate=1))
    s.clock(**clock)
    s.ensemble(replicas=len(starts), vary=varied)
    run = ds.simulate(s, every=clock.get("steps", clock.get("time")))
    return exponents(run.requested.study, transient, np.arange(len(starts)))


@pytest.mark.parametrize("seed", range(2))
def test_the_logistic_map_of_every_parameter(seed: int) -> None:
    """12 iterates after 8, before rounding shows: 30 random parameters, chaotic or not, each to 1e-8.

    There a step counts with the derivative where it ends, here with that where it begins: we start a step later.
    """
    from pynamicalsys import DiscreteDynamicalSystem

    rng = np.random.default_rng(seed)
    rates, starts = rng.uniform(2.9, 4.0, 30), rng.uniform(0.1, 0.9, (30, 1))
    model = DiscreteDynamicalSystem(model="logistic map")
    expected = [
        np.ravel(model.lyapunov(x, 20, parameters=[r], transient_time=8))[0] for r, x in zip(rates, starts, strict=True)
    ]
    later = rates[:, None] * starts * (1 - starts)
    found = ours({"x": "r*x*(1 - x) - x"}, {"r": rates}, later, {"steps": 20}, 0.4)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize("name", MAPS)
def test_chaotic_maps(name: str) -> None:
    """The mean over 40 starts (seed 5) of 4,000 iterates after 1,000, within 3 standard errors of the difference."""
    from pynamicalsys import DiscreteDynamicalSystem

    images, parameters, (low, high) = MAPS[name]
    starts = np.random.default_rng(5).uniform(low, high, (40, 2))
    model = DiscreteDynamicalSystem(model=name)
    expected = np.array([
        np.max(model.lyapunov(x, 5_000, parameters=list(parameters.values()), transient_time=1_000)) for x in starts
    ])
    flows = {variable: f"{image} - {variable}" for variable, image in images.items()}
    agree(ours(flows, parameters, starts, {"steps": 5_000}, 0.2), expected)


@pytest.mark.parametrize("name", FLOWS)
def test_chaotic_flows(name: str) -> None:
    """The mean over ten starts (seed 6) of 400 units of time after 100, within 3 standard errors of the difference."""
    from pynamicalsys import ContinuousDynamicalSystem

    flows, parameters, about = FLOWS[name]
    starts = np.array(about) + np.random.default_rng(6).uniform(-0.5, 0.5, (10, 3))
    model = ContinuousDynamicalSystem(model=name)
    model.integrator("rk4", time_step=0.01)
    expected = np.array([
        model.lyapunov(x, 500.0, parameters=list(parameters.values()), transient_time=100.0, num_exponents=1)
        for x in starts
    ])
    found = ours(flows, parameters, starts, {"time": 500.0, "dt": 0.01, "method": "rk4"}, 0.2)
    agree(found, expected)


def agree(found: Array, expected: Array) -> None:
    error = math.hypot(found.std(ddof=1), expected.std(ddof=1)) / math.sqrt(len(found))
    assert found.mean() == pytest.approx(expected.mean(), abs=3 * error)
    assert error < 0.05 * abs(expected.mean())
