"""--set PATH=VALUE: what it changes, and what it says where it fits nowhere."""

import pytest

from dynsim.errors import InputError
from dynsim.system.overrides import apply_overrides
from dynsim.system.scenario import load_scenario

SCENARIO = """\
dynsim: 1
title: two
params: {g: 1.0, q: [1, 2], m: [[1, 2], [3, 4]]}
variables: {x: {init: 0.5}, y: {init: 0.5}}
agents:
  one: {controls: x, declared: g*(x - y)**2, rule: {gradient: {rate: 0.1}}}
  two: {controls: {y: 2}, declared: y**2, rule: {blend: {share: 0.5, target: 0, rule: {gradient: {rate: 0.2}}}}}
clock: {steps: 5}
"""


def parameters(*overrides: str) -> dict[str, object]:
    model = load_scenario(SCENARIO, overrides).resolve()
    return {name: parameter.value for name, parameter in model.parameters.items()}


@pytest.mark.parametrize(
    ("override", "name", "value"),
    [
        ("params.g=3", "g", 3),
        ("params.g = 1e-3", "g", 1e-3),
        ("params.q[1]=5", "q", [1, 5]),
        ("params.q.0=5", "q", [5, 2]),
        ("params.m[1][0]=7", "m", [[1, 2], [7, 4]]),
        ("params.m=[[0, 0]]", "m", [[0, 0]]),
        ("agents.one.rule.rate=0.3", "agents.one.rule.rate", 0.3),
        ("agents.one.rule.gradient.rate=0.3", "agents.one.rule.rate", 0.3),
        ("agents.one.rule={momentum: {rate: 0.3, beta: 0.5}}", "agents.one.rule.beta", 0.5),
        ("agents.two.rule.rule.rate=0.3", "agents.two.rule.rule.rate", 0.3),
        ("agents.two.rule.share=0.3", "agents.two.rule.share", 0.3),
        ("agents.two.controls.y=4", "agents.two.controls.y", 4),
        ("agents.two.credit.one=0.25", "agents.two.credit.one", 0.25),
        ("variables.x.init=0.75", "variables.x.init", 0.75),
    ],
)
def test_a_number_is_set(override: str, name: str, value: object) -> None:
    assert parameters(override)[name] == value


def test_later_overrides_see_earlier_ones() -> None:
    assert parameters("agents.one.rule=adam", "agents.one.rule.rate=0.7")["agents.one.rule.rate"] == 0.7


def test_sections_that_are_not_written_can_be_set() -> None:
    model = load_scenario(SCENARIO, ["ensemble.replicas=6", "ensemble.vary.g=[1, 2]", "record.every=5"]).resolve()
    assert model.ensemble.replicas == 6
    assert model.ensemble.vary["g"].values == (1, 2)
    assert model.record.every == 5


def test_nothing_is_changed_in_place() -> None:
    data = {"params": {"q": [1, 2]}}
    changed, places = apply_overrides(data, ["params.q[0]=9"])
    assert data == {"params": {"q": [1, 2]}}
    assert changed == {"params": {"q": [9, 2]}}
    assert places == (("params", "q", 0),)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("g", "expected PATH=VALUE"),
        ("=1", "expected a path such as agents.critic.rule.rate or params.q[0], got ''"),
        ("a b=1", "expected a path such as agents.critic.rule.rate or params.q[0], got 'a b'"),
        (".g=1", "expected a path such as agents.critic.rule.rate or params.q[0], got '.g'"),
        ("params.q[=1", "expected a path such as agents.critic.rule.rate or params.q[0], got 'params.q['"),
        ("agents.oen.rule.rate=1", "there is no 'oen' in agents, did you mean 'one'?"),
        ("params.gg=1", "there is no 'gg' in params, did you mean 'g'?"),
        ("params.q[2]=1", "params.q is a list of 2: expected [0] to [1], got '2'"),
        ("params.q.a=1", "params.q is a list of 2: expected [0] to [1], got 'a'"),
        ("params.g.h=1", "there is nothing below params.g, which is '1.0'"),
        ("params.g=[1", "not YAML: while parsing a flow sequence, did not find expected ',' or ']'"),
        ("params.g=!!python/object:x 1", "tags are not allowed, got '!!python/object:x' (quote it if it is text)"),
        ("params.g=1\nx: 2", "expected a value on one line"),
    ],
)
def test_what_fits_nowhere(override: str, expected: str) -> None:
    with pytest.raises(InputError) as error:
        load_scenario(SCENARIO, [override])
    (problem,) = error.value.problems
    assert (problem.message, problem.file) == (expected, "--set")


def test_all_wrong_overrides_at_once() -> None:
    with pytest.raises(InputError) as error:
        load_scenario(SCENARIO, ["params.g=2", "x", "agents.oen.every=1"])
    assert len(error.value.problems) == 2


def test_a_value_that_is_wrong_is_reported_as_an_override() -> None:
    with pytest.raises(InputError) as error:
        load_scenario(SCENARIO, ["agents.one.rule.rate=fast"], file="two.yaml").resolve()
    assert str(error.value) == "--set: agents.one.rule.rate: expected a positive number, got 'fast'"


def test_other_mistakes_keep_their_place() -> None:
    text = SCENARIO.replace("y**2", "z**2")
    with pytest.raises(InputError) as error:
        load_scenario(text, ["clock.steps=0"], file="two.yaml").resolve()
    assert [str(p) for p in error.value.problems] == [
        "--set: clock.steps: expected a positive whole number, got 0",
        "two.yaml:7:37: agents.two.declared: unknown name 'z'",
    ]


def test_a_section_that_an_override_makes_is_its_own_mistake() -> None:
    with pytest.raises(InputError) as error:
        load_scenario(SCENARIO, ["agents.one.rul.rate=1"], file="two.yaml").resolve()
    assert str(error.value) == "--set: agents.one.rul: unknown key, did you mean 'rule'?"


def test_a_parameter_without_its_section_is_named() -> None:
    with pytest.raises(InputError, match=r"there is no section 'g': the parameter is params\.g"):
        load_scenario(SCENARIO, ["g=3"])
    with pytest.raises(InputError, match="params: expected a mapping, got 3"):
        load_scenario("dynsim: 1\ntitle: t\nparams: 3\n", ["g=3"]).resolve()
