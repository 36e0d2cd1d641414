"""The jobs of a Slurm cluster, through submitit."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...errors import RunError
from ...extras import from_extra
from .base import PLACES, Place, Prepare, Workers

JOBS, TIME = "jobs", "time"
DEFAULT = {JOBS: "64", TIME: "1-00:00:00"}
LOOK = 0.5  # seconds between two looks at the jobs
OPTION = re.compile(r"[a-z][a-z-]*=[^,]+")
MINUTES = re.compile(r"(?:(?P<d>\d+)-)?(?P<first>\d+)(?::(?P<second>\d+))?(?::(?P<third>\d+))?")


@PLACES.register
class Slurm(Place):
    """One job for each task, submitted in arrays. The address has options of `sbatch`, and `jobs`: how many there are
    at a time. Where there is no Slurm, submitit runs the jobs on this machine. Needs the package `submitit`, and a home
    directory that the nodes share."""

    name, form = "slurm", "slurm, or slurm://partition=NAME,time=2:00:00,mem=4G,jobs=64"

    @classmethod
    def check(cls, address: str) -> str:
        wrong = [part for part in address.split(",") if address and not OPTION.fullmatch(part)]
        if wrong:
            return f"expected {cls.form}, with any long options of sbatch; got {wrong[0]!r}"
        options = _options(address)
        if not options[JOBS].isdigit() or int(options[JOBS]) == 0:
            return f"--on slurm: jobs: expected a number of jobs, got {options[JOBS]!r}"
        if minutes(options[TIME]) is None:
            return f"--on slurm: time: expected minutes, H:M:S or D-H, as sbatch has them, got {options[TIME]!r}"
        return ""

    @contextmanager
    def open(self, prepare: Prepare) -> Iterator[Workers]:
        submitit: Any = from_extra("cluster", "submitit", self.name)
        options = _options(self.address)
        count = int(options.pop(JOBS))
        with tempfile.TemporaryDirectory(prefix=".dynsim-jobs-", dir=Path.home()) as folder:
            jobs = submitit.AutoExecutor(folder)
            # submitit requeues a job that is preempted, and tells it by the time limit from one that takes too long.
            jobs.update_parameters(
                timeout_min=minutes(options[TIME]), name="dynsim", slurm_array_parallelism=count,
                slurm_additional_parameters=options,
            )
            with Jobs(jobs) as executor:
                yield Workers(executor, lambda: count, ahead=1)


def _options(address: str) -> dict[str, str]:
    given = dict(part.split("=", 1) for part in address.split(",")) if address else {}
    return DEFAULT | given


def minutes(text: str) -> int | None:
    """A time limit of Slurm's in minutes, rounded up: M, M:S, H:M:S, D-H, D-H:M or D-H:M:S. None if it is no such
    time."""
    found = MINUTES.fullmatch(text)
    if found is None:
        return None
    days, *rest = (found["d"], found["first"], found["second"], found["third"])
    numbers = [int(part or 0) for part in rest]
    if days is None and found["third"] is None:
        numbers = [0, *numbers[:2]]
    hours, mins, seconds = numbers
    return (int(days or 0) * 24 + hours) * 60 + mins + (seconds > 0) or None


class Jobs(Executor):
    """An executor of submitit's with the interface of `concurrent.futures`. A thread submits what came in as one array
    of jobs, and looks at them, because they call nobody when they are done."""

    def __init__(self, jobs: Any) -> None:
        self._jobs = jobs
        self._new: list[tuple[Future[Any], Any]] = []
        self._open: dict[Future[Any], Any] = {}
        self._lock, self._closed = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name="dynsim-jobs", daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        with self._lock:
            self._new.append((future, (fn, args, kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._closed.set()
        self._thread.join()
        for job in self._open.values():
            job.cancel()

    def _watch(self) -> None:
        while not self._closed.wait(LOOK):
            self._submit()
            for future, job in [(future, job) for future, job in self._open.items() if job.done()]:
                del self._open[future]
                try:
                    result = job.result()
                except Exception as error:  # why the job did not end
                    result = error
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    def _submit(self) -> None:
        with self._lock:
            new, self._new = self._new, []
        new = [(future, call) for future, call in new if future.set_running_or_notify_cancel()]
        if not new:
            return
        try:
            with self._jobs.batch():
                submitted = [self._jobs.submit(attempt, *call) for _, call in new]
        except Exception as error:  # of sbatch: too many jobs, no such partition, …
            for future, _ in new:
                future.set_exception(RunError(f"Slurm takes no jobs: {error}"))
            return
        self._open |= dict(zip((future for future, _ in new), submitted, strict=True))


def attempt(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a job does: the result, or the exception itself, of which submitit would keep the text alone.

    Slurm's signals raise in the main thread. There they would look like an error of the task, and only when the kernel
    returns; so the task has another one.
    """
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(fn(*args, **kwargs))
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=run, name="dynsim-task", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(LOOK)
    return found[0]
