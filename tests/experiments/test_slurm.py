"""Jobs of Slurm's, through submitit."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from pathlib import Path

import pytest

from dynsim.errors import InputError, RunError
from dynsim.experiments.executors.base import place_of
from dynsim.experiments.executors.slurm import attempt, minutes
from dynsim.experiments.run import run_experiment
from dynsim.experiments.work import tasks

from .small import small, tables_of

ROOT = Path(__file__).parents[2]
COMMANDS = ("sbatch", "srun", "sacct", "scancel")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("submitit")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


@pytest.fixture
def slurm(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands that stand in for Slurm's, and the folder of their jobs."""
    (home / "bin").mkdir()
    (home / "slurm").mkdir()
    for name in COMMANDS:
        file = home / "bin" / name
        stand_in = Path(__file__).with_name("slurm_stand_in.py")
        file.write_text(f'#!/bin/sh\nexec {sys.executable} {stand_in} {name} "$@"\n')
        file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{home / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("SLURM_STAND_IN", str(home / "slurm"))
    return home / "slurm"


def few():  # type: ignore[no-untyped-def]
    return small(vary={"kappa": [0.0, 0.3]})


@pytest.mark.slow
def test_jobs_on_this_machine(home: Path) -> None:
    """Where there is no Slurm, submitit runs its jobs as processes."""
    run_experiment(few(), home / "jobs", on="slurm")
    run_experiment(few(), home / "threads")
    assert tables_of(home / "jobs") == tables_of(home / "threads")
    assert [path.name for path in home.glob(".dynsim-jobs-*")] == []


@pytest.mark.slow
@pytest.mark.parametrize("workers_write", [False, True])
def test_arrays_with_options(
    workers_write: bool, slurm: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "UNITS", 1)
    on = "slurm://partition=short,account=physics,time=1:00:00,mem=2G,cpus-per-task=2,jobs=3"
    run_experiment(few(), home / "jobs", on, workers_write=workers_write)
    run_experiment(few(), home / "threads")
    assert tables_of(home / "jobs") == tables_of(home / "threads")
    scripts = [file.read_text() for file in sorted(slurm.glob("*.sh"))]
    given = ("partition=short", "account=physics", "time=1:00:00", "mem=2G", "cpus-per-task=2", "job-name=dynsim")
    for option in given:
        assert all(f"#SBATCH --{option}\n" in script for script in scripts), option
    sizes = [int(found[1]) + 1 if (found := re.search(r"--array=0-(\d+)%", text)) else 1 for text in scripts]
    assert sum(sizes) == 4
    assert sizes[0] == 3
    assert [path.name for path in home.glob(".dynsim-jobs-*")] == []


def test_sbatch_refuses(slurm: Path, home: Path) -> None:
    refusal = "sbatch: error: invalid partition specified: shrt"
    (home / "bin" / "sbatch").write_text(f"#!/bin/sh\necho '{refusal}' >&2\nexit 1\n")
    with pytest.raises(RunError, match="Slurm takes no jobs: .*(?s:.*)invalid partition(?s:.*)--resume goes on"):
        run_experiment(few(), home / "jobs", "slurm://partition=shrt")


@pytest.mark.parametrize(("address", "message"), [
    ("partition", "expected slurm, or slurm://partition=NAME.*got 'partition'"),
    ("partition=a,,time=3", "got ''"), ("Partition=a", "got 'Partition=a'"),
    ("jobs=0", "jobs: expected a number of jobs, got '0'"), ("time=soon", "time: expected minutes.*got 'soon'"),
])  # fmt: skip
def test_wrong_options(address: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        place_of(f"slurm://{address}")


@pytest.mark.parametrize(("text", "expected"), [
    ("30", 30), ("30:30", 31), ("2:00:00", 120), ("1-12", 36 * 60), ("1-12:30", 36 * 60 + 30), ("1-0:0:1", 24 * 60 + 1),
    ("0", None), ("1:2:3:4", None), ("", None), ("UNLIMITED", None),
])  # fmt: skip
def test_time_limits(text: str, expected: int | None) -> None:
    """As the page of sbatch has them."""
    assert minutes(text) == expected


def test_a_signal_is_no_error_of_the_task() -> None:
    """Slurm sends one before a time limit. It ends the job at once, whatever the task is in the middle of."""
    task, seen = threading.Event(), threading.Event()

    def work() -> None:
        seen.set()
        try:
            task.wait(60)
        except Exception:
            pytest.fail("the task saw it")

    def ends(number: int, frame: object) -> None:
        raise TimeoutError("the time limit")

    before = signal.signal(signal.SIGUSR2, ends)
    timer = threading.Timer(0.1, lambda: (seen.wait(), os.kill(os.getpid(), signal.SIGUSR2)))
    timer.start()
    try:
        with pytest.raises(TimeoutError, match="the time limit"):
            attempt(work, (), {})
        assert not task.is_set()
    finally:
        task.set()
        timer.join()
        signal.signal(signal.SIGUSR2, before)


def test_an_error_comes_back_as_it_is() -> None:
    error = RunError("no dynsim")

    def fails() -> None:
        raise error

    assert attempt(fails, (), {}) is error
