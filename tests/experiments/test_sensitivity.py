"""Sobol' indices and Morris screening: known answers, and samples that fit their analysis."""

import numpy as np
import pandas as pd
import pytest

from dynsim.errors import InputError
from dynsim.experiments.axis import Axis
from dynsim.experiments.design.grid import Grid
from dynsim.experiments.design.morris import Morris
from dynsim.experiments.design.sobol_indices import SobolIndices
from dynsim.experiments.sensitivity import sensitivity
from dynsim.experiments.state import stated_experiment

pytest.importorskip("SALib")

PI = float(np.pi)
ISHIGAMI = tuple(Axis(f"x{k}", (-PI, PI), "linear") for k in (1, 2, 3))
FIRST, TOTAL = [0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437]
COEFFICIENTS = np.array([3.0, -2.0, 0.0])


def points(design, axes):
    return np.array(list(design.points(axes)))


def ishigami(x):
    """Ishigami and Homma (1990), a = 7, b = 0.1."""
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_ishigami_indices_are_within_their_intervals():
    design = SobolIndices(n=512, seed=1)
    found = design.indices(ISHIGAMI, ishigami(points(design, ISHIGAMI)))
    for name, exact in (("S1", FIRST), ("ST", TOTAL)):
        assert ((found[f"{name}.low"] <= exact) & (exact <= found[f"{name}.high"])).all(), found
        np.testing.assert_allclose(found[name], exact, atol=0.06)
    assert list(found["parameter"]) == ["x1", "x2", "x3"]


def test_intervals_of_indices_cover():
    """95 % intervals of three axes over 40 samples: at least 90 % hold the exact total index. The sequence makes the
    estimates better than the bootstrap, which resamples its points as if they were independent, takes them to be."""
    hits = []
    for seed in range(40):
        design = SobolIndices(n=128, seed=seed)
        found = design.indices(ISHIGAMI, ishigami(points(design, ISHIGAMI)))
        hits.append((found["ST.low"] <= TOTAL) & (found["ST.high"] >= TOTAL))
    assert np.mean(hits) >= 0.9


def test_morris_is_exact_for_a_linear_quantity():
    axes = (Axis("a", (0.0, 2.0), "linear"), Axis("b", (-1.0, 0.0), "linear"), Axis("c", (0.0, 5.0), "linear"))
    design = Morris(n=4, seed=3)
    found = design.indices(axes, points(design, axes) @ COEFFICIENTS)
    np.testing.assert_allclose(found["mu"], COEFFICIENTS * [2.0, 1.0, 5.0], atol=1e-12)
    np.testing.assert_allclose(found["mu_star"], np.abs(COEFFICIENTS) * [2.0, 1.0, 5.0], atol=1e-12)
    np.testing.assert_allclose(found["sigma"], 0.0, atol=1e-12)


def test_points_lie_in_the_ranges_and_evenly_on_their_scale():
    axes = (Axis("rate", (1e-3, 10.0), "log"), Axis("shift", (-1.0, 3.0), "linear"))
    found = points(SobolIndices(n=64), axes)
    assert found.shape == (SobolIndices(n=64).count(axes), 2)
    assert (found >= [1e-3, -1.0]).all()
    assert (found <= [10.0, 3.0]).all()
    assert abs(np.mean(found[:, 0] < 0.1) - 0.5) < 0.02
    levels = np.unique(points(Morris(n=20), axes)[:, 1].round(12))
    np.testing.assert_allclose(levels, [-1.0, 1 / 3, 5 / 3, 3.0])


@pytest.mark.parametrize("design", [SobolIndices(n=16), Morris(n=8)])
def test_the_same_seed_gives_the_same_points_and_intervals(design):
    """Also the seed 0."""
    x = points(design, ISHIGAMI)
    assert np.array_equal(x, points(design, ISHIGAMI))
    pd.testing.assert_frame_equal(design.indices(ISHIGAMI, ishigami(x)), design.indices(ISHIGAMI, ishigami(x)))


@pytest.mark.parametrize("design", [SobolIndices(n=16), Morris(n=8)])
def test_what_is_unknown_or_constant_has_no_index(design):
    values = ishigami(points(design, ISHIGAMI))
    values[3] = np.nan
    found = design.indices(ISHIGAMI, values)
    assert found.drop(columns=["parameter", "unknown"]).isna().all(axis=None)
    assert list(found["unknown"]) == [1, 1, 1]
    constant = design.indices(ISHIGAMI, np.full(design.count(ISHIGAMI), 0.1))
    assert constant.drop(columns=["parameter", "unknown"]).isna().all(axis=None)
    assert list(constant["unknown"]) == [0, 0, 0]


def test_values_that_do_not_fit_the_design_are_refused():
    with pytest.raises(InputError, match=r"sobol_indices of 3 axes has 80 points; the values have shape \(64,\)"):
        SobolIndices(n=16).indices(ISHIGAMI, np.zeros(64))


def test_what_a_design_cannot_combine():
    (problem,) = SobolIndices(n=16).clashes(ISHIGAMI[:1])
    assert str(problem) == "x1: design sobol_indices compares axes, so it needs at least two"
    assert not SobolIndices(n=16).clashes(ISHIGAMI)


@pytest.mark.parametrize(("design", "message"), [
    ({"sobol_indices": {"n": 24}}, "design.n: expected a power of 2, .* got 24: take 16 or 32"),
    ({"morris": {"n": 4, "levels": 5}}, "design.levels: expected an even number, got 5"),
])
def test_settings_that_spoil_a_design(design, message):
    with pytest.raises(InputError, match=message):
        experiment(design)


def experiment(design):
    values = [0.0, 0.9]
    return stated_experiment(
        "two_pulls", vary={"params.beta": values, "params.rate": [0.01, 0.1]}, design=design,
        variants={"as_is": {}, "short": {"set": {"clock.steps": 500}}}, replicas=2,
    )


def test_an_experiment_has_indices_of_every_variant_and_quantity():
    one = experiment({"sobol_indices": {"n": 16, "seed": 1}})
    rows = [{"cell": c.number, "variant": c.variant, **c.values} for c in one.cells()]
    cells = pd.DataFrame(rows)
    beta = cells["params.beta"]
    cells = cells.assign(**{"base.last.mean": 2 * beta, "verdict.converged": beta, "verdict.converged.low": 0.0})
    found = sensitivity(one, cells.sample(frac=1, random_state=0))
    assert list(found.columns[:3]) == ["variant", "parameter", "quantity"]
    assert set(found["quantity"]) == {"base.last", "verdict.converged"}
    assert len(found) == 2 * 2 * 2
    by = found.groupby("parameter")["ST"]
    np.testing.assert_allclose(by.mean()["params.rate"], 0.0, atol=1e-9)
    np.testing.assert_allclose(by.mean()["params.beta"], 1.0, atol=0.15)
    with pytest.raises(InputError, match="the cells of variant 'as_is' are not the points of design sobol_indices"):
        sensitivity(one, cells.assign(**{"params.beta": beta + 1e-9}))


def test_another_design_is_refused():
    assert isinstance(experiment("grid").design, Grid)
    with pytest.raises(InputError, match="design grid is not sampled for an analysis of sensitivity: morris and sobol"):
        sensitivity(experiment("grid"), pd.DataFrame())
