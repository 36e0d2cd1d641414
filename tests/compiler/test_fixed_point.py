"""Gradients through the point where the flow comes to rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim as ds
from dynsim.system.builder import System
from tests.compiler.looking_ahead import CONTINUOUS, DISCRETE, linear, system, xi


def test_a_linear_flow_at_rest() -> None:
    """x* = −bθ/a: ξ = (x − 1)(−b/a) + θ/10, on both clocks. Seed 7."""
    theta, x, a, b = np.random.default_rng(7).normal(0, 1, 4)
    for clock in (DISCRETE, CONTINUOUS):
        found = xi(linear(clock, horizon="fixed_point"), {"theta": theta, "x": x, "a": a, "b": b})
        assert found == pytest.approx((x - 1) * (-b / a) + theta / 10, rel=1e-12)


NETWORK = "\n".join(
    ["  theta: {init: 0}", "  w: {expr: x0*x1 + theta}"]
    + [f"  x{i}: {{init: 0, flow: {' + '.join(f'm{i}{j}*x{j}' for j in range(3))} + c{i}*w + tanh(theta) - 0.5}}"
       for i in range(3)]
)  # fmt: skip


def network(rng: np.random.Generator) -> dict[str, float]:
    """Numbers with which the flow of NETWORK contracts."""
    matrix = rng.normal(0, 0.15, (3, 3)) - 0.5 * np.eye(3)
    return {f"m{i}{j}": float(matrix[i, j]) for i in range(3) for j in range(3)} | {
        f"c{i}": float(c) for i, c in enumerate(rng.normal(0, 0.1, 3))
    }


def at_rest(a_system: System, theta: float, steps: int = 400) -> dict[str, float]:
    """The point to which the flow alone comes."""
    run = ds.simulate(a_system, steps=steps, set=["params.gain=0", f"variables.theta.init={theta}"], report=False,
                      compiled=False)  # fmt: skip
    end = run.states.iloc[-1]
    return {"theta": theta, **{f"x{i}": float(end[f"x{i}"]) for i in range(3)}}


@pytest.mark.parametrize("seed", range(3))
def test_long_horizons_converge_to_the_fixed_point_geometrically(seed: int) -> None:
    """Where the flow rests dx(H)/dθ = (1 − J)⁻¹(1 − J^H) b, J = 1 + ∂F/∂x, b = ∂F/∂θ: the error is ∝ ρ(J)^H.

    w = x₀x₁ + θ is seen by .9, in the objective too, and x₁(H) by .6.
    """
    rng = np.random.default_rng(seed)
    numbers = network(rng)
    objective = "(x0 - theta)**2 + x1*w + sin(x2)"
    keys: dict[str, Any] = {"params": numbers, "paths": "{x1: 0.6, w: 0.9}"}
    point = at_rest(system(NETWORK, objective, horizon=1, **keys), 0.3)
    theta, *x = point.values()
    c = np.array([numbers[f"c{i}"] for i in range(3)])
    matrix = np.array([[numbers[f"m{i}{j}"] for j in range(3)] for i in range(3)])
    jacobian = np.eye(3) + matrix + 0.9 * np.outer(c, [x[1], x[0], 0.0])
    reaction = 0.9 * c + 1 - np.tanh(theta) ** 2
    slopes = np.array([2 * (x[0] - theta) + 0.9 * x[1] * x[1], 0.6 * (x[0] * x[1] + theta + 0.9 * x[0] * x[1]),
                       np.cos(x[2])])  # fmt: skip
    direct = -2 * (x[0] - theta) + 0.9 * x[1]
    limit = direct + slopes @ np.linalg.solve(np.eye(3) - jacobian, reaction)
    assert xi(system(NETWORK, objective, horizon="fixed_point", **keys), point) == pytest.approx(limit, rel=1e-9)
    for h in (1, 10, 20, 40):
        left = slopes @ np.linalg.solve(np.eye(3) - jacobian, np.linalg.matrix_power(jacobian, h) @ reaction)
        found = xi(system(NETWORK, objective, horizon=h, **keys), point)
        assert found - limit == pytest.approx(-left, rel=1e-8, abs=1e-11)


def test_a_flow_whose_matrix_has_zero_pivots_is_solved() -> None:
    """F = (p y + θ, q x + 2θ): x* = −2θ/q, y* = −θ/p, and ∂F/∂x = [[0, p], [q, 0]] has a zero on its diagonal."""
    rotation = "  theta: {init: 0}\n  x: {init: 0, flow: y + theta}\n  y: {init: 0, flow: -x + 2*theta}"
    found = xi(system(rotation, "3*x + 5*y", horizon="fixed_point"), {"theta": 0.1, "x": 0.2, "y": 0.3})
    assert found == pytest.approx(3 * 2 - 5, rel=1e-14)
    hidden = "  theta: {init: 0}\n  x: {init: 0, flow: z*x + p*y + theta}\n  y: {init: 0, flow: q*x + z*y + 2*theta}"
    numbers = {"z": 0.0, "p": 1.0, "q": -1.0}
    found = xi(system(hidden, "3*x + 5*y", params=numbers, horizon="fixed_point"), {"theta": 0.1, "x": 0.2, "y": 0.3})
    assert found == pytest.approx(3 * 2 - 5, rel=1e-14)
