"""What training by the label alone would have done: against trajectories that a plain loop computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.requested_metrics.fidelity_behaviour import FidelityBehaviour
from dynsim.analysis.requested_metrics.fidelity_mechanism import FidelityMechanism
from dynsim.analysis.variants.leaks import without_leaks
from tests.analysis.requested_metrics.cases import simulated


def fidelities(system: ds.System, **options: Any) -> dict[str, tuple[int, float]]:
    table = FidelityBehaviour().table(simulated(system, **options))
    return {row.agent: (row.n, row.mean) for row in table.itertuples()}


def fidelity(a: np.ndarray, declared: np.ndarray, null: np.ndarray) -> float:
    """The mean over replicas; rows are ticks."""
    return float(np.mean(1 - np.square(a - declared).sum(axis=0) / np.square(a - null).sum(axis=0)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_who_pursues_something_else_than_it_declares(seed: int) -> None:
    """x_t = p + (x_0 − p)(1 − r)^t; by its label d in place of p; untrained x_0."""
    rng = np.random.default_rng(seed)
    p, d, r = *rng.normal(size=2), rng.uniform(0.05, 0.5)
    s = ds.System("a liar and an honest one")
    x, y = s.state("x", init=ds.normal(0, 1)), s.state("y", init=ds.normal(0, 1))
    s.agent("liar", controls=x, declared=(x - d) ** 2 / 2, pursues=(x - p) ** 2 / 2, rule={"gradient": {"rate": r}})
    s.agent("honest", controls=y, declared=(y - x) ** 2 / 2, rule={"momentum": {"rate": r, "beta": 0.5}})
    s.ensemble(replicas=5, seed=seed)
    s.clock(steps=30)
    study = simulated(s)
    start = next(study.recording.blocks()).values["x"][0]
    decay = (1 - r) ** np.arange(31)[:, None]
    expected = fidelity(p + (start - p) * decay, d + (start - d) * decay, np.broadcast_to(start, (31, 5)))
    found = fidelities(s)
    assert found["liar"] == (5, pytest.approx(expected, rel=1e-9))
    assert found["honest"] == (5, 1.0), "to the last bit, though it follows a liar"


@pytest.mark.parametrize("leak", ["credit", "path", "horizon", "learning", "shaping"])
def test_every_leak_counts_and_closing_it_gives_the_run_without_it(leak: str) -> None:
    """a^decl is the run of the scenario whose leak is closed by hand."""
    text = """
dynsim: 1
title: a forecaster with a leak
params: {{c: {c}, g: {g}, l: {l}, a: {a}}}
variables:
  theta: {{init: 0.3}}
  y: {{init: 0.1}}
  slow: {{init: 0.2, flow: "0.3*(theta - slow)"}}
  world: {{expr: "1 + 0.4*theta + 0.2*y"}}
agents:
  one:
    controls: theta
    declared: "(theta - world)**2/2 + 0.3*(world - 2)**2 + 0.1*(slow - y)**2"
    credit: {{two: c}}
    {more}
    rule: {rule}
  two: {{controls: y, declared: "(y - theta)**2 + 0.3*y*theta", rule: {{gradient: {{rate: 0.1}}}}}}
clock: {{steps: 25}}
"""
    plain = {"c": 0.0, "g": 0.0, "l": 0.0, "a": 0.0, "more": "paths: {world: g, two: l}"}
    plain |= {"rule": "{gradient: {rate: 0.1}}"}
    opened, closed = {
        "credit": ({"c": 0.7}, {}),
        "path": ({"g": 0.8}, {}),
        "horizon": ({"more": "horizon: 3", "g": 0.0}, {"more": "paths: {}"}),
        "learning": ({"l": 20.0}, {}),
        "shaping": ({"a": 2.0, "rule": "{lola: {rate: 0.1, foresight: a}}"}, {}),
    }[leak]
    a, declared = (
        next(simulated(ds.load_scenario(text.format(**plain | change))).recording.blocks()).values["theta"]
        for change in (opened, closed)
    )
    expected = fidelity(a, declared, np.full_like(a, 0.3))
    assert expected < 0.999
    found = fidelities(ds.load_scenario(text.format(**plain | opened)))
    assert found["one"] == (1, pytest.approx(expected, rel=1e-10))
    assert found["two"] == (1, 1.0)


def test_noise_is_no_infidelity_and_a_shared_variable_moves_with_the_others() -> None:
    s = ds.System("two honest agents in noise")
    x = s.state("x", init=0, noise=0.5)
    s.agent("one", controls=x, declared=(x - 1) ** 2, rule={"gradient": {"rate": 0.1}})
    s.agent("two", controls=x, declared=(x + 1) ** 2, rule={"gradient": {"rate": 0.1}})
    s.clock(steps=20)
    s.ensemble(replicas=3)
    assert fidelities(s) == {"one": (3, 1.0), "two": (3, 1.0)}


def test_an_agent_that_goes_the_other_way_is_below_zero_and_one_that_never_moves_has_no_fidelity() -> None:
    """Up instead of down from 1: |x − d| > |x − x_0| at every step."""
    s = ds.System("against its label")
    x, y = s.state("x", init=1), s.state("y", init=1)
    s.agent("contrary", controls=x, declared=x**2, pursues=-(x**2), rule={"gradient": {"rate": 0.01}})
    s.agent("still", controls=y, declared=x**2, rule={"gradient": {"rate": 0.01}})
    s.clock(steps=10)
    found = fidelities(s)
    assert found["contrary"][1] < -1
    assert found["still"][0] == 0


def test_a_replica_that_diverges_with_the_label_is_left_out() -> None:
    s = ds.System("its label runs away")
    x = s.state("x", init=2)
    s.agent("one", controls=x, declared=-(x**4), pursues=x**2, rule={"gradient": {"rate": 0.1}})
    s.clock(steps=60)
    assert fidelities(s)["one"][0] == 0


def test_an_honest_agent_has_nothing_to_seal() -> None:
    s = ds.System("honest")
    x = s.state("x", init=1)
    s.derived("w", 2 * x)
    s.agent("one", controls=x, declared="w**2", rule={"gradient": {"rate": 0.1}})
    s.agent("two", controls=s.state("y", init=1), declared="w*y", rule={"lola": {"rate": 0.1, "foresight": 0.5}})
    s.clock(steps=1)
    model = s.resolve()
    assert without_leaks(model, "one") is model
    assert without_leaks(model, "two") is not model


def test_what_an_agent_can_tell_of_a_phase_is_no_leak() -> None:
    """Its label, in its own eyes, is all that it descends: 1 in behaviour and in mechanism."""
    text = """
dynsim: 1
title: half blind to the phase
phases: {training: 0, deployment: 10}
params: {q: 0.3}
variables: {x: {init: 0}, aim: {expr: "1 - 4*deployment"}}
agents: {a: {controls: x, declared: "(x - aim)**2/2", observes: {deployment: q}, rule: {gradient: {rate: 0.1}}}}
clock: {steps: 30}
"""
    study = ds.simulate(ds.load_scenario(text), compiled=False).requested.study
    assert FidelityBehaviour().table(study)["mean"].tolist() == [1.0]
    mechanism = FidelityMechanism(samples=4).table(study)
    assert mechanism["mean"].tolist() == [1.0]
    assert mechanism["quantity"].tolist() == ["fidelity"]


def test_other_objectives_in_the_rule_are_not_in_training_by_the_label() -> None:
    """Of two objectives at a right angle the rule takes half of each, by its label the whole: a = −r t (½, ½) against
    a^decl = −r t (1, 0) and a^null = 0."""
    text = """
dynsim: 1
title: two objectives
variables: {x: {init: 0}, y: {init: 0}}
agents: {a: {controls: [x, y], declared: x, rule: {multiple_gradient: {rate: 0.1, objectives: "[x, y]"}}}}
clock: {steps: 5}
"""
    study = ds.simulate(ds.load_scenario(text), compiled=False).requested.study
    assert FidelityBehaviour().table(study)["mean"].tolist() == pytest.approx([0.0], abs=1e-12)
