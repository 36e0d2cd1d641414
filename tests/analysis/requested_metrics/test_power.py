"""Whose goals the final state follows: closed forms of resting states."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import dynsim as ds
from dynsim.analysis.requested_metrics.power import BASE, STATE, Power
from dynsim.errors import InputError
from tests.analysis.requested_metrics.cases import pooled, simulated


def cell(table: pd.DataFrame, quantity: str, a: str, b: str) -> pd.Series:
    (row,) = table[(table["quantity"] == quantity) & (table["a"] == a) & (table["b"] == b)].iloc
    return row


def tug_of_war(rng: np.random.Generator, n: int, rule: str, continuous: bool) -> tuple[ds.System, np.ndarray]:
    """n agents pull x = Σ f to μ_i at random q_i, c_i, μ_i; k_i = q_i/c_i."""
    q, c = rng.uniform(0.5, 3.0, (2, n))
    s = ds.System("tug of war")
    mu = s.parameter("mu", rng.normal(size=n).tolist())
    f = s.state("f", size=n, init=ds.normal(0, 1))
    x = s.derived("x", sum(f[i] for i in range(n)))
    s.derived("gap", x - mu[0])
    rate = 1.0 if continuous else 0.5 / float(q.sum() + c.max())
    settings = {"rate": rate} | ({"beta": 0.5} if rule == "momentum" else {})
    for i in range(n):
        cost = q[i] / 2 * (x - mu[i]) ** 2 + c[i] / 2 * f[i] ** 2
        s.agent(f"a{i}", controls=f[i], declared=cost, rule={rule: settings}, goals=mu[i])
    s.base(objective=(x - mu[0]) ** 2, goals=mu[0])
    s.clock(**({"time": 60, "dt": 0.05} if continuous else {"steps": 2000}))
    s.ensemble(replicas=4, seed=3)
    return s, q / c


@pytest.mark.parametrize(("rule", "continuous"), [("gradient", False), ("momentum", False), ("gradient", True)])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_pass_through_of_a_tug_of_war(rule: str, continuous: bool, seed: int) -> None:
    """∂x*/∂μ_i = k_i/(1 + Σk); with f_j = k_j(μ_j − x): ∂f_j/∂μ_i = k_j(δ_ij − k_i/(1 + Σk))."""
    n = 3
    system, k = tug_of_war(np.random.default_rng(seed), n, rule, continuous)
    table = Power().table(simulated(system))
    through = k / (1 + k.sum())
    for i in range(n):
        row = cell(table, "pass_through", f"a{i}", "x")
        assert row["n"] == 4
        assert row["mean"] == pytest.approx(through[i], rel=1e-9)
        assert row["q95"] - row["q05"] < 1e-9
        gap = abs(through[i] - (i == 0))
        assert cell(table, "pass_through", f"a{i}", "gap")["mean"] == pytest.approx(gap, rel=1e-9)
        assert cell(table, "share", f"a{i}", "x")["mean"] == pytest.approx(k[i] / k.sum(), rel=1e-9)
        efforts = k * ((np.arange(n) == i) - through[i])
        for j in range(n):
            assert cell(table, "pass_through", f"a{i}", f"f[{j}]")["mean"] == pytest.approx(abs(efforts[j]), rel=1e-9)
        together = cell(table, "pass_through", f"a{i}", STATE)["mean"]
        assert together == pytest.approx(np.linalg.norm(efforts), rel=1e-9)
    assert cell(table, "pass_through", BASE, "x")["mean"] == pytest.approx(through[0], rel=1e-9)
    assert BASE not in set(table.loc[table["quantity"] == "share", "a"])


def test_a_nonlinear_rest_answers_by_its_slope_in_every_replica() -> None:
    """x + x³/3 = φ at rest: ∂x/∂φ = 1/(1 + x²), φ different in each replica."""
    s = ds.System("a cubic")
    phi = s.parameter("phi", 1.0)
    x = s.state("x", init=0)
    s.agent("one", controls=x, declared=x**2 / 2 + x**4 / 12 - phi * x, rule={"gradient": {"rate": 0.2}}, goals=phi)
    s.clock(steps=500)
    s.ensemble(replicas=6, seed=1, vary={phi: "uniform(-2, 2)"})
    study = simulated(s)
    (whole,) = study.recording.blocks(1 << 30)
    expected = 1 / (1 + whole.values["x"][-1] ** 2)
    row = cell(Power().table(pooled(study)), "pass_through", "one", "x")
    assert row["mean"] == pytest.approx(expected.mean(), rel=1e-9)
    assert row["se"] == pytest.approx(expected.std(ddof=1) / np.sqrt(6), rel=1e-8)


def followed(more: str, goal: str = "phi", clock: str = "steps: 800", agent: str = "") -> pd.DataFrame:
    text = f"""
dynsim: 1
title: x follows phi, and y follows x
params: {{target: 1.0}}
variables:
  x: {{init: 0.0, {more}}}
  y: {{init: 0.0}}
  count: {{init: 0.0, flow: 1}}
  phi: {{init: 0.5, flow: "0.05*(target - phi)"}}
agents:
  one: {{controls: x, declared: "(x - phi)**2/2", rule: {{gradient: {{rate: 0.2}}}}, goals: {goal}{agent}}}
  two: {{controls: y, declared: "(y - 0.5*x)**2/2", rule: {{momentum: {{rate: 0.01, beta: 0.9}}}}}}
clock: {{{clock}}}
ensemble: {{replicas: 2}}
"""
    text = text if goal == "phi" else text.replace('"(x - phi)**2/2"', '"(x - target)**2/2"')
    return Power().table(simulated(ds.load_scenario(text)))


def test_a_goal_that_is_a_state_variable_is_held() -> None:
    """φ → target by itself, so φ* does not depend on φ; held, x follows it by 1 and y by ½."""
    table = followed("space: real", clock="steps: 8000")
    assert cell(table, "pass_through", "one", "x")["mean"] == pytest.approx(1.0, rel=1e-9)
    assert cell(table, "pass_through", "one", "y")["mean"] == pytest.approx(0.5, rel=1e-6)
    assert cell(table, "share", "one", "x")["mean"] == 1.0


def test_a_slow_agent_comes_to_rest_beside_a_count_of_the_steps() -> None:
    table = followed("space: real", "target", clock="steps: 8000", agent=", every: 3")
    assert cell(table, "pass_through", "one", "x")["mean"] == pytest.approx(1.0, rel=1e-9)
    assert cell(table, "pass_through", "one", "y")["mean"] == pytest.approx(0.5, rel=1e-6)


def test_what_rests_against_a_bound_follows_nothing() -> None:
    table = followed("space: [-1, 0.7]", clock="steps: 8000")
    assert cell(table, "pass_through", "one", "x")["mean"] == pytest.approx(0.0, abs=1e-9)
    assert cell(table, "share", "one", "x")["n"] == 0, "nobody's goals move it"


def test_a_continuous_bound_follows_nothing() -> None:
    s = ds.System("against a wall")
    phi = s.parameter("phi", 2.0)
    x = s.state("x", init=0, space=[-1, 1])
    y = s.state("y", init=0)
    s.agent("one", controls=x, declared=(x - phi) ** 2 / 2, rule={"gradient": {"rate": 1}}, goals=phi)
    s.agent("two", controls=y, declared=(y - x - phi) ** 2 / 2, rule={"gradient": {"rate": 1}}, goals=phi)
    s.clock(time=40, dt=0.1, method="euler")
    table = Power().table(simulated(s))
    assert cell(table, "pass_through", "one", "x")["mean"] == pytest.approx(0.0, abs=1e-6)
    assert cell(table, "pass_through", "two", "y")["mean"] == pytest.approx(1.0, rel=1e-6)


def test_a_state_that_moves_has_no_answer() -> None:
    """Too few steps, and noise that never ends."""
    for table in (followed("space: real", "target", clock="steps: 20"), followed("noise: 0.01", "target")):
        assert (table["n"] == 0).all()


def test_a_diverged_replica_has_no_answer() -> None:
    s = ds.System("one stays")
    a, phi = s.parameter("a", 1.0), s.parameter("phi", 1.0)
    x = s.state("x", init=0.1)
    s.agent("one", controls=x, declared=a * (x - phi) ** 2 / 2, rule={"gradient": {"rate": 1}}, goals=phi)
    s.clock(steps=3000)
    s.ensemble(replicas=2, vary={a: [0.5, 4.0]})
    row = cell(Power().table(pooled(simulated(s))), "pass_through", "one", "x")
    assert (row["n"], row["mean"]) == (1, pytest.approx(1.0, rel=1e-9))


def test_a_population_follows_node_by_node() -> None:
    """Every node ends at φ: the norm over n nodes is √n, and their mean follows by 1."""
    s = ds.System("a crowd")
    phi = s.parameter("phi", 1.0)
    s.population("ring", generator="cycle_graph", n=5)
    v = s.state("v", on="ring", init=ds.normal(0, 1))
    s.derived("middle", "mean(v)")
    s.derived("twice", "2*v")
    s.agent("all", controls=v, declared=(v - phi) ** 2 / 2, rule={"gradient": {"rate": 0.5}}, goals=phi)
    s.clock(steps=200)
    table = Power().table(simulated(s))
    for variable, expected in (("v", 5**0.5), ("middle", 1.0), ("twice", 2 * 5**0.5)):
        assert cell(table, "pass_through", "all", variable)["mean"] == pytest.approx(expected, rel=1e-9)


def test_goals_are_needed() -> None:
    s = ds.System("no goals")
    x = s.state("x", init=1)
    s.agent("one", controls=x, declared=x**2, rule={"gradient": {"rate": 0.1}})
    with pytest.raises(InputError, match="no agent has goals"):
        Power().table(simulated(s, steps=5))
