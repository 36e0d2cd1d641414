"""Plug-ins from outside the package: loaded from a file or an installed package, kept in the manifest, missed when they
are gone; never from a scenario."""

import os
import sys
from importlib import import_module
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import dynsim as ds
from dynsim import plugins
from dynsim.analysis.requested_metrics.base import REQUESTED_METRICS
from dynsim.answers.base import ANSWERS
from dynsim.cli import cli
from dynsim.cli.catalogue import REGISTRIES
from dynsim.plots.base import FIGURES
from dynsim.record.manifest import read_manifest
from dynsim.rules import RULES
from dynsim.session.run import remake

RULE = '''
from dataclasses import dataclass
from typing import ClassVar
from dynsim.rules.base import RULES
from dynsim.rules.gradient import Gradient

@RULES.register
@dataclass(frozen=True)
class {Name}(Gradient):
    """Gradient descent by another name."""
    name: ClassVar[str] = "{name}"
'''
SCENARIO = """\
dynsim: 1
title: s
variables: {x: {init: 1}}
agents: {a: {controls: x, declared: "x**2", rule: {%s: {rate: 0.1}}}}
clock: {steps: 10}
"""


@pytest.fixture(autouse=True)
def own_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test loads is gone after it."""
    for table in (plugins._modules, plugins._sources, RULES._plugins, sys.modules):
        for name in [name for name in table if "dynsim_plugin_" in name]:
            monkeypatch.delitem(table, name)
    monkeypatch.setattr(plugins, "_modules", {})
    monkeypatch.setattr(plugins, "_sources", {})
    RULES.names()
    monkeypatch.setattr(RULES, "_plugins", dict(RULES._plugins))


def write(folder: Path, name: str = "lion") -> tuple[Path, Path]:
    (folder / f"{name}.py").write_text(RULE.format(name=name, Name=name.title()))
    (folder / "s.yaml").write_text(SCENARIO % name)
    return folder / f"{name}.py", folder / "s.yaml"


def forget(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """As in a process that has not loaded it."""
    monkeypatch.delitem(plugins._modules, f"rule {name}")
    monkeypatch.delitem(RULES._plugins, name)
    monkeypatch.delitem(sys.modules, f"dynsim_plugin_{name}")


def test_a_rule_of_a_file_runs_as_our_own_and_stands_in_the_manifest(tmp_path: Path) -> None:
    file, scenario = write(tmp_path)
    with pytest.raises(ds.InputError, match="unknown rule 'lion'"):
        ds.simulate(scenario, compiled=False)
    ds.load_plugin(file)
    ds.load_plugin(file)  # once is enough
    run = ds.simulate(scenario, compiled=False, out=tmp_path / "run")
    assert run.summary.x[0] == pytest.approx(0.8**10)
    assert read_manifest(tmp_path / "run").plugins.keys() == {"rule lion"}
    assert "lion.py (SHA-256 " in read_manifest(tmp_path / "run").plugins["rule lion"]
    plain = ds.simulate("two_pulls", compiled=False, steps=5, replicas=1)
    assert not plain.manifest.plugins, "a plug-in that a run does not use is none of its business"


ONE_FUNCTION = {
    "answer": """
from dynsim.answers.base import READING, answer

@answer("lion_answer", READING, "What is a lion?")
def tell(found):
    return []
""",
    "figure": """
from dynsim.plots.base import figure

@figure("lion_figure", "Lions", "A lion?", "No lion.", optional=True)
def draw(data):
    return None
""",
}


@pytest.mark.parametrize("kind", ONE_FUNCTION)
def test_a_file_may_hold_an_answer_or_a_figure_alone(kind: str, tmp_path: Path) -> None:
    """They are functions; what the registry holds is made of them in a module of ours."""
    registry = {"answer": ANSWERS, "figure": FIGURES}[kind]
    registry.names()
    section = next(iter(registry._plugins.values())).section
    file = tmp_path / f"lion_{kind}.py"
    file.write_text(ONE_FUNCTION[kind].replace('"Lions"', repr(section)))
    ds.load_plugin(file)
    try:
        assert list(plugins.loaded()) == [f"{kind} lion_{kind}"]
        assert plugins.loaded()[f"{kind} lion_{kind}"].startswith(f"lion_{kind}.py (SHA-256 ")
    finally:
        registry._plugins.pop(f"lion_{kind}")


def test_a_missing_plugin_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, scenario = write(tmp_path)
    ds.load_plugin(file)
    ds.simulate(scenario, compiled=False, out=tmp_path / "run")
    forget(monkeypatch, "lion")
    for read in (ds.load, remake):
        with pytest.raises(ds.InputError, match=r"the rule lion of the plug-in lion\.py .* --plugin"):
            read(tmp_path / "run")
    file.write_text(file.read_text() + "# changed\n")
    ds.load_plugin(file)
    with pytest.warns(ds.Advice, match=r"the run was made with lion\.py"):
        ds.load(tmp_path / "run")
    with pytest.raises(ds.InputError, match="plug-in with the rule lion"):
        ds.simulate(scenario, compiled=False, out=tmp_path / "run", resume=True)


def test_every_kind_of_plugin_has_a_word_of_its_own() -> None:
    """The manifest tells plug-ins apart by "KIND NAME": kinds of one word would hide each other's plug-ins."""
    kinds = [getattr(import_module(f"dynsim.{module}"), name).kind for module, name in REGISTRIES.values()]
    kinds.append(REQUESTED_METRICS.kind)
    assert len(set(kinds)) == len(kinds)


def test_a_plugin_that_is_only_looked_at_is_left_out_with_advice(tmp_path: Path) -> None:
    with pytest.warns(ds.Advice, match=r"figure lion of the plug-in lions 1\.0, which is not loaded: it is left"):
        plugins.check({"figure lion": "lions 1.0"}, ["rule"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1/0", r"bad\.py:1: ZeroDivisionError"),
        ("\n\nx = (", r"bad\.py:3: SyntaxError"),
        ("x = 1", "registers nothing"),
        (RULE.format(name="gradient", Name="Mine"), r"bad\.py:7: ValueError: two rules are called 'gradient'"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_one_message(content: str | None, message: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "bad.py").write_text(content)
    with pytest.raises(ds.InputError, match=message) as caught:
        ds.load_plugin(tmp_path / "bad.py")
    assert len(caught.value.problems) == 1
    assert "dynsim_plugin_bad" not in sys.modules


def test_an_installed_plugin_is_found_and_a_broken_one_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "tiger")
    monkeypatch.syspath_prepend(tmp_path)
    entries = [EntryPoint(name, name, plugins.GROUP) for name in ("tiger", "no_such_module")]
    for entry in entries:
        vars(entry).update(dist=SimpleNamespace(name="big-cats", version="1.2"))
    monkeypatch.setattr(plugins, "entry_points", lambda group: entries)
    with pytest.warns(ds.Advice, match="the installed plug-in 'no_such_module' of big-cats 1.2 cannot be loaded"):
        plugins.load_installed.__wrapped__()
    monkeypatch.delitem(sys.modules, "tiger")
    assert plugins.loaded()["rule tiger"] == "big-cats 1.2"


def test_the_command_line_takes_plugins(tmp_path: Path) -> None:
    file, scenario = write(tmp_path, "puma")
    assert CliRunner().invoke(cli, ["validate", str(scenario)]).exit_code
    assert CliRunner().invoke(cli, ["validate", str(scenario), "--plugin", str(file)]).exit_code == 0


@pytest.mark.parametrize("key", ["plugin", "plugins"])
def test_no_scenario_loads_a_plugin(key: str, tmp_path: Path) -> None:
    file, scenario = write(tmp_path)
    scenario.write_text(f"{scenario.read_text()}{key}: [{file}]\n")
    with pytest.raises(ds.InputError, match=f"unknown key '{key}'|{key}"):
        ds.simulate(scenario, compiled=False)
    assert "rule lion" not in plugins.loaded()


def test_a_file_that_fails_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    file, scenario = write(tmp_path)
    whole = file.read_text()
    for failure, reason in {"1/0": "ZeroDivisionError", "raise SystemExit(3)": "SystemExit: 3"}.items():
        file.write_text(f"{whole}\n{failure}\n")
        with pytest.raises(ds.InputError, match=rf"lion\.py:\d+: {reason}"):
            ds.load_plugin(file)
        assert "lion" not in RULES.names()
        assert not plugins.loaded()
    file.write_text(whole)
    ds.load_plugin(file)
    assert ds.simulate(scenario, compiled=False).states.x.iloc[-1] < 1


def test_only_a_file_is_a_plug_in(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")  # nobody writes to it: reading would wait for ever
    for path in (tmp_path / "pipe.py", tmp_path):
        with pytest.raises(ds.InputError, match="cannot be read: expected a file$"):
            ds.load_plugin(path)
