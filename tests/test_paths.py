"""Paths that a user gives, to scenarios, run directories and pages: each works, or is refused before the run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import dynsim as ds
from dynsim.engine import simulate as engine
from dynsim.system.text.local_path import local_path
from tests.running import write_scenario

LONG = ["x" * 5000, "d/" * 1000 + "x"]
URIS = ["s3://bucket/x", "file:///tmp/x", "gs://b", "hdfs://host:8020/x", "https://example.org/x.yaml", "file:/x"]
UNPRINTABLE = ["a\nb", "a\tb", "a\x00b", "\x1b[31m", "a\u202eb", os.fsdecode(b"caf\xe9")]
NOTHING = ["", "-", 3, None, ["x"]]


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = write_scenario(tmp_path)
    path.write_text(path.read_text().replace("steps: 60", "steps: 4").replace("at: 20", "at: 2"))
    return path


@pytest.fixture
def never_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **more: object) -> None:
        raise AssertionError("computed")

    monkeypatch.setattr(engine, "replicas_of", fail)


@pytest.mark.parametrize("text", [*URIS, *UNPRINTABLE, *NOTHING, *LONG])
def test_what_is_no_path_here_is_refused(text: object) -> None:
    with pytest.raises(ds.InputError, match="expected a path"):
        local_path(text)


@pytest.mark.usefixtures("never_computed")
@pytest.mark.parametrize("text", [*URIS, *UNPRINTABLE, "", *LONG])
def test_a_run_directory_that_is_none_is_refused_at_once(text: str, scenario: Path) -> None:
    before = sorted(scenario.parent.iterdir())
    with pytest.raises(ds.InputError, match="expected a path"):
        ds.simulate(scenario, out=text, compiled=False)
    assert sorted(scenario.parent.iterdir()) == before


@pytest.mark.parametrize("text", [*URIS, *[text for text in UNPRINTABLE if "\n" not in text], "-", ""])
def test_a_scenario_that_is_no_file_is_refused(text: str) -> None:
    for read in (ds.simulate, ds.load_scenario):
        with pytest.raises(ds.InputError, match="expected a path"):
            read(text)


def test_a_text_is_no_file() -> None:
    with pytest.raises(ds.InputError, match="got a text: ds.load_scenario reads one"):
        ds.simulate("dynsim: 1\ntitle: x\n")


@pytest.mark.parametrize("name", [
    "run:1", "a:b:c", "run 1", "#x?y=1", "%41", "~", "x~", "☃", "run.parquet", "a/b/../c", "new/parent/run", "con:",
    "s3:x", "x" * 200,
])
def test_odd_names_of_run_directories_work(name: str, scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(scenario.parent / "home"))
    run = ds.simulate(scenario, out=name, compiled=False, report=False)
    assert ds.load(name).states.equals(run.states)
    assert (local_path(name) / "states.parquet").exists()


def test_the_home_directory(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = scenario.parent / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (home / "s.yaml").write_text(scenario.read_text())
    run = ds.simulate("~/s.yaml", out="~/runs/x", compiled=False, report=False)
    assert (home / "runs" / "x" / "manifest.json").exists()
    run.save("~/runs/y", report=False)
    assert ds.load("~/runs/y").states.equals(run.states)
    with pytest.raises(ds.InputError, match="the home directory in it is not known"):
        local_path("~nobody-of-this-name/x")


def _fifo(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.yaml")
    return folder / "pipe.yaml"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize(("make", "kind"), [
    (_fifo, "pipe"), (lambda folder: folder, "directory"), (lambda folder: Path("/dev/zero"), "device"),
])
def test_what_is_no_regular_file_is_no_scenario(make: Callable[[Path], Path], kind: str, tmp_path: Path) -> None:
    path = make(tmp_path)
    for read in (ds.simulate, ds.load_scenario):
        with pytest.raises(ds.InputError, match=f"cannot be read: expected a file, got a {kind}"):
            read(path)


@pytest.mark.skipif(not os.path.exists("/dev/stdin"), reason="needs /dev/stdin")
@pytest.mark.parametrize("name", ["/dev/stdin", "-"])
def test_a_scenario_from_a_pipe_is_refused_in_one_line(name: str, scenario: Path) -> None:
    for command in ("validate", "run"):
        done = subprocess.run(
            [sys.executable, "-m", "dynsim", command, name], input=scenario.read_text(), capture_output=True, text=True,
            timeout=600, check=False, env=os.environ | {"PYTHONPATH": str(Path(ds.__file__).parents[1])},
        )
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "pipe" in done.stderr


@pytest.mark.usefixtures("never_computed")
def test_a_place_where_nothing_can_be_written(scenario: Path) -> None:
    (scenario.parent / "file").write_text("")
    for out in ("file", "file/run", "x" * 300, "y/" + "x" * 300):
        with pytest.raises(ds.DynsimError, match="exists and is not a directory|cannot be created"):
            ds.simulate(scenario, out=out, compiled=False)
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        (scenario.parent / "closed").mkdir(mode=0o500)
        with pytest.raises(ds.DynsimError, match="cannot be created: Permission denied"):
            ds.simulate(scenario, out="closed/run", compiled=False)


def test_a_scenario_is_read_once(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run keeps the text that it has read, with line ends as they are everywhere."""
    text = scenario.read_text()
    scenario.write_bytes(text.replace("\n", "\r\n").encode())
    run = ds.simulate(scenario, compiled=False)
    assert run.sources.scenario == text
