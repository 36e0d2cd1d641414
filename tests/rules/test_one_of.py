"""One rule of several: it moves as if it stood alone, whatever the others remember."""

from __future__ import annotations

from typing import Any

import jsonschema
import numpy as np
import pytest

import dynsim as ds
from dynsim import rules
from dynsim.algebra.graph import Graph
from dynsim.compiler.applying.build import build
from dynsim.errors import InputError
from dynsim.rules.base import RuleSpec
from dynsim.system.scenario import load_scenario, resolved_yaml, schema, to_yaml
from tests.compiler.models import agent_of, model_of, scalar_game, state
from tests.compiler.plain_run import interpret_run

# two of them call their memory `v`, two keep a counter
CHOICES = [
    rules.gradient(rate=0.1), rules.momentum(rate=0.1, beta=0.5), rules.momentum(rate=0.05, beta=-0.5),
    rules.adam(rate=0.1), rules.optimistic_adam(rate=0.1), rules.optimistic(rate=0.2),
]
START = {"x0": np.array([0.7]), "x1": np.array([-0.4])}
SCENARIO = """\
dynsim: 1
title: two of three
params: {first: 1}
variables: {x: {init: 1}, y: {init: 0.5}}
agents:
  a:
    controls: x
    declared: x*y
    rule: {one_of: {which: first, rules: [{gradient: {rate: 0.1}}, {momentum: {rate: 0.1}}, {optimistic: {rate: 0.1}}]}}
  b: {controls: y, declared: -x*y, rule: {gradient: {rate: 0.1}}}
clock: {steps: 5}
"""


def path(spec: RuleSpec) -> Any:
    """(13, 2): both players' ways under one rule, in a zero-sum game with some curvature."""
    model = scalar_game(lambda x, y: (x * y + 0.1 * x * x, -x * y + 0.2 * y * y), spec)
    states = interpret_run(build(model), {}, START, 12)
    return np.array([[values["x0"][0], values["x1"][0]] for values in states])


@pytest.mark.parametrize("which", range(len(CHOICES)))
def test_the_chosen_rule_moves_as_if_it_stood_alone(which: int) -> None:
    np.testing.assert_array_equal(path(rules.one_of(which=which, rules=CHOICES)), path(CHOICES[which]))


def test_a_number_that_no_rule_has_moves_nothing() -> None:
    found = path(rules.one_of(which=len(CHOICES), rules=CHOICES))
    assert (found == found[0]).all()


def test_only_the_memory_of_the_chosen_rule_moves() -> None:
    """`which` may be a state: the others wait, and go on where they were."""
    graph = Graph()
    x, turn = state(graph, "x"), state(graph, "turn")
    spec = rules.one_of(which=turn.symbols, rules=[rules.momentum(rate=0.1, beta=0.5), rules.momentum(rate=0.2)])
    program = build(model_of(graph, [x, turn], [agent_of(graph, "a", ["x"], x.symbols**2.0 / 2.0, spec)]))
    assert [slot.name for slot in program.states] == ["x", "turn", "a.rule0.v", "a.rule1.v"]
    first, second = (
        list(interpret_run(program, {}, {"x": np.array([1.0]), "turn": np.array([turn])}, 3)) for turn in (0.0, 1.0)
    )
    assert [values["a.rule1.v"][0] for values in first] == [0.0] * 4
    assert [values["a.rule0.v"][0] for values in second] == [0.0] * 4
    assert first[3]["a.rule0.v"] != 0.0
    assert second[3]["a.rule1.v"] != 0.0


def test_which_rule_is_a_number_that_a_sweep_varies() -> None:
    """A grid of rules and of one rule's rate: every replica does what a scenario with that rule alone does."""
    grid = 'ensemble={replicas: 6, grid: {first: [0, 1, 2], "agents.a.rule.rules[2].rate": [0.1, 0.3]}}'
    run = ds.simulate(load_scenario(SCENARIO, [grid]), compiled=False)
    ends = run.states[run.states.t == 5].set_index("replica").x
    for replica, rule in enumerate(
        ["{gradient: {rate: 0.1}}"] * 2 + ["{momentum: {rate: 0.1}}"] * 2
        + ["{optimistic: {rate: 0.1}}", "{optimistic: {rate: 0.3}}"]
    ):
        alone = ds.simulate(load_scenario(SCENARIO, [f"agents.a.rule={rule}"]), compiled=False).states
        assert ends[replica] == alone.x.iloc[-1]


def test_one_rule_of_the_list_is_changed_by_its_path() -> None:
    model = load_scenario(SCENARIO, ["agents.a.rule.rules[2].rate=0.7"]).resolve()
    assert model.parameters["agents.a.rule.rules[2].rate"].value == 0.7


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("agents.a.rule.rules[2].rate=-1", "agents.a.rule.rules[2].rate: expected a positive number, got -1"),
        ("agents.a.rule.rules[1]={momentun: {rate: 1}}", "agents.a.rule.rules[1]: unknown rule 'momentun'"),
        ("agents.a.rule.rules[1].rte=1", "agents.a.rule.rules[1].rte: unknown setting 'rte' of rule 'momentum'"),
        ("agents.a.rule.rules=[]", "agents.a.rule.rules: expected a list of rules, got []"),
        ("agents.a.rule.which=0.5", "agents.a.rule.which: expected a whole number at least 0, got 0.5"),
        ("agents.a.rule.rules[0]=multiplicative_weights", "needs the setting 'rate'"),
        ("agents.a.rule.rules[0]={replicator: {rate: 1}}", "agents.a.rule: rule 'replicator' moves whole points"),
        ("ensemble={replicas: 2, vary: {'agents.a.rule.rules[1].beta': [0, 3]}}", "below 1, got 3"),
    ],
)
def test_mistakes_have_their_place(change: str, expected: str) -> None:
    with pytest.raises(InputError) as error:
        load_scenario(SCENARIO, [change]).resolve()
    assert expected in str(error.value)


def test_a_list_of_rules_is_written_and_read_back() -> None:
    system = load_scenario(SCENARIO)
    rule = system.resolve().agents["a"].rule
    for text in (to_yaml(system), resolved_yaml(system)):
        again = load_scenario(text).resolve().agents["a"].rule
        assert [type(part) for part in again.rules] == [type(part) for part in rule.rules]  # type: ignore[attr-defined]
    assert "beta: 0.9" in resolved_yaml(system)


def test_the_schema_knows_a_list_of_rules() -> None:
    described = schema()
    rule = {"$ref": "#/$defs/Rule", "$defs": described["$defs"]}
    jsonschema.validate({"one_of": {"which": "first", "rules": ["gradient", {"momentum": {"rate": 1}}]}}, rule)
    for wrong in ([], {"gradient": {"rate": 1}}, [{"gradientt": {}}]):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"one_of": {"which": 0, "rules": wrong}}, rule)
