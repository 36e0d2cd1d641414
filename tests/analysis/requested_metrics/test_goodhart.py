"""Goodhart's law: the curve of the base objective over a label's, and its peak."""

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.reading.proxy_gains import base_gain_at
from dynsim.analysis.requested_metrics.goodhart import Goodhart
from dynsim.analysis.requested_metrics.overoptimization import Overoptimization
from dynsim.errors import InputError

from .cases import pooled, simulated


def shifted(alpha, beta, steps=400, **ensemble):
    """A policy mean d moves along the proxy's direction, −d; gold is R(d) = d(α − βd) (a mean shift of unit variance,
    d = √KL), to be minimised as −R."""
    s = ds.System("proxy")
    d = s.state("d", init=0)
    a, b = s.parameter("alpha", alpha), s.parameter("beta", beta)
    s.agent("policy", controls=d, declared=-d, rule=ds.rules.gradient(rate=0.01))
    s.base(-d * (a - b * d))
    s.clock(steps=steps)
    if ensemble:
        s.ensemble(**ensemble)
    return simulated(s)


@pytest.mark.parametrize("seed", range(3))
def test_the_gold_curve_of_a_mean_shift_and_its_peak_at_alpha_over_2_beta(seed):
    rng = np.random.default_rng(seed)
    alpha, beta = rng.uniform(1.0, 3.0), rng.uniform(0.5, 1.5)
    study = shifted(alpha, beta)
    table = Goodhart(ticks=401).table(study)
    x = table["x"].to_numpy()
    assert x[-1] == pytest.approx(4.0)
    np.testing.assert_allclose(table["mean"], x * (alpha - beta * x), atol=1e-9)
    peaks = Overoptimization(ticks=401).table(study).set_index("quantity")["mean"]
    assert peaks["best_at"] == pytest.approx(alpha / (2 * beta), abs=0.005 + 1e-9)
    assert peaks["best"] == pytest.approx(alpha**2 / (4 * beta), abs=beta * 0.005**2 + 1e-9)
    assert peaks["lost"] == pytest.approx(peaks["best"] - 4 * (alpha - 4 * beta), rel=1e-9)


def test_every_replica_has_its_own_peak_and_its_own_reach():
    """β = .5, 1, 2 at α = 2: peaks at 2, 1, ½."""
    study = pooled(shifted(2.0, 1.0, replicas=3, vary={"beta": [0.5, 1.0, 2.0]}))
    table = Overoptimization(ticks=401).table(study).set_index("quantity")
    assert table.loc["best_at", ["q05", "median"]].tolist() == pytest.approx([0.55, 1.0])
    curve = Goodhart(ticks=401).table(study)
    at = curve[np.isclose(curve["x"], 1.0)].iloc[0]
    assert [at["n"], at["median"]] == pytest.approx([3, 1.0])


def test_the_first_time_a_gain_is_reached_counts():
    """The proxy goes 0, 2, 1, 3 while the base goes 0, 4, 8, 6: at 2.5 it is half way from 4 to 6, not near 8."""
    proxy, base = np.array([[0.0, 2.0, 1.0, 3.0]]).T, np.array([[0.0, 4.0, 8.0, 6.0]]).T
    found = base_gain_at(proxy, base, np.array([0.0, 1.0, 2.0, 2.5, 3.0, 3.5]))
    np.testing.assert_allclose(found[:, 0], [0.0, 2.0, 4.0, 5.0, 6.0, np.nan])


def test_a_diverged_replica_has_a_curve_as_far_as_it_got_but_no_peak():
    proxy = np.array([[0.0, 1.0, np.nan], [0.0, 1.0, 2.0]]).T
    found = base_gain_at(proxy, 2 * proxy, np.array([0.5, 1.5]))
    np.testing.assert_allclose(found, [[1.0, 1.0], [np.nan, 3.0]])
    s = ds.System("runs away")
    x = s.state("x", init=2)
    s.agent("a", controls=x, declared=-(x**4), rule=ds.rules.gradient(rate=1))
    s.base(x**2)
    s.clock(steps=20)
    study = simulated(s)
    assert np.isfinite(study.recording.diverged_at).all()
    assert (Overoptimization().table(study)["n"] == 0).all()
    assert Goodhart().table(study)["n"].max() == 1


def test_a_label_that_never_gains_is_one_point():
    s = ds.System("the wrong way")
    x = s.state("x", init=0)
    s.agent("a", controls=x, declared=x**2, pursues=(x - 1) ** 2, rule=ds.rules.gradient(rate=0.1))
    s.base((x - 2) ** 2)
    s.clock(steps=10)
    table = Goodhart().table(simulated(s))
    assert table[["x", "mean"]].to_numpy().tolist() == [[0.0, 0.0]]


def test_without_a_base_objective_or_a_proxy_it_says_so():
    s = ds.System("plain")
    x = s.state("x", init=1)
    s.agent("a", controls=x, declared=x**2, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=2)
    for metric in (Goodhart(), Overoptimization()):
        with pytest.raises(InputError, match="no base objective"):
            metric.table(simulated(s))
    s.base(x**2)
    with pytest.raises(InputError, match="there is no proxy"):
        Goodhart().table(simulated(s))
