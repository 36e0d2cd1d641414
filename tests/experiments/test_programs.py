"""Which changes of a cell are columns of one program, and which make another one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import dynsim as ds
from dynsim.experiments.model import Experiment
from dynsim.experiments.run import run_experiment
from dynsim.experiments.state import stated_experiment
from dynsim.experiments.work.programs import Placed, Programs
from dynsim.system.scenario import load_scenario

SCENARIO = """\
dynsim: 1
title: a crowd and a leader
params: {pull: 0.3, weights: [1, 2], strength: 1.0}
graphs: {net: {generator: watts_strogatz_graph, n: 12, k: 4, p: 0.2, seed: 1}}
variables:
  opinion: {on: net, init: "normal(0, 1)", noise: 0.05}
  place: {init: "uniform(-1, 1)", space: [-2, 2]}
agents:
  crowd:
    controls: opinion
    declared: "(opinion - mean_neighbors(neighbor(opinion)))**2"
    rule: {gradient: {rate: 0.1}}
  leader:
    controls: place
    declared: "pull*(place - mean(opinion))**2 + weights[1]*place**2"
    rule: {momentum: {rate: 0.1}}
phases: {early: 0, late: 10}
clock: {steps: 30}
ensemble: {replicas: 4, seed: 2}
"""
RULES = [{"gradient": {"rate": 0.1}}, {"momentum": {"rate": 0.05}}]


def crowd(vary: dict[str, Any], **changes: Any) -> Experiment:
    collect = ["verdict", "episodes", "objectives", "final", "mean place", "mean(opinion)"]
    return stated_experiment(load_scenario(SCENARIO), vary=vary, collect=collect, **changes)


def placed(experiment: Experiment) -> list[Placed]:
    return list(Programs(experiment).placed(experiment.cells()))


def keys(found: list[Placed]) -> set[str]:
    return {one.structure.key for one in found if one.structure is not None}


@pytest.mark.parametrize(("path", "values", "slot"), [
    ("pull", [0.1, 0.2], "pull"), ("params.pull", [1, 2], "pull"), ("weights[1]", [0.5, 1.5], "weights[1]"),
    ("agents.crowd.rule.rate", [0.1, 0.2], "agents.crowd.rule.rate"),
    ("agents.crowd.rule.gradient.rate", [0.1, 0.2], "agents.crowd.rule.rate"),
    ("variables.opinion.noise", [0.1, 0.2], "variables.opinion.noise"),
    # A text that becomes a number is a parameter from then on, and a setting that has a default too.
    ("variables.place.init", [0.1, 0.2], "variables.place.init"),
    ("agents.leader.rule.beta", [0.1, 0.2], "agents.leader.rule.beta"),
])  # fmt: skip
def test_numbers_are_slots(path: str, values: list[float], slot: str) -> None:
    found = placed(crowd({path: values}))
    assert [one.values for one in found] == [{slot: float(value)} for value in values]
    assert len(keys(found)) == 1


@pytest.mark.parametrize(("path", "values"), [
    ("graphs.net.p", [0.1, 0.9]), ("graphs.net.n", [10, 12]), ("clock.steps", [20, 30]),
    ("agents.crowd.every", [1, 2]), ("agents.crowd.rule", RULES), ("phases.late", [5, 10]),
    ("variables.place.init", ["normal(0, 1)", "uniform(0, 1)"]),
])  # fmt: skip
def test_everything_else_is_structure(path: str, values: list[Any]) -> None:
    found = placed(crowd({path: values}))
    assert [one.values for one in found] == [{}, {}]
    assert len(keys(found)) == 2


NESTED = """\
dynsim: 1
title: rules inside rules
variables: {x: {init: 1}, y: {init: 1}}
agents:
  a:
    controls: x
    declared: "(x - y)**2"
    rule: {lookahead_minmax: {period: 2, rule: {blend: {rule: {momentum: {rate: 0.1}}, share: 0.5, target: 0}}}}
  b:
    controls: y
    declared: "(y + x)**2"
    rule: {one_of: {rules: [{gradient: {rate: 0.1}}, {momentum: {rate: 0.2}}], which: 1}}
clock: {steps: 10}
"""


@pytest.mark.parametrize(("path", "values", "slot"), [
    ("agents.a.rule.rule.rule.rate", [0.1, 0.2], "agents.a.rule.rule.rule.rate"),
    ("agents.a.rule.lookahead_minmax.rule.blend.rule.momentum.beta", [0.1, 0.2], "agents.a.rule.rule.rule.beta"),
    ("agents.a.rule.period", [1, 2], "agents.a.rule.period"),
    ("agents.b.rule.rules[1].rate", [0.1, 0.2], "agents.b.rule.rules[1].rate"),
    ("agents.b.rule.one_of.rules.0.gradient.rate", [0.1, 0.2], "agents.b.rule.rules[0].rate"),
    ("agents.a.rule.rule.rule", RULES, None), ("agents.b.rule.rules[1]", RULES, None),
])  # fmt: skip
def test_a_rule_in_a_rule(path: str, values: list[Any], slot: str | None) -> None:
    found = placed(stated_experiment(load_scenario(NESTED), vary={path: values}))
    assert [one.values for one in found] == [{} if slot is None else {slot: float(value)} for value in values]
    assert len(keys(found)) == (2 if slot is None else 1)


def test_a_rule_in_a_rule_is_changed_by_variants_and_refuses_what_it_does_not_allow() -> None:
    variants = {"as_is": {}, "fast": {"set": {"agents.a.rule.rule.rule.rate": 0.3, "agents.b.rule.rules[1].rate": 5}}}
    found = placed(stated_experiment(load_scenario(NESTED), variants=variants))
    assert found[1].values == {"agents.a.rule.rule.rule.rate": 0.3, "agents.b.rule.rules[1].rate": 5.0}
    with pytest.raises(ds.InputError, match=r"vary.'agents.a.rule.rule.rule.beta'\[1\]: expected a number above -1"):
        stated_experiment(load_scenario(NESTED), vary={"agents.a.rule.rule.rule.beta": [0.5, 2]})
    with pytest.raises(ds.InputError, match="unknown setting 'interval' of rule 'lookahead_minmax'"):
        stated_experiment(load_scenario(NESTED), vary={"agents.a.rule.interval": [2, 3]})


def test_a_structure_does_not_know_its_cells() -> None:
    """So that its key is the same in a larger experiment, with more replicas, from another seed."""
    (one, *_), (other, *_) = placed(crowd({"pull": [0.1, 0.2]})), placed(crowd({"pull": [7.0]}, replicas=64, seed=5))
    assert one.structure is not None
    assert one.structure == other.structure


def test_a_number_and_a_text_on_one_axis() -> None:
    found = placed(crowd({"variables.place.init": [0.5, "normal(0, 1)", 0.25]}))
    assert [one.values.get("variables.place.init") for one in found] == [0.5, None, 0.25]
    assert found[0].structure == found[2].structure != found[1].structure


def test_a_number_that_a_rule_refuses_has_no_program() -> None:
    experiment = crowd({"agents.crowd.rule.rate": [0.1, 0.2]})
    cells = list(experiment.cells())
    bad = replace(cells[1], values={"agents.crowd.rule.rate": -1.0})
    (one,) = Programs(experiment).placed([bad])
    assert one.structure is None
    assert "expected a positive number" in one.failure


@pytest.mark.parametrize("vary", [
    {"pull": [0.1, 0.9], "graphs.net.p": [0.1, 0.9]},
    {"agents.leader.rule.beta": [0.1, 0.2], "variables.place.init": [0.5, "normal(0, 1)"]},
    {"agents.crowd.rule": RULES, "strength": [1, 2], "clock.steps": [20, 30]},
])  # fmt: skip
def test_rows_are_those_of_runs(vary: dict[str, Any]) -> None:
    variants = {"as_is": {}, "deaf": {"set": {"agents.leader.declared": "place**2"}}}
    experiment = crowd(vary, variants=variants, replicas=5)
    done = run_experiment(experiment)
    assert done.failures.empty
    for cell in experiment.cells():
        run = ds.simulate(experiment.system_of(cell), threads=1)
        ours = done.replicas[done.replicas["cell"] == cell.number].reset_index(drop=True)
        assert list(ours["verdict"]) == list(run.summary["verdict"])
        for name in ("place", "objective.crowd", "first_objective.leader"):
            np.testing.assert_array_equal(ours[name], run.summary[name])
        counts = np.bincount(run.conflicts.query("kind == 'conflict'")["replica"].astype(int), minlength=5)
        np.testing.assert_array_equal(ours["episodes.conflict"], counts)


def test_interpreted_cells_are_simulated_alone() -> None:
    """NumPy may add the neighbours of a node in another order where there are more replicas."""
    experiment = crowd({"pull": [0.1, 0.9]}, replicas=5)
    done = run_experiment(experiment, compiled=False)
    for cell in experiment.cells():
        run = ds.simulate(experiment.system_of(cell), compiled=False)
        np.testing.assert_array_equal(done.replicas.query(f"cell == {cell.number}")["place"], run.summary["place"])
