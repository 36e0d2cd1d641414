"""How an experiment is stated: as a file or in Python, with the same result; and what its cells are."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import dynsim as ds
from dynsim.experiments.model import Experiment
from dynsim.experiments.state import load_experiment, stated_experiment
from dynsim.experiments.storing.resolved import resolved_experiment
from dynsim.experiments.work.size import expect_disk, size_of
from tests.work import MOMENT, at_most

SCENARIO = """\
dynsim: 1
title: Two pulls
question: Who wins?
params: {k: 1, q: [1, 2]}
variables: {x: {init: "normal(0, 1)"}}
agents:
  a: {controls: x, declared: "(x - k)**2 + q[0]", rule: {gradient: {rate: 0.1}}}
  b: {controls: x, declared: "(x + k)**2", credit: {a: 0.5}, rule: {gradient: {rate: 0.1}}}
clock: {steps: 10}
ensemble: {replicas: 6, seed: 3}
"""

FILE = """\
experiment: 1
title: What the credit does
scenario: pulls.yaml
vary:
  k: linspace(0, 1, 3)
  "params.q[1]": [5, 6]
  agents.a.rule: [{gradient: {rate: 0.2}}, {adam: {rate: 0.2}}]
variants:
  as_is: {}
  blind: {remove: agents.b.credit, set: {agents.b.rule.rate: 0.3}}
replicas: 4
collect: [final, "x - 1"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "pulls.yaml").write_text(SCENARIO)
    path = tmp_path / "experiment.yaml"
    path.write_text(FILE)
    return path


def cells(experiment: Experiment) -> list[object]:
    return [(cell, experiment.system_of(cell).data) for cell in experiment.cells()]


def same(a: Experiment, b: Experiment) -> bool:
    """Whether two experiments differ in nothing but the texts that they were read from."""
    plain = {"text": "", "scenario": "", "system": None}
    return cells(a) == cells(b) and replace(a, **plain) == replace(b, **plain)


def test_python_states_the_same_as_a_file(file: Path) -> None:
    by_file = load_experiment(file)
    by_python = stated_experiment(
        file.parent / "pulls.yaml", title="What the credit does",
        vary={
            "k": "linspace(0, 1, 3)", "params.q[1]": np.array([5, 6]),
            "agents.a.rule": [ds.rules.gradient(rate=0.2), ds.rules.adam(rate=0.2)],
        },
        variants={"as_is": {}, "blind": {"remove": "agents.b.credit", "set": {"agents.b.rule.rate": 0.3}}},
        replicas=4, collect=["final", "x - 1"],
    )  # fmt: skip
    assert same(by_file, by_python)
    assert same(by_file, stated_experiment(str(file)))


def test_an_experiment_survives_its_own_text(file: Path, tmp_path: Path) -> None:
    stated = load_experiment(file, ["params.k=7"])
    text, files = resolved_experiment(stated)
    again = tmp_path / "elsewhere" / "resolved.yaml"
    again.parent.mkdir()
    again.write_text(text)
    assert files == {}
    assert same(stated, load_experiment(again))
    assert resolved_experiment(load_experiment(again))[0] == text


def test_a_system_of_a_script_stands_in_the_text(tmp_path: Path) -> None:
    s = ds.System("one pull")
    k = s.parameter("k", 1.0)
    x = s.state("x", init=ds.normal(0, 1))
    s.agent("a", controls=x, declared=(x - k) ** 2, rule=ds.rules.gradient(rate=0.05))
    s.clock(steps=20)
    stated = stated_experiment(s, vary={k: [0, 1]}, variants={"as_is": {}, "other": {"set": {"variables.x.init": 1}}})
    file = tmp_path / "again.yaml"
    file.write_text(stated.text)
    assert [cell.values for cell in stated.cells()] == [{"k": 0}, {"k": 0}, {"k": 1}, {"k": 1}]
    assert load_experiment(file).cells() == stated.cells()


def test_all_variants_of_a_point_are_adjacent(file: Path) -> None:
    stated = load_experiment(file)
    found = stated.cells()
    assert [cell.number for cell in found] == list(range(24))
    assert [cell.variant for cell in found[:4]] == ["as_is", "blind", "as_is", "blind"]
    assert found[0].values == found[1].values != found[2].values


def test_a_cell_has_the_changes_of_its_variant_and_its_values(file: Path) -> None:
    stated = load_experiment(file)
    data = stated.system_of(stated.cells()[23]).data
    assert data["params"] == {"k": 1.0, "q": [1, 6]}
    assert data["agents"]["a"]["rule"] == {"adam": {"rate": 0.2}}
    assert "credit" not in data["agents"]["b"]
    assert data["agents"]["b"]["rule"] == {"gradient": {"rate": 0.3}}
    assert data["ensemble"] == {"replicas": 4, "seed": 3}
    assert stated.system.data["params"] == {"k": 1, "q": [1, 2]}


def test_what_is_not_said_is_the_scenarios(tmp_path: Path, file: Path) -> None:
    plain = stated_experiment(file.parent / "pulls.yaml", vary={"k": [1, 2]})
    assert (plain.title, plain.question, plain.replicas, plain.seed) == ("Two pulls", "Who wins?", 6, 3)
    assert plain.collect == ("verdict", "episodes", "objectives")
    assert [variant.name for variant in plain.variants] == ["as_is"]


def test_mistakes_in_python_name_their_argument(file: Path) -> None:
    with pytest.raises(ds.InputError) as error:
        stated_experiment(
            file.parent / "pulls.yaml", vary={"kk": [1], "k": [object()]}, variants={"as_is": {}, "x": {}}, replicas=0,
            design=ds.designs.zip(), collect=["y"], seed=-1,
        )  # fmt: skip
    places = [problem.path for problem in error.value.problems]
    assert sorted(map(str, places)) == ["collect[0]", "replicas", "seed", "variants.x", "vary.k[0]", "vary.kk"]


def test_what_a_file_states_is_not_stated_again(file: Path) -> None:
    with pytest.raises(ds.InputError) as error:
        stated_experiment(file, collect="x", vary={"k": [1]}, replicas=3)
    told = [str(problem).replace(str(file), "FILE") for problem in error.value.problems]
    assert told == ["vary: is stated by FILE: change it there", "collect: is stated by FILE: change it there"]


def test_replicas_seed_and_scenario_of_a_file_are_replaced(file: Path, tmp_path: Path) -> None:
    """The file stays as it was written; what it says now is in the resolved one."""
    stated = stated_experiment(file, replicas=2, seed=9, set={"clock.steps": 5, "k": 4})
    assert same(stated, load_experiment(file, ["clock.steps=5", "params.k=4"], replicas=2, seed=9))
    assert (stated.replicas, stated.seed, stated.text) == (2, 9, FILE)
    assert stated.system_of(stated.cells()[0]).data["clock"] == {"steps": 5}
    assert len(stated.cells()) == 24
    (tmp_path / "resolved.yaml").write_text(resolved_experiment(stated)[0])
    assert same(stated, load_experiment(tmp_path / "resolved.yaml"))


def test_mistakes_in_arguments_beside_those_of_a_file(file: Path) -> None:
    file.write_text(FILE.replace("k: linspace", "kk: linspace"))
    with pytest.raises(ds.InputError) as error:
        stated_experiment(file, replicas=0, seed="x", set=["clock.stps=5", "params.kk=3", "replicas=4"])
    assert [str(problem).replace(str(file), "FILE") for problem in error.value.problems] == [
        "replicas: expected a positive whole number, got 0",
        "seed: expected a whole number, 0 or more, got 'x'",
        "--set: 'params.kk=3': there is no 'kk' in params, did you mean 'k'?",
        "--set: 'replicas=4': `replicas` is a key of the experiment, and this changes its scenario",
        "FILE:5:3: vary.kk: there is no parameter or section 'kk', did you mean 'k'?",
        "--set: clock.stps: unknown key, did you mean 'steps'?",
    ]
    file.write_text(FILE)
    with pytest.raises(ds.InputError) as error:
        stated_experiment(file, set={"ensemble.replicas": 4, "kk": 3, "clock.stps": 5})
    assert [str(problem).replace(str(file), "FILE") for problem in error.value.problems] == [
        "set.'ensemble.replicas': has no effect: the experiment gives `replicas`",
        "set.kk: there is no parameter or section 'kk', did you mean 'k'?",
        "--set: clock.stps: unknown key, did you mean 'steps'?",
    ]
    with pytest.raises(ds.InputError, match="set: expected texts PATH=VALUE, or a mapping of paths to values, got 3"):
        stated_experiment(file, set=3)


def test_symbols_stand_for_parameters_in_variants_too() -> None:
    s = ds.System("one pull")
    k = s.parameter("k", 1.0)
    q = s.parameter("q", [1.0, 2.0])
    x = s.state("x", init=ds.normal(0, 1))
    s.agent("a", controls=x, declared=(x - k * q[1]) ** 2, rule=ds.rules.gradient(rate=0.05))
    s.clock(steps=20)
    stated = stated_experiment(s, vary={k: [0, 1]}, variants={"as_is": {}, "far": {"set": {q[1]: 7}}}, set={q[0]: 3})
    assert stated.variants[1].set == {"q[1]": 7}
    assert stated.system.data["params"]["q"] == [3, 2.0]


def test_a_structure_is_checked_once_however_many_cells_it_has(file: Path) -> None:
    with at_most(MOMENT):
        stated = stated_experiment(file.parent / "pulls.yaml", vary={"k": "linspace(0, 1, 100000)"})
    assert stated.design.count(stated.axes) == 100_000


def test_what_does_not_fit_on_the_disk_is_refused(file: Path, tmp_path: Path) -> None:
    stated = replace(load_experiment(file), replicas=10**12)
    told = r"experiment\.yaml:11:11: replicas: 24,000,000,000,000 replicas with \d+ numbers each take about .* GB"
    with pytest.raises(ds.InputError, match=told):
        expect_disk(stated, size_of(stated, stated.system.resolve()), tmp_path / "new" / "out")
    expect_disk(stated, size_of(load_experiment(file), stated.system.resolve()), tmp_path / "new")


@pytest.mark.parametrize(("change", "place"), [
    (("k: linspace(0, 1, 3)", "k: linspace(0, 1, 100000)"), "5:6: vary.k: "),
    (("replicas: 4", "replicas: 1000000"), "11:11: replicas: "),
])
def test_a_design_that_does_not_fit_has_the_place_of_what_makes_it_large(
    change: tuple[str, str], place: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(FILE.replace(*change))
    monkeypatch.setattr("dynsim.experiments.work.size.disk_usage", lambda path: SimpleNamespace(free=10**6))
    with pytest.raises(ds.InputError, match=f"experiment.yaml:{place}.* replicas with .* take about"):
        ds.experiment(file, out=file.parent / "out")
    assert not (file.parent / "out").exists()
