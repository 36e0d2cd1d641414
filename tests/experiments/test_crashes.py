"""Whoever dies, and whenever: the tables are those of an undisturbed run, byte for byte."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynsim.errors import RunError
from dynsim.experiments.run import run_experiment
from dynsim.experiments.storing.store import FOLDER

from .small import small, tables_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("plain") / "experiment"
    run_experiment(small(), path)
    return tables_of(path)


def started(*arguments: str) -> subprocess.Popen[bytes]:
    """A Python process in a group of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, start_new_session=True)


def killed(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def units(path: Path) -> int:
    return len(list((path / FOLDER).glob("*.arrow"))) if path.exists() else 0


@pytest.mark.parametrize("times", [5, pytest.param(30, marks=pytest.mark.slow)])
def test_the_process_is_killed(times: int, plain: dict[str, bytes], tmp_path: Path) -> None:
    rng, path = random.Random(times), tmp_path / "experiment"
    for _ in range(times):
        before = units(path)
        process = started("-m", "tests.experiments.child", str(path), "threads")
        # As soon as it has written something new, and then at any moment: while it computes, writes or ends.
        while process.poll() is None and units(path) == before < 36:
            time.sleep(0.002)
        time.sleep(rng.random() * 0.03)
        killed(process)
    run_experiment(small(), path, resume=True)
    assert tables_of(path) == plain


@pytest.fixture
def scheduler() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler on the loopback address, and its two workers."""
    pytest.importorskip("distributed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"127.0.0.1:{port}"
    options = ("--nthreads", "1", "--no-dashboard", "--no-nanny")
    here = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    first = started("-m", "distributed.cli.dask_scheduler", *here)
    workers = [started("-m", "distributed.cli.dask_worker", f"tcp://{address}", *options) for _ in range(2)]
    try:
        _wait_for(address)
        yield address, [first, *workers]
    finally:
        for process in (*workers, first):
            killed(process)


def _wait_for(address: str) -> None:
    from distributed import Client

    deadline = time.monotonic() + 60
    while True:
        try:
            with Client(f"tcp://{address}", timeout=5) as client:
                client.wait_for_workers(2, timeout=30)
                return
        except (OSError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@pytest.mark.slow
def test_a_dask_worker_is_killed(scheduler, plain: dict[str, bytes], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    address, (_, victim, _) = scheduler
    path = tmp_path / "experiment"
    driver = started("-m", "tests.experiments.child", str(path), f"dask://{address}")
    while driver.poll() is None and units(path) < 5:
        time.sleep(0.01)
    killed(victim)
    assert driver.wait(timeout=240) == 0
    assert tables_of(path) == plain


@pytest.mark.slow
def test_the_dask_scheduler_is_killed(scheduler, plain: dict[str, bytes], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    address, (first, *_) = scheduler
    path = tmp_path / "experiment"
    driver = started("-m", "tests.experiments.child", str(path), f"dask://{address}")
    while driver.poll() is None and units(path) < 5:
        time.sleep(0.01)
    killed(first)
    assert driver.wait(timeout=240) != 0
    assert units(path) >= 5
    run_experiment(small(), path, resume=True)
    assert tables_of(path) == plain


def test_a_scheduler_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("dynsim.experiments.executors.dask.PATIENCE", 0.5)
    with pytest.raises(RunError, match="the Dask scheduler at 127.0.0.1:1 does not answer"):
        run_experiment(small(), tmp_path / "experiment", on="dask://127.0.0.1:1")
    assert not (tmp_path / "experiment").exists()
