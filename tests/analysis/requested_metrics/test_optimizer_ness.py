"""Bend, bits and agency response: closed forms of agents that go a known way towards a known goal."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import dynsim as ds
from dynsim.analysis.requested_metrics.optimizer_ness import OptimizerNess
from dynsim.analysis.variants.replay import Variant, replayed
from dynsim.analysis.variants.scaled_influence import with_scaled_influence
from dynsim.compiler.applying.build import build
from dynsim.errors import InputError
from tests.analysis.requested_metrics.cases import simulated


def cell(table: pd.DataFrame, quantity: str, agent: str) -> pd.Series:
    (row,) = table[(table["quantity"] == quantity) & (table["agent"] == agent)].iloc
    return row


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_bits_and_bend_of_one_who_has_gone_a_part_of_the_way(share: float) -> None:
    """From 0 a part τ of the way to 1 in one step; U = (x − 1)²/2. A step τz is as good where |τz − 1| ≤ 1 − τ:
    p = Φ(2/τ − 1) − Φ(1); the bend is E(τz − 1)²/2 − (1 − τ)²/2 = τ."""
    s = ds.System("part of the way")
    x = s.state("x", init=0)
    s.agent("one", controls=x, declared=(x - 1) ** 2 / 2, rule={"gradient": {"rate": share}})
    s.clock(steps=1)
    s.ensemble(replicas=30, seed=1)
    table = OptimizerNess(samples=400).table(simulated(s))
    p = norm.cdf(2 / share - 1) - norm.cdf(1)
    bits, error, bend = (cell(table, q, "one") for q in ("bits", "standard error of bits", "bend"))
    bias = (1 - p) / (2 * p * 400 * np.log(2))
    assert abs(bits["mean"] - bias + np.log2(p)) < 4 * bits["se"]
    assert error["mean"] == pytest.approx(bits["se"] * 30**0.5, rel=0.4), "what sampling explains"
    assert abs(bend["mean"] - share) < 4 * bend["se"]
    assert bend["se"] < 0.02


def test_bits_of_several_controls_and_their_bound() -> None:
    """At the optimum no other step is as good: log₂(S + 1). From ½ to 3, away from the goal 0, |½ + 2.5z| ≤ 3 is as
    good."""
    s = ds.System("arrived")
    x, y = s.state("x", init=[1.0, 2.0, -1.0], size=3), s.state("y", init=0.5)
    rule = {"gradient": {"rate": 0.5}}
    s.agent("arrived", controls=x, declared=x[0] ** 2 + x[1] ** 2 + x[2] ** 2, rule=rule)
    s.agent("contrary", controls=y, declared=y**2 / 2, rule={"heuristic": {"target": 3.0}})
    s.clock(steps=1)
    table = OptimizerNess(samples=400).table(simulated(s))
    assert cell(table, "bits", "arrived")["mean"] == pytest.approx(np.log2(401))
    bits, error = (cell(table, q, "contrary")["mean"] for q in ("bits", "standard error of bits"))
    assert abs(bits + np.log2(norm.cdf(1) - norm.cdf(-1.4))) < 4 * error
    assert cell(table, "bend", "contrary")["mean"] < 0


def test_null_runs_keep_to_the_space_of_the_controls() -> None:
    """In the box [0, 1] at the optimum 1 from 0: half of the normal steps of size 1 end at 0, those over 1 at 1."""
    s = ds.System("in a box")
    x = s.state("x", init=0, space=[0, 1])
    s.agent("one", controls=x, declared=-x, rule={"gradient": {"rate": 5.0}})
    s.clock(steps=2)
    s.ensemble(replicas=30, seed=2)
    table = OptimizerNess(samples=200).table(simulated(s))
    bits, p = cell(table, "bits", "one"), 1 - norm.cdf(1)
    bias = (1 - p) / (2 * p * 200 * np.log(2))
    assert abs(bits["mean"] - bias + np.log2(p)) < 4 * bits["se"]
    expected = 1 - (norm.pdf(0) - norm.pdf(1) + 1 - norm.cdf(1))  # 1 − E min(max(z, 0), 1)
    bend = cell(table, "bend", "one")
    assert abs(bend["mean"] - expected) < 4 * bend["se"]


def pulls(rng: np.random.Generator, n: int) -> tuple[ds.System, np.ndarray]:
    """A tug of war over a derived x = Σf; its agents' responses by linear algebra."""
    q, c, mu = rng.uniform(0.5, 2.0, n), rng.uniform(0.5, 2.0, n), rng.normal(size=n)
    s = ds.System("tug of war")
    f = s.state("f", size=n, init=0)
    x = s.derived("x", sum(f[i] for i in range(n)))
    for i in range(n):
        cost = q[i] / 2 * (x - mu[i]) ** 2 + c[i] / 2 * f[i] ** 2
        s.agent(f"a{i}", controls=f[i], declared=cost, rule={"gradient": {"rate": 0.1}})
    s.clock(steps=800)

    def rest(reach: np.ndarray) -> np.ndarray:
        """x = Σ s_j f_j: s_i q_i (Σ s_j f_j − μ_i) + c_i f_i = 0."""
        return np.linalg.solve(np.diag(c) + np.outer(reach * q, reach), reach * q * mu)

    h = 1e-5
    unit = np.eye(n)
    return s, np.array([abs(rest(1 + h * unit[i]) - rest(1 - h * unit[i]))[i] / (2 * h) for i in range(n)])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_agency_response_of_a_tug_of_war(seed: int) -> None:
    system, expected = pulls(np.random.default_rng(seed), 3)
    table = OptimizerNess(samples=4, step=1e-3).table(simulated(system))
    for i in range(3):
        assert cell(table, "agency response", f"a{i}")["mean"] == pytest.approx(expected[i], rel=1e-4)


def test_a_reflex_does_not_answer_and_a_forecaster_does() -> None:
    """θ* = b/(1 − ε) of a blind forecaster: ∂θ*/∂ε·ε = bε/(1 − ε)²; through a flow as well as at once."""
    b, eps = 1.3, 0.4
    s = ds.System("a forecaster and a reflex")
    theta, reflex, slow = s.state("theta", init=0), s.state("reflex", init=0), s.state("slow", init=0)
    world = s.derived("world", b + eps * theta + 0.1 * reflex)
    s.flow("slow", 0.2 * (b + eps * theta - slow))
    late = s.state("late", init=0)
    rule = {"gradient": {"rate": 0.2}}
    s.agent("reflex", controls=reflex, declared=(world - 3) ** 2, rule={"heuristic": {"target": 0.0}})
    s.agent("blind", controls=theta, declared=(theta - world) ** 2 / 2, paths={"world": 0}, rule=rule)
    s.agent("late", controls=late, declared=(late - slow) ** 2 / 2, rule=rule)
    s.clock(steps=400)
    table = OptimizerNess(samples=4, step=1e-3).table(simulated(s))
    assert cell(table, "agency response", "reflex")["mean"] == 0
    assert cell(table, "agency response", "blind")["mean"] == pytest.approx(b * eps / (1 - eps) ** 2, rel=1e-4)
    assert cell(table, "agency response", "late")["mean"] == 0, "nothing in the world reads what it moves"


def test_an_objective_is_no_part_of_the_world() -> None:
    """The losses of a game are derived variables; what agents do in them directly is not scaled, cost and all."""
    s = ds.System("a game")
    f = s.state("f", size=2, init=0)
    loss = s.game("pull", "tug_of_war", actions=[f[0], f[1]], targets=[1.0, -0.5])
    for i in range(2):
        s.agent(f"a{i}", controls=f[i], declared=loss[i], rule={"gradient": {"rate": 0.1}})
    s.clock(steps=300)
    table = OptimizerNess(samples=4).table(simulated(s))
    assert cell(table, "agency response", "a0")["mean"] == 0


def test_a_reach_of_one_is_the_system_itself() -> None:
    text = """
dynsim: 1
title: derived variables in everything
params: {k: 0.3}
graphs: {ring: {generator: cycle_graph, n: 4}}
variables:
  x: {init: 0.4}
  v: {on: ring, init: "uniform(0, 1)", flow: "0.1*(mean_neighbors(v) - v) + 0.05*both"}
  w: {init: [0.1, 0.2], size: 2, flow: ["0.1*x - 0.2*w[0]", "both - w[1]"]}
  both: {expr: "x + mean(v)"}
  more: {expr: "both**2 - w[0]"}
agents:
  one: {controls: x, declared: "(more - 1)**2 + x**2", rule: {blend: {share: "0.3 + 0.1*both", target: "more - x",
        rule: {gradient: {rate: 0.02}}, rate: 0.1}}}
  crowd: {controls: {v: "1 + 0.1*both"}, declared: "(v - both)**2", credit: {}, rule: {gradient: {rate: 0.1}}}
base: {objective: "both**2"}
events: {late: {when: "more > 0.1", set: {k: "both"}}}
clock: {steps: 30}
ensemble: {replicas: 3}
"""
    study = simulated(ds.load_scenario(text))
    (scaled,) = replayed(study, [Variant(build(with_scaled_influence(study.model)))])
    (whole,) = study.recording.blocks(1 << 30)
    for name, values in whole.values.items():
        np.testing.assert_allclose(scaled.chunks[0].values[name], values, rtol=1e-9, err_msg=name)


def test_a_null_run_that_diverges_is_not_as_good() -> None:
    """y ← y + y²(1 − 2x) runs away wherever x stays below ½, which is where the holder finds it."""
    s = ds.System("one holds what runs away")
    x, y = s.state("x", init=0.5), s.state("y", init=0.5, flow="y*y*(1 - 2*x)")
    s.agent("holder", controls=x, declared=(x - 1 + 0 * y) ** 2, rule={"gradient": {"rate": 0.5}})
    s.clock(steps=60)
    table = OptimizerNess(samples=20).table(simulated(s))
    assert cell(table, "bits", "holder")["mean"] == pytest.approx(np.log2(21)), "it has arrived"
    assert cell(table, "bend", "holder")["n"] == 0


def test_selection_is_refused() -> None:
    text = """
dynsim: 1
title: generations
variables: {x: {init: 1}}
agents: {one: {controls: x, declared: "x**2", rule: {gradient: {rate: 0.1}}}}
selection: {every: 5, fitness: "-x**2", heritable: {x: "x + normal(0, 0.1)"}, scheme: {softmax: {temperature: 1}}}
clock: {steps: 20}
ensemble: {replicas: 4}
"""
    with pytest.raises(InputError, match="selection"):
        OptimizerNess().table(simulated(ds.load_scenario(text)))
