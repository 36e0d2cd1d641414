import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.graph import Graph
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.time_averages import TimeAverages
from dynsim.errors import InputError
from tests.analysis.games import build

from .cases import recording, simulated


def study_of(values):
    """A variable x that took these values, (K, R)."""
    return Study(build(Graph(), ["x"], {}), recording({"x": values}))


def rows(table):
    return table.set_index(["quantity", "of"])


def test_batches_are_means_of_consecutive_ticks():
    """Random walks of 100 ticks: the last 60 in 5 batches of 12 (seed 4)."""
    x = np.random.default_rng(4).normal(size=(100, 3)).cumsum(axis=0)
    found = rows(TimeAverages(skip=0.4, batches=5).table(study_of(x)))
    means = x[40:].reshape(5, 12, 3).mean(axis=1)
    assert found.loc[("average", "x"), "mean"] == pytest.approx(x[40:].mean())
    se = means.std(axis=0, ddof=1) / np.sqrt(5)
    assert found.loc[("standard error", "x"), "mean"] == pytest.approx(se.mean())
    drift = (means[-2:].mean(axis=0) - means[:2].mean(axis=0)) / (2 * se)
    assert found.loc[("drift", "x"), "median"] == pytest.approx(np.median(drift))


def test_the_standard_error_of_correlated_noise_is_right():
    """x ← φx + normal, φ = 0.8: √T·se → 1/(1 − φ) = 5; of 400 replicas of 4,000 steps in 20 batches, and what the
    averages themselves scatter (seed 6). Batches of 200 miss 1 % or so of the variance."""
    rng = np.random.default_rng(6)
    x, path = np.zeros(400), []
    for _ in range(4400):
        x = 0.8 * x + rng.normal(size=400)
        path.append(x)
    found = rows(TimeAverages(skip=400 / 4400).table(study_of(np.array(path))))
    row = found.loc[("standard error", "x")]
    assert abs(row["mean"] * np.sqrt(4000) - 5.0 * 0.98) < 4 * row["se"] * np.sqrt(4000)
    average = found.loc[("average", "x")]
    assert average["se"] * np.sqrt(400) == pytest.approx(5.0 / np.sqrt(4000), rel=4 / np.sqrt(800))
    assert abs(average["mean"]) < 4 * average["se"]
    assert abs(found.loc[("drift", "x"), "mean"]) < 0.25


def test_two_links_are_used_as_their_capacity_says_in_chaos_too():
    """x′ = x/(x + (1 − x)e^{a(x − b)}): ln(x/(1 − x)) stays bounded, so the time average is b, at random a and b
    (Chotibut et al. 2020); seed 1."""
    rng = np.random.default_rng(1)
    a, b = rng.uniform(8, 20), rng.uniform(0.4, 0.65)
    s = ds.System("routing")
    s.state("x", init="uniform(0.2, 0.8)")
    target = f"x/(x + (1 - x)*exp({a}*(x - {b})))"
    s.agent("drivers", controls="x", declared="x", rule={"heuristic": {"target": target, "rate": 1}})
    s.clock(steps=4000)
    s.ensemble(replicas=20, seed=2)
    found = rows(TimeAverages(skip=0.1).table(simulated(s)))
    assert found.loc[("average", "x"), "q05"] == pytest.approx(b, abs=2e-3)
    assert found.loc[("average", "x"), "q95"] == pytest.approx(b, abs=2e-3)
    assert found.loc[("average", "objective of drivers"), "mean"] == pytest.approx(b, abs=1e-3)


def test_what_stands_still_has_no_drift_and_what_goes_on_has():
    t = np.arange(200.0)[:, None]
    found = rows(TimeAverages().table(study_of(np.hstack([0 * t + 0.1, t]))))
    assert found.loc[("drift", "x"), "n"] == 1
    assert found.loc[("drift", "x"), "mean"] > 3
    with pytest.raises(InputError, match="3 recorded ticks are too few"):
        TimeAverages(skip=0).table(study_of(np.zeros((3, 1))))
