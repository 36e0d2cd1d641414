"""`dynsim experiment` as a user meets it: what it prints, what it leaves, and what it ends with."""

import json
import re
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
import yaml

from dynsim import cli
from dynsim.experiments.grammar.schema import schema

FILE = """\
experiment: 1
title: Rates
scenario:
  dynsim: 1
  title: t
  params: {k: 1}
  variables: {x: {init: "normal(0, 1)"}}
  agents:
    a: {controls: x, declared: "(x - k)**2", rule: {gradient: {rate: 0.1}}}
  clock: {steps: 3}
vary: {k: [0, 1, 2], agents.a.rule.rate: [0.1, 0.2]}
variants: {as_is: {}, adam: {set: {agents.a.rule: {adam: {rate: 0.1}}}}}
replicas: 4
collect: [x]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("e.yaml").write_text(FILE)


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        cli.main(["experiment", *arguments])
    printed = capsys.readouterr()
    return int(exit_.value.code or 0), printed.out, printed.err


def test_a_dry_run_says_how_large_it_is_and_leaves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = command(capsys, "e.yaml", "--dry-run", "--out", "there")
    assert code == 0
    *size, last = out.splitlines()
    where = r"of simulation on the \d+ cores? of this machine, measured on a few tasks of [12] of 2 programs"
    assert re.fullmatch(rf"  (less than|about) \d+ s {where}", last)
    assert size == [
        "Rates", "  12 cells: design grid over 2 axes, 2 variants", "  2 programs to compile",
        "  48 replicas: 4 in each cell", "  less than 1 MB in there",
    ]  # fmt: skip
    assert [path.name for path in Path().iterdir()] == ["e.yaml"]


def test_mistakes_leave_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("e.yaml").write_text(FILE.replace("collect: [x]", "collect: [y]").replace("k: [0, 1, 2]", "kk: [0]"))
    code, out, err = command(capsys, "e.yaml", "--out", "there")
    assert (code, out) == (2, "")
    assert [line.partition(": ")[0] for line in err.splitlines()] == ["e.yaml:11:8", "e.yaml:14:11"]
    assert [path.name for path in Path().iterdir()] == ["e.yaml"]


def test_it_runs_and_a_cell_is_opened(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = command(capsys, "e.yaml", "--out", "there", "--set", "clock.steps=2")
    assert (code, out) == (0, "there written: 12 cells, 0 failed\n")
    code, _, _ = command(capsys, "open", "there", "--cell", "7", "--out", "cell")
    rows = pd.read_parquet("there/replicas.parquet").query("cell == 7")
    assert code == 0
    assert list(pd.read_parquet("cell/states.parquet").query("t == 2").x) == list(rows.x)


def test_a_wrong_budget_is_found_before_anything_runs(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = command(capsys, "e.yaml", "--dry-run", "--budget", "2 hours")
    assert (code, out) == (2, "")
    assert err == "budget: expected a time such as 90s, 30m, 2h or 1h30m, got '2 hours'\n"


def test_a_budget_that_is_used_up_has_its_own_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynsim.experiments.budget.Budget.spent", lambda budget: budget.text is not None)
    code, _, err = command(capsys, "e.yaml", "--out", "there", "--budget", "2h")
    assert code == 3
    assert err.splitlines() == [
        "to go on: dynsim experiment e.yaml --out there --budget 2h --resume",
        "the budget of 2h is used up; what is finished is in there, and --resume goes on from there",
    ]
    assert command(capsys, "e.yaml", "--out", "there", "--resume")[0] == 0


def test_resume_needs_a_directory(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = command(capsys, "e.yaml", "--resume")
    assert code == 2
    assert "--resume needs --out: which directory?" in err


def test_the_schema_accepts_what_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["schema", "--experiment"])
    printed = json.loads(capsys.readouterr().out)
    assert printed == schema()
    jsonschema.Draft202012Validator.check_schema(printed)
    data = yaml.safe_load(FILE)
    jsonschema.validate(data, printed)
    jsonschema.validate(data | {"design": {"sobol": {"n": 4}}}, printed)
    for wrong in ({"design": {"sobol": {"m": 4}}}, {"scenario": {"dynsim": 1}}, {"replicas": 0}, {"varies": {}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(data | wrong, printed)


@pytest.mark.parametrize("key", schema()["properties"])
def test_every_key_has_a_meaning_and_an_example_that_is_valid(key: str) -> None:
    described = schema()["properties"][key]
    assert described["description"]
    for example in described["examples"]:
        jsonschema.validate(example, {**described, "$defs": schema()["$defs"]})
