"""Which causes move an agent: Sobol indices that are known in closed form, and which causes count as undeclared."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import dynsim as ds
from dynsim.analysis.causality.causal_ancestors import causal_ancestors
from dynsim.analysis.numerics.sobol import Outputs
from dynsim.analysis.requested_metrics.fidelity_mechanism import ALL, FidelityMechanism, _Samples
from dynsim.analysis.variants.leaks import without_leaks
from dynsim.compiler.applying.build import build
from dynsim.errors import InputError
from tests.analysis.requested_metrics.cases import simulated


def cell(table: pd.DataFrame, quantity: str, agent: str, cause: str = ALL) -> pd.Series:
    (row,) = table[(table["quantity"] == quantity) & (table["agent"] == agent) & (table["cause"] == cause)].iloc
    return row


def test_indices_of_a_product_and_a_sum() -> None:
    """f = x·y + z with uniform x, y, z: V_x = Var x E²[y], T_x = Var x E[y²], V_z = T_z = Var z (Sobol' 1993)."""
    rng = np.random.default_rng(2)
    low, high = np.array([1.0, 0.2, -1.0]), np.array([2.0, 1.5, 1.0])
    n, replicas = 8_000, 3
    a, b = rng.uniform(low[:, None], high[:, None], (2, n, 3, replicas))

    def f(x: np.ndarray) -> np.ndarray:
        return (x[:, 0] * x[:, 1] + x[:, 2])[:, None]

    def mixed(k: int) -> np.ndarray:
        both = a.copy()
        both[:, k] = b[:, k]
        return f(both)

    mean, variance = (low + high) / 2, (high - low) ** 2 / 12
    whole = variance[0] * variance[1] + variance[0] * mean[1] ** 2 + variance[1] * mean[0] ** 2 + variance[2]
    first = np.array([variance[0] * mean[1] ** 2, variance[1] * mean[0] ** 2, variance[2]]) / whole
    total = first + np.array([variance[0] * variance[1], variance[0] * variance[1], 0.0]) / whole
    runs = Outputs(f(a), f(b))
    np.testing.assert_allclose(runs.variance(), whole, rtol=0.04)
    for k in range(3):
        error = runs.total_error(mixed(k), 1)
        assert (np.abs(runs.total(mixed(k)) - total[k]) < 4 * error).all()
        np.testing.assert_allclose(runs.first(mixed(k)), first[k], atol=0.05)
        assert (error < 0.02).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_hidden_goal_in_a_linear_system(seed: int) -> None:
    """x* = p + 2q + c·h: x_k uniform in m_k(1 ± w) has variance (m_k w)²/3, so T_h = (c m_h)²/(m_p² + 4 m_q² + …)."""
    rng = np.random.default_rng(seed)
    p, q, h, c = rng.uniform(0.5, 2.0, 4)
    s = ds.System("a hidden goal")
    p_, q_, h_ = s.parameter("p", p), s.parameter("q", q), s.parameter("h", h)
    x = s.state("x", init=0)
    s.agent(
        "one", controls=x, declared=(x - p_ - 2 * q_) ** 2 / 2, pursues=(x - p_ - 2 * q_ - c * h_) ** 2 / 2,
        rule={"gradient": {"rate": 0.5}},
    )
    s.clock(steps=60)
    s.ensemble(replicas=40, seed=seed)
    table = FidelityMechanism(samples=300, width=0.2).table(simulated(s))
    hidden = (c * h) ** 2 / (p**2 + 4 * q**2 + (c * h) ** 2)
    for quantity, cause, expected in (
        ("fidelity", ALL, 1 - hidden), ("total index", "h", hidden), ("first-order index", "h", hidden),
    ):
        row = cell(table, quantity, "one", cause)
        assert row["n"] == 40
        assert abs(row["mean"] - expected) < 4 * row["se"]
        assert row["se"] < 0.02
    spread_, error = cell(table, "fidelity", "one"), cell(table, "standard error of sampling", "one")
    assert error["mean"] == pytest.approx(spread_["se"] * 40**0.5, rel=0.5), "the bootstrap tells the spread"
    assert set(table.loc[table["quantity"] == "total index", "cause"]) == {"h"}


def test_an_interaction_is_in_the_total_index_and_not_in_the_first_order() -> None:
    """x* = p·h: with s² = w²/3, T_h = s²(1 + s²)/(2s² + s⁴) and V_h = s²/(2s² + s⁴)."""
    s = ds.System("a hidden factor")
    p, h = s.parameter("p", 1.5), s.parameter("h", 2.0)
    x = s.state("x", init=0)
    rule = {"gradient": {"rate": 0.5}}
    s.agent("one", controls=x, declared=(x - p) ** 2 / 2, pursues=(x - p * h) ** 2 / 2, rule=rule)
    s.clock(steps=60)
    s.ensemble(replicas=30, seed=4)
    table = FidelityMechanism(samples=200, width=0.9).table(simulated(s))
    s2 = 0.9**2 / 3
    row = cell(table, "total index", "one", "h")
    assert abs(row["mean"] - s2 * (1 + s2) / (2 * s2 + s2**2)) < 4 * row["se"]
    row = cell(table, "first-order index", "one", "h")
    assert abs(row["mean"] - s2 / (2 * s2 + s2**2)) < 4 * row["se"]


LEAKY = """
dynsim: 1
title: a forecaster, a critic, an actor
params: {goal: 1.3, taste: 0.7, c: 0.5, g: 0.4, shut: 0.0}
variables:
  theta: {init: 0.0}
  value: {init: 0.0}
  act: {init: 0.0}
  world: {expr: "1 + 0.3*theta + act"}
agents:
  forecaster:
    controls: theta
    declared: "(theta - world)**2/2"
    credit: {critic: c}
    paths: {world: g}
    rule: {gradient: {rate: 0.2}}
  critic: {controls: value, declared: "(value - taste*theta)**2/2", rule: {gradient: {rate: 0.2}}}
  actor: {controls: act, declared: "(act - goal + world)**2/2", credit: {critic: shut}, rule: {gradient: {rate: 0.2}}}
clock: {steps: 80}
ensemble: {replicas: 2}
"""


def test_causes_that_reach_an_agent_by_its_label_or_by_a_leak_alone() -> None:
    """The actor's goal moves the world that the forecaster forecasts; the critic's taste reaches it as credit."""
    model = ds.load_scenario(LEAKY).resolve()
    everything = causal_ancestors(build(model), ["theta"])
    by_label = causal_ancestors(build(without_leaks(model, "forecaster"), idle_paths=True), ["theta"])
    assert {"goal", "act", "agents.actor.rule.rate", "agents.forecaster.rule.rate"} <= by_label
    assert everything - by_label == {"taste", "c", "g", "value", "variables.value.init", "agents.critic.rule.rate"}


def test_each_leak_is_named_and_the_honest_are_clear() -> None:
    table = FidelityMechanism(samples=16).table(simulated(ds.load_scenario(LEAKY)))
    fidelity = cell(table, "fidelity", "forecaster")
    assert 0 < fidelity["mean"] < 1
    named = set(table.loc[(table["quantity"] == "total index") & (table["agent"] == "forecaster"), "cause"])
    assert {"taste", "c", "g"} <= named
    assert "goal" not in named
    assert cell(table, "fidelity", "critic")["mean"] == 1.0
    assert cell(table, "fidelity", "critic")["q05"] == 1.0


def test_a_number_that_acts_by_the_label_and_by_a_leak_is_told_apart() -> None:
    """x* = (p + h + c·m·h)/(1 + c·m): it follows s, which another moves to h, and gets credit of weight c for being at
    h. A small width w gives every input k the variance (w k ∂x/∂k)²/3, to 1e-3 with w = 0.02."""
    p, h, c, m = 0.7, 1.6, 0.8, 1.3
    s = ds.load_scenario(f"""
dynsim: 1
title: one goal, two ways
params: {{p: {p}, h: {h}, c: {c}, m: {m}}}
variables: {{x: {{init: 0.0}}, y: {{init: 0.0}}, s: {{init: 0.0}}}}
agents:
  one: {{controls: x, declared: "(x - p - s)**2/2", credit: {{two: c}}, rule: {{gradient: {{rate: 0.3}}}}}}
  two: {{controls: y, declared: "m*(x - h)**2/2 + y**2", rule: {{gradient: {{rate: 0.3}}}}}}
  three: {{controls: s, declared: "(s - h)**2/2", rule: {{gradient: {{rate: 0.3}}}}}}
clock: {{steps: 200}}
ensemble: {{replicas: 30, seed: 3}}
""")
    table = FidelityMechanism(samples=200, width=0.02).table(simulated(s))
    k = 1 + c * m
    slope = -(p + h + c * m * h) / k**2 + h / k  # ∂x/∂(cm)
    undeclared = (c * m * slope) ** 2 * 2 + (h * c * m / k) ** 2
    declared = (p / k) ** 2 + (h / k) ** 2
    row = cell(table, "fidelity", "one")
    assert abs(row["mean"] - declared / (declared + undeclared)) < 4 * row["se"] + 1e-3
    row = cell(table, "total index", "one", "h")
    assert abs(row["mean"] - (h * c * m / k) ** 2 / (declared + undeclared)) < 4 * row["se"] + 1e-3
    assert cell(table, "fidelity", "three")["mean"] == 1.0


def test_a_leak_that_is_shut_is_no_cause() -> None:
    """The actor's credit has the weight 0, which stays 0 when it is multiplied."""
    table = FidelityMechanism(samples=16).table(simulated(ds.load_scenario(LEAKY)))
    assert "shut" not in set(table["cause"])
    assert cell(table, "fidelity", "actor")["mean"] == pytest.approx(1.0, abs=1e-12)


def test_the_indicator_of_a_phase_is_no_number_to_be_varied() -> None:
    s = ds.load_scenario("""
dynsim: 1
title: trained, then left alone
phases: {training: 0, deployment: 20}
variables: {x: {init: 0.0}}
agents: {one: {controls: x, declared: "training*(x - 0.5)**2/2", rule: {gradient: {rate: 0.1}}}}
clock: {steps: 30}
""")
    study = simulated(s)
    assert {"training", "deployment"} <= set(study.recording.parameters)
    assert {"training", "deployment"}.isdisjoint(_Samples(study, study.program, {}, 4, 0.1).inputs)


def test_a_goal_that_is_a_state_variable_is_a_cause() -> None:
    """x* = φ(0), x declares p: everything is due to φ."""
    s = ds.System("a goal of its own")
    p = s.parameter("p", 1.0)
    x, phi = s.state("x", init=0), s.state("phi", init=ds.normal(0, 1))
    rule = {"gradient": {"rate": 0.4}}
    s.agent("one", controls=x, declared=(x - p) ** 2, pursues=(x - phi) ** 2, goals=phi, rule=rule)
    s.clock(steps=100)
    s.ensemble(replicas=3)
    table = FidelityMechanism(samples=30).table(simulated(s))
    assert cell(table, "total index", "one", "phi")["mean"] > 0.5
    assert cell(table, "fidelity", "one")["mean"] < 0.5


def test_an_agent_that_nothing_moves_has_no_fidelity() -> None:
    s = ds.System("still")
    x, y = s.state("x", init=0), s.state("y", init=1)
    s.agent("still", controls=x, declared=y**2, rule={"gradient": {"rate": 0.1}})
    s.clock(steps=5)
    assert cell(FidelityMechanism(samples=8).table(simulated(s)), "fidelity", "still")["n"] == 0


def test_selection_has_no_causes_of_its_own() -> None:
    s = """
dynsim: 1
title: generations
variables: {x: {init: 1}}
agents: {one: {controls: x, declared: "x**2", rule: {gradient: {rate: 0.1}}}}
selection: {every: 5, fitness: "-x**2", heritable: {x: "x + normal(0, 0.1)"}, scheme: {softmax: {temperature: 1}}}
clock: {steps: 20}
ensemble: {replicas: 4}
"""
    with pytest.raises(InputError, match="selection"):
        FidelityMechanism().table(simulated(ds.load_scenario(s)))
