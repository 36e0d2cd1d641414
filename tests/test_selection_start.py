"""What is wrong with a selection and shows only in how its systems start is told before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

import dynsim as ds
from dynsim.session.simulate import checked

SCENARIO = """\
dynsim: 1
title: competing
params: {a: 1.0, hot: 0.5}
variables: {x: {init: 1}}
agents: {one: {controls: x, declared: "(x - a)**2", rule: {gradient: {rate: 0.1}}}}
selection:
  fitness: FITNESS
  every: 2
  scheme: SCHEME
  heritable: {a: "a + normal(0, 0.1)"}
  populations: 2
  GROUPS
clock: {steps: 10}
ensemble: {replicas: 12, vary: {VARY}}
"""


def scenario(
    fitness: str = "a", scheme: str = "{softmax: {temperature: hot}}", groups: str = "", vary: str = "a: [1, 2]"
) -> str:
    parts = {"FITNESS": fitness, "SCHEME": scheme, "GROUPS": groups or "means: {A: a}", "VARY": vary}
    text = SCENARIO
    for name, part in parts.items():
        text = text.replace(name, part)
    return text


FOUR = "groups: {count: 3, migration: 0.1, scheme: {moran: {}}, fitness: "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (scenario("log(a - 1)"),
         "s.yaml:7:12: selection.fitness: expected a finite fitness, got -inf in replica 0 at the start"),
        (scenario("1.5 - a", "moran"),
         "s.yaml:7:12: selection.fitness: expected a fitness of at least 0, which moran needs, got -0.5 in replica 6 "
         "at the start"),
        (scenario(groups=FOUR + '"1 - x/a*2"}'),
         "s.yaml:12:68: selection.groups.fitness: expected a fitness of at least 0, which moran needs, got -1 in "
         "replica 0 at the start"),
        (scenario("1.5 - a", groups="groups: {count: 3, scheme: {moran: {}}}"),
         "s.yaml:7:12: selection.fitness: expected a fitness of at least 0, which moran needs, got -0.5 in "
         "replica 6 at the start"),
        (scenario(vary="hot: [0.1, 0.2, 0.3, 0.4]"),
         "s.yaml:9:11: selection.scheme: expected one temperature for all 6 that compete, got 0.1 to 0.2 at the start"),
        (scenario(groups="groups: {count: 3, migration: a - 1/2}"),
         "s.yaml:12:33: selection.groups.migration: expected a chance from 0 to 1, got 1.5 in replica 6 at the start"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("only_checked", [True, False], ids=["validate", "simulate"])
def test_a_selection_that_cannot_begin_is_told_with_its_place(text: str, expected: str, only_checked: bool) -> None:
    system = ds.load_scenario(text, file="s.yaml")
    with pytest.raises(ds.InputError) as caught:
        checked(system) if only_checked else ds.simulate(system, compiled=False)
    assert [str(problem) for problem in caught.value.problems] == expected.split("\n")


def test_all_of_it_is_told_at_once() -> None:
    text = scenario("1.5 - a", "moran", groups="groups: {count: 3, migration: 2}")
    with pytest.raises(ds.InputError) as caught:
        checked(ds.load_scenario(text))
    assert [problem.path for problem in caught.value.problems] == ["selection.fitness", "selection.groups.migration"]


def test_settings_may_differ_between_populations_and_between_groups() -> None:
    of_groups = scenario(groups="groups: {count: 3}", vary="hot: [1, 2, 3, 4, 5, 6]")
    for text in (scenario(vary="hot: [0.1, 0.2]"), of_groups):
        checked(ds.load_scenario(text))
        assert len(ds.simulate(ds.load_scenario(text), compiled=False).generations) == 5 * 12


def test_a_fitness_relative_to_a_mean_has_the_mean_at_the_start() -> None:
    text = scenario("log(a/A)", vary="a: [1, 2, 3, 4]")
    checked(ds.load_scenario(text))
    run = ds.simulate(ds.load_scenario(text), compiled=False)
    start = run.states[run.states.t == 0]
    assert start.A.to_list() == [1.5] * 6 + [3.5] * 6


def test_validating_many_replicas_looks_at_whole_populations_of_them(tmp_path: Path) -> None:
    """3,000 systems in two populations, of which the second half only is unfit, and too few to look at otherwise."""
    text = scenario("log(2.5 - a)", vary="a: [1, 2, 1, 3]").replace("replicas: 12", "replicas: 3000")
    checked(ds.load_scenario(text.replace("populations: 2", "populations: 1000")))
    with pytest.raises(ds.InputError, match="replica 2250"):
        checked(ds.load_scenario(text.replace("populations: 2", "populations: 1")))


def test_a_place_that_is_in_no_file_is_told_by_its_path() -> None:
    s = ds.System("competing")
    a = s.parameter("a", 1.0)
    x = s.state("x", init=1)
    s.agent("one", controls=x, declared=x**2, rule=ds.rules.gradient(rate=0.1))
    s.selection(fitness=-a, every=2, scheme="moran", heritable=a)
    with pytest.raises(ds.InputError, match=r"^selection\.fitness: expected a fitness of at least 0"):
        ds.simulate(s, steps=10, replicas=4, compiled=False)


@pytest.mark.parametrize("name", ["fitness", "parent", "born"])
def test_a_heritable_value_cannot_be_called_as_a_column_of_the_genealogy(name: str) -> None:
    text = scenario().replace("params: {a: 1.0,", f"params: {{a: 1.0, {name}: 2.0,")
    checked(ds.load_scenario(text))
    simulated = ds.simulate(ds.load_scenario(text.replace("means: {A: a}", f"means: {{A: {name}}}")), compiled=False)
    assert (simulated.states.A == 2).all()
    with pytest.raises(ds.InputError, match=f"{name}: generations.parquet has a column of its own called"):
        ds.simulate(ds.load_scenario(text.replace('{a: "a + normal(0, 0.1)"}', f"[a, {name}]")), compiled=False)
