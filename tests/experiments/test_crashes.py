"""Whoever dies, and whenever: the tables are those of an undisturbed run, byte for byte."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dynsim.errors import RunError
from dynsim.experiments.executors import dask
from dynsim.experiments.run import run_experiment
from dynsim.experiments.standing import Standing
from dynsim.experiments.storing.store import FOLDER
from dynsim.experiments.work import tasks

from .cluster import Cluster, kill, started
from .small import small, tables_of

UNITS = 36  # twelve cells in blocks of two replicas
LIMIT = 120  # seconds after which something hangs


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("plain") / "experiment"
    run_experiment(small(), path)
    return tables_of(path)


@pytest.fixture(autouse=True)
def many_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that there are many moments between two of them."""
    monkeypatch.setattr(tasks, "UNITS", 1)
    monkeypatch.setattr(tasks, "RECORD", 8 * 2 * 41 * 2)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    started = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        started.ready()
        yield started
    finally:
        started.close()


def finished(path: Path) -> int:
    return len(list((path / FOLDER).glob("*.arrow"))) if path.exists() else 0


def driver(path: Path, on: str, workers_write: bool) -> None:
    """The main function of a process of its own."""
    tasks.UNITS, tasks.RECORD = 1, 8 * 2 * 41 * 2
    run_experiment(small(), path, on, resume=True, workers_write=workers_write)


def killed_drivers(times: int, path: Path, on: str, workers_write: bool = False) -> int:
    """Start the experiment and kill its process so often, as soon as something new is there and then at any moment:
    while it computes, writes or ends. How often something was left to do."""
    rng, hits = random.Random(times), 0
    for _ in range(times):
        before = finished(path)
        process = started(driver, path, on, workers_write)
        while process.is_alive() and finished(path) == before < UNITS:
            time.sleep(0.001)
        time.sleep(rng.random() * 0.01)
        hits += finished(path) < UNITS
        kill(process)
    return hits


@pytest.mark.parametrize("times", [5, pytest.param(30, marks=pytest.mark.slow)])
def test_the_process_is_killed(times: int, plain: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "experiment"
    assert killed_drivers(times, path, "threads") >= times // 3
    run_experiment(small(), path, resume=True)
    assert tables_of(path) == plain


def dies(path: Path) -> None:
    """Says which processes it has, and dies."""

    def die(standing: Standing) -> None:
        if standing.done:
            path.write_text(" ".join(str(child.pid) for child in multiprocessing.active_children()))
            os.kill(os.getpid(), signal.SIGKILL)

    run_experiment(small(), on="processes", progress=die)


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    started(dies, tmp_path / "pids").join()
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    deadline = time.monotonic() + LIMIT
    while any(Path(f"/proc/{pid}/task").exists() for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert len(pids) == (os.cpu_count() or 1)


@pytest.mark.slow
@pytest.mark.parametrize("workers_write", [False, True])
def test_the_process_of_an_experiment_on_dask_is_killed(
    workers_write: bool, cluster: Cluster, plain: dict[str, bytes], tmp_path: Path
) -> None:
    """Its tasks go on for a moment, and may write beside the next one."""
    path = tmp_path / "experiment"
    assert killed_drivers(10, path, cluster.on, workers_write) >= 3
    run_experiment(small(), path, cluster.on, resume=True, workers_write=workers_write)
    assert tables_of(path) == plain


class Driver(threading.Thread):
    """Runs the experiment in this process. error: with which it ended."""

    def __init__(self, path: Path, on: str, workers_write: bool) -> None:
        super().__init__(daemon=True)
        self.path, self.on, self.workers_write = path, on, workers_write
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            run_experiment(small(), self.path, self.on, resume=True, workers_write=self.workers_write)
        except BaseException as error:
            self.error = error

    def disturb(self, rng: random.Random, kill: Callable[[], object], until: int = UNITS) -> bool:
        """Kill something after any of its first units. Whether something was left to do."""
        after = rng.randrange(until)
        while self.is_alive() and finished(self.path) <= after:
            time.sleep(0.001)
        time.sleep(rng.random() * 0.005)
        left = finished(self.path) < UNITS
        kill()
        return left

    def ended(self) -> BaseException | None:
        self.join(LIMIT)
        assert not self.is_alive(), "it hangs"
        return self.error


@pytest.mark.slow
def test_dask_workers_are_killed(cluster: Cluster, plain: dict[str, bytes], tmp_path: Path) -> None:
    rng, hits = random.Random(1), 0
    for k in range(30):
        cluster.ready()
        path = tmp_path / str(k)
        one = Driver(path, cluster.on, workers_write=k % 2 == 1)
        hits += one.disturb(rng, lambda: cluster.replace_worker(rng.randrange(2)))
        assert one.ended() is None
        assert tables_of(path) == plain
    assert hits >= 15


@pytest.mark.slow
def test_the_dask_scheduler_is_killed(
    cluster: Cluster, plain: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is replaced at once is found again; where there is none, the experiment ends and goes on later."""
    rng, hits = random.Random(2), 0
    for k in range(30):
        cluster.ready()
        replaced, path = k % 5 > 0, tmp_path / str(k)
        monkeypatch.setattr(dask, "PATIENCE", 60 if replaced else 0.5)
        one = Driver(path, cluster.on, workers_write=k % 2 == 1)
        left = one.disturb(rng, cluster.replace_scheduler if replaced else lambda: kill(cluster.scheduler))
        error = one.ended()
        if replaced:
            assert error is None
        else:
            assert (error is None) != left or isinstance(error, RunError)
            if error is not None:
                assert "what is finished is kept, and --resume goes on" in str(error)
            cluster.replace_scheduler()
            cluster.ready()
            run_experiment(small(), path, cluster.on, resume=True)
        assert tables_of(path) == plain
        hits += left
    assert hits >= 15


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("PATIENCE", 1), ("BEAT", 0.1), ("SILENCE", 1)):
        monkeypatch.setattr(dask, name, seconds)


def goes_on(path: Path, cluster: Cluster, plain: dict[str, bytes]) -> bool:
    cluster.ready()
    run_experiment(small(), path, cluster.on, resume=True)
    return tables_of(path) == plain


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_a_scheduler_that_hangs(cluster: Cluster, plain: dict[str, bytes], tmp_path: Path) -> None:
    cluster.ready()
    one = Driver(tmp_path / "experiment", cluster.on, workers_write=False)
    one.disturb(random.Random(3), lambda: os.kill(cluster.scheduler.pid, signal.SIGSTOP), until=UNITS // 2)
    try:
        error = one.ended()
    finally:
        os.kill(cluster.scheduler.pid, signal.SIGCONT)
    assert isinstance(error, RunError)
    assert "does not answer" in str(error)
    assert "--resume goes on" in str(error)
    assert goes_on(tmp_path / "experiment", cluster, plain)


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_no_worker_is_left(cluster: Cluster, plain: dict[str, bytes], tmp_path: Path) -> None:
    cluster.ready()
    one = Driver(tmp_path / "experiment", cluster.on, workers_write=False)
    one.disturb(random.Random(4), lambda: [kill(worker) for worker in cluster.workers], until=UNITS // 2)
    error = one.ended()
    assert isinstance(error, RunError)
    assert "has no workers; what is finished is kept, and --resume goes on" in str(error)
    cluster.replace_worker(0)
    cluster.replace_worker(1)
    assert goes_on(tmp_path / "experiment", cluster, plain)


@pytest.mark.slow
def test_a_worker_that_hangs(cluster: Cluster, plain: dict[str, bytes], tmp_path: Path) -> None:
    """The scheduler gives its tasks to the other one."""
    cluster.ready()
    one = Driver(tmp_path / "experiment", cluster.on, workers_write=False)
    one.disturb(random.Random(5), lambda: os.kill(cluster.workers[0].pid, signal.SIGSTOP), until=UNITS // 2)
    error = one.ended()
    cluster.replace_worker(0)
    assert error is None
    assert tables_of(tmp_path / "experiment") == plain


def test_a_scheduler_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("dynsim.experiments.executors.dask.PATIENCE", 0.5)
    with pytest.raises(RunError, match="the Dask scheduler at 127.0.0.1:1 does not answer"):
        run_experiment(small(), tmp_path / "experiment", on="dask://127.0.0.1:1")
    assert not (tmp_path / "experiment").exists()
