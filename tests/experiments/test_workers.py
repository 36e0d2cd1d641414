"""Workers compute what the driver would have computed, or say why they cannot."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dynsim.answers.base import ANSWERS, CONFLICT, answer
from dynsim.answers.wording.findings import Findings
from dynsim.errors import InputError, RunError
from dynsim.experiments.run import run_experiment
from dynsim.experiments.storing import store
from dynsim.experiments.storing.store import FOLDER
from dynsim.experiments.work import on_worker
from dynsim.experiments.work.compute import UNITS
from dynsim.experiments.work.on_worker import OnWorker, software

from .cluster import ROOT, Cluster
from .small import small, tables_of

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
FILE = """\
experiment: 1
title: What workers have to have
scenario:
  dynsim: 1
  title: t
  params: {k: 1}
  graphs: {town: {file: edges.csv}}
  variables:
    x: {on: town, init: {file: starts.npy}}
    y: {init: "normal(0, 1)"}
  agents:
    a: {controls: x, declared: "(x - mean_neighbors(neighbor(x)) - k)**2", rule: {RULE: {rate: 0.1}}}
    b: {controls: y, declared: (y - k)**2, rule: {RULE: {rate: 0.1}}}
  clock: {steps: 3}
vary: {k: [0, 1, 2]}
replicas: 4
collect: [mean(x), y]
"""


def files() -> None:
    """What the scenario reads besides itself."""
    Path("edges.csv").write_text("source,target\n0,1\n1,2\n2,0\n")
    np.save("starts.npy", [1.0, 2.0, 4.0])


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`dynsim experiment` in a process of its own, which loads plug-ins."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-m", "dynsim", "experiment", *arguments], env=environment,
                          capture_output=True, text=True, timeout=120)  # fmt: skip


@pytest.fixture
def clusters(tmp_path: Path) -> Iterator[Any]:
    """Starts clusters whose processes stand in a folder of their own."""
    pytest.importorskip("distributed")
    started = []

    def start(*before: Any) -> Cluster:
        folder = tmp_path / f"cluster{len(started)}"
        folder.mkdir()
        started.append(Cluster(folder, *before))
        started[-1].ready()
        return started[-1]

    yield start
    for cluster in started:
        cluster.close()


def older() -> None:
    on_worker.__version__ = "0.0.9"


def other_numba() -> None:
    on_worker.numba.__version__ = "0.1"


def bare() -> None:
    """As if dynsim were not installed."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "dynsim"]:
        del sys.modules[name]
    sys.meta_path.insert(0, SimpleNamespace(find_spec=missing))  # type: ignore[arg-type]


def missing(name: str, *_: Any) -> None:
    if name == "dynsim":
        raise ModuleNotFoundError("No module named 'dynsim'", name=name)


@pytest.mark.slow
@pytest.mark.parametrize(("before", "message"), [
    (older, r"has dynsim 0.0.9 instead of .*: install the same versions there"),
    (other_numba, r"has Numba 0.1 instead of "),
    (bare, r"it has no dynsim; there, pip install 'dynsim\[cluster\]=="),
])  # fmt: skip
def test_workers_with_other_software(before: Any, message: str, clusters: Any, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=rf"the Dask worker tcp://127.0.0.1:\d+: .*{message}"):
        run_experiment(small(), tmp_path / "experiment", on=clusters(before).on)
    assert not (tmp_path / "experiment").exists()


@pytest.mark.slow
def test_plugins_and_files_reach_workers(clusters: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("panther.py").write_text(RULE.format(name="panther", Name="Panther"))
    files()
    Path("e.yaml").write_text(FILE.replace("RULE", "panther"))
    for where in (clusters().on, "threads", "processes"):
        done = command("e.yaml", "--plugin", "panther.py", "--out", where.partition(":")[0], "--on", where)
        assert (done.returncode, done.stderr) == (0, "")
    assert tables_of(Path("dask")) == tables_of(Path("threads")) == tables_of(Path("processes"))


@pytest.mark.slow
def test_a_worker_keeps_a_plugin(clusters: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has loaded a file does not compute with another one of this name."""
    monkeypatch.chdir(tmp_path)
    files()
    Path("e.yaml").write_text(FILE.replace("RULE", "puma"))
    Path("puma.py").write_text(RULE.format(name="puma", Name="Puma"))
    on = clusters().on
    assert command("e.yaml", "--plugin", "puma.py", "--on", on, "--out", "first").returncode == 0
    Path("puma.py").write_text(RULE.format(name="puma", Name="Puma") + "# edited\n")
    second = command("e.yaml", "--plugin", "puma.py", "--on", on, "--out", "second")
    assert second.returncode == 1
    assert "another plug-in called puma is loaded" in second.stderr
    assert "restart the workers" in second.stderr
    assert not Path("second").exists()


def test_a_changed_plugin_makes_other_units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files()
    Path("lynx.yaml").write_text(FILE.replace("RULE", "lynx"))
    kept: list[int] = []
    for text in ("", "", "# edited\n"):
        Path("lynx.py").write_text(RULE.format(name="lynx", Name="Lynx") + text)
        assert command("lynx.yaml", "--plugin", "lynx.py", "--out", "out", "--resume").returncode == 0
        kept.append(len(list(Path("out", FOLDER).iterdir())))
    assert kept[0] == kept[1] < kept[2]


@pytest.mark.parametrize(("source", "message"), [
    ("a script", "has not the rule lion of a script: move it to a file, and load that with --plugin FILE.py"),
    ("lions 1.2", "has not the rule lion of lions 1.2: install it there"),
])  # fmt: skip
def test_a_plugin_that_is_not_there(source: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        OnWorker(software(), (), {"rule lion": source}).prepare()


# -- workers that write -----------------------------------------------------------------------------------------------


def test_workers_write_what_they_would_send(tmp_path: Path) -> None:
    names = ("sent", "written")
    for name, workers_write in zip(names, (False, True), strict=True):
        run_experiment(small(), tmp_path / name, "processes", workers_write=workers_write)
    assert tables_of(tmp_path / "written") == tables_of(tmp_path / "sent")
    found = [{file.name: file.read_bytes() for file in (tmp_path / name / FOLDER).iterdir()} for name in names]
    assert found[0] == found[1]


def test_directories_that_are_not_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker sees none, or another one of the same name."""
    monkeypatch.setattr(store, "SHOWN", 0.1)
    here, there = tmp_path / "here" / FOLDER, tmp_path / "there"
    with pytest.raises(RunError, match=f"{there}: is not there on .*: workers can write only to"):
        store.written(there, result())
    there.mkdir()
    here.mkdir(parents=True)
    with pytest.raises(RunError, match=f"{here}/.*: a worker wrote it, and it is not here: workers can write only to"):
        store.Store(here.parent).add_written(store.written(there, result()))
    assert [file.suffix for file in there.iterdir()] == [".arrow"]


def test_workers_that_write_need_a_directory() -> None:
    with pytest.raises(InputError, match="workers_write needs an output directory"):
        run_experiment(small(), workers_write=True)


def test_two_workers_write_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of them is in the middle of it when the other one is done."""
    real, content = os.fsync, result()

    def second(descriptor: int) -> None:
        monkeypatch.setattr(os, "fsync", real)
        other = threading.Thread(target=store.written, args=(tmp_path, content))
        other.start()
        other.join()
        real(descriptor)

    monkeypatch.setattr(os, "fsync", second)
    store.written(tmp_path, content)
    (file,) = tmp_path.iterdir()
    assert file.read_bytes() == content


def result() -> bytes:
    """The result of a task."""
    table = pa.table({"replica": [0, 1]}).replace_schema_metadata({UNITS: b'[["abc-0-2", 2, "", false]]'})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def test_an_answer_of_the_drivers_own_is_no_business_of_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It changes no number of a cell, so that neither workers nor the keys of units know of it."""
    run_experiment(small(), tmp_path / "without", "processes")
    ANSWERS.names()
    monkeypatch.setattr(ANSWERS, "_plugins", dict(ANSWERS._plugins))

    @answer("weather", section=CONFLICT, heading="Weather")
    def weather(found: Findings) -> list[str]:
        return ["It rains."]

    run_experiment(small(), tmp_path / "with", "processes")
    assert tables_of(tmp_path / "with") == tables_of(tmp_path / "without")
    names = [sorted(file.name for file in (tmp_path / one / FOLDER).iterdir()) for one in ("with", "without")]
    assert names[0] == names[1]
