"""The jobs of a Slurm cluster, through submitit."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...extras import from_extra
from .base import PLACES, Place, Workers

JOBS = 64  # at a time
LOOK = 0.5  # seconds between two looks at the jobs


@PLACES.register
class Slurm(Place):
    """One job for each task, with what `sbatch` has as defaults; where there is no Slurm, submitit runs the jobs on
    this machine. Needs the package `submitit`, and a home directory that the nodes share."""

    name, form = "slurm", "slurm"

    @contextmanager
    def open(self) -> Iterator[Workers]:
        submitit: Any = from_extra("cluster", "submitit", self.name)
        with tempfile.TemporaryDirectory(prefix=".dynsim-jobs-", dir=Path.home()) as folder:
            jobs = submitit.AutoExecutor(folder)
            jobs.update_parameters(timeout_min=24 * 60, name="dynsim")
            with Jobs(jobs) as executor:
                yield Workers(executor, JOBS, (submitit.core.utils.UncompletedJobError,))


class Jobs(Executor):
    """An executor of submitit's with the interface of `concurrent.futures`. A thread looks at the jobs, because they
    call nobody when they are done."""

    def __init__(self, jobs: Any) -> None:
        self._jobs = jobs
        self._open: dict[Future[Any], Any] = {}
        self._lock, self._closed = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name="dynsim-jobs", daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        job = self._jobs.submit(fn, *args, **kwargs)
        with self._lock:
            self._open[future] = job
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._closed.set()
        self._thread.join()
        for job in self._open.values():
            job.cancel()

    def _watch(self) -> None:
        while not self._closed.is_set():
            with self._lock:
                done = [(future, job) for future, job in self._open.items() if job.done()]
            for future, job in done:
                try:
                    future.set_result(job.result())
                except Exception as error:  # whatever the job raised, or why it did not end
                    future.set_exception(error)
                with self._lock:
                    del self._open[future]
            time.sleep(0 if done else LOOK)
