"""Effects of parameters on label fidelity: a module whose fidelity is known; the regression against least squares."""

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.requested_metrics.fidelity_effects import _regressed
from dynsim.errors import InputError

# The push is (1 − leak)·∇label + leak·1 at a right angle to it: R² = (1 − leak)²/((1 − leak)² + leak²) at every tick.
SCENARIO = """
dynsim: 1
title: a module whose moves turn away from its label
params: {leak: 0.0, idle: 0.0}
variables:
  x: {init: 0}
  y: {init: 0}
agents:
  turned: {controls: [x, y], declared: "x", pursues: "(1 - leak)*x + leak*y", rule: {gradient: {rate: 0.1}}}
  honest: {controls: x, declared: "x + idle", rule: {gradient: {rate: 0.1}}}
clock: {steps: 4}
ensemble: {replicas: 24, grid: {leak: [0, LEAK], idle: [0, 1]}}
"""


@pytest.mark.parametrize("leak", np.random.default_rng(4).uniform(0.1, 0.9, 3))
def test_a_known_turn_away_from_the_label(leak: float) -> None:
    run = ds.simulate(ds.load_scenario(SCENARIO.replace("LEAK", repr(float(leak)))), compiled=False)
    table = run.metric("fidelity_effects").set_index(["a", "b"])
    expected = (1 - leak) ** 2 / ((1 - leak) ** 2 + leak**2) - 1
    assert table.loc[("leak", "turned"), "mean"] == pytest.approx(expected, abs=1e-12)
    assert abs(table.loc[[("idle", "turned"), ("leak", "honest"), ("idle", "honest")], "mean"]).max() < 1e-12
    assert (table.n == 24).all()


def test_the_regression_is_least_squares_with_robust_errors() -> None:
    rng = np.random.default_rng(7)
    z = rng.uniform(size=(2, 4000))
    noise = rng.normal(size=4000) * (0.1 + z[0])
    beta, se, n = _regressed(z, 0.5 + 0.3 * z[0] - 0.2 * z[1] + noise)
    design = np.vstack([np.ones(4000), z]).T
    expected = np.linalg.lstsq(design, 0.5 + 0.3 * z[0] - 0.2 * z[1] + noise, rcond=None)[0][1:]
    np.testing.assert_allclose(beta, expected, atol=1e-12)
    assert (abs(beta - [0.3, -0.2]) < 4 * se).all()
    assert n == 4000
    assert 0.02 < se[0] < 0.06  # about √(E[z̃²σ²]/n)/Var z


def test_nothing_varied_is_said() -> None:
    with pytest.raises(InputError, match="no parameter differs"):
        ds.simulate("two_pulls", replicas=3, steps=20, compiled=False).metric("fidelity_effects")
