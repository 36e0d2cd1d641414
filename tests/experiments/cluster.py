"""A Dask scheduler and two workers as processes of their own on the loopback address, to be killed and replaced."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WAIT = 60  # seconds in which everything has to stand

# Forked from a process that has imported what they need: they start in a tenth of the time.
context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload([
    "distributed.cli.dask_scheduler", "distributed.cli.dask_worker", "dynsim.experiments.run",
    "tests.experiments.small",
])  # fmt: skip


def started(target: Callable[..., None], *arguments: object) -> Any:
    """A process that runs the function."""
    process = context.Process(target=target, args=arguments)  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:  # for the process that they are forked from, which the first one starts
        patch.setenv("PYTHONPATH", str(ROOT))
        process.start()
    return process


def run(command: str, arguments: list[str], folder: str, before: Callable[[], None] | None) -> None:
    """`dask scheduler` or `dask worker`, as from a shell in that folder. before: changes the process."""
    import importlib

    import dask

    os.chdir(folder)
    if before is not None:
        before()
    dask.config.set({"distributed.scheduler.worker-ttl": "3s"})  # after which a worker that says nothing is lost
    importlib.import_module(f"distributed.cli.dask_{command}").main(arguments)


class Cluster:
    """address: of the scheduler; it stays the same when the scheduler is replaced."""

    def __init__(self, folder: Path, before: Callable[[], None] | None = None) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address, self.on = f"127.0.0.1:{self._port}", f"dask://127.0.0.1:{self._port}"
        self._folder, self._before = folder, before
        self.scheduler, self.workers = self._scheduler(), [self._worker(), self._worker()]

    def _start(self, command: str, *arguments: str) -> Any:
        return started(run, command, list(arguments), str(self._folder), self._before if command == "worker" else None)

    def _scheduler(self) -> Any:
        return self._start("scheduler", "--host", "127.0.0.1", "--port", str(self._port), "--no-dashboard")

    def _worker(self) -> Any:
        return self._start("worker", f"tcp://{self.address}", "--nthreads", "1", "--no-nanny", "--no-dashboard")

    def replace_worker(self, which: int) -> None:
        """Kill one of the workers, and start another one."""
        kill(self.workers[which])
        self.workers[which] = self._worker()

    def replace_scheduler(self) -> None:
        """Kill the scheduler, which ends its workers, and start all of them again."""
        kill(self.scheduler)
        for worker in self.workers:
            kill(worker)
        self.scheduler, self.workers = self._scheduler(), [self._worker(), self._worker()]

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            kill(process)

    def ready(self) -> None:
        """Wait until both workers are there."""
        from distributed import Client

        deadline = time.monotonic() + WAIT
        while True:
            try:
                with Client(f"tcp://{self.address}", timeout=5, set_as_default=False) as client:
                    client.wait_for_workers(2, timeout=WAIT)
                    return
            except (OSError, TimeoutError):
                if time.monotonic() > deadline:
                    raise


def kill(process: Any) -> None:
    if process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()
