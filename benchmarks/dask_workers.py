"""A Dask scheduler and workers of one thread each, as processes of their own on the loopback address."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 120  # seconds until all workers have to be there


@dataclass(frozen=True)
class Cluster:
    """address: HOST:PORT of the scheduler. processes: the scheduler and the workers."""

    address: str
    processes: list[Any]

    def cpu(self) -> float:
        """Seconds of CPU time of all processes so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self.processes)


@contextmanager
def dask_workers(count: int) -> Iterator[Cluster]:
    """A scheduler with so many workers. ImportError without the package `distributed`."""
    import psutil
    from distributed import Client

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address, processes = f"127.0.0.1:{port}", []
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())

        def start(command: str, *arguments: str) -> None:
            process = stack.enter_context(subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{command}", *arguments, "--no-dashboard"], cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL,
            ))
            stack.callback(process.kill)
            processes.append(psutil.Process(process.pid))

        start("scheduler", "--host", "127.0.0.1", "--port", port)
        for _ in range(count):
            start("worker", f"tcp://{address}", "--nthreads", "1", "--no-nanny")
        with Client(f"tcp://{address}", timeout=PATIENCE, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=PATIENCE)
        yield Cluster(address, processes)
