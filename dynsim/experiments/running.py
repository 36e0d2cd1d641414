"""Tasks through an executor: as many at a time as there are workers for, again where a worker was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait

from ..errors import RunError
from .executors.base import Pool, Workers
from .work.compute import compute
from .work.units import Task

TRIES = 3  # losses of workers in a row before it is given up
AHEAD = 2  # tasks that wait for each worker, so that none waits for a task
LOOK = 0.2  # seconds between two looks at `stop`

Stop = Callable[[], bool]


def run_tasks(
    pool: Pool, tasks: Iterator[Task], keep: Callable[[bytes], None], stop: Stop, look: Callable[[], None]
) -> bool:
    """Run every task, handing each result to `keep` in this thread; whether all were run before `stop()`.

    look: called every LOOK seconds. Where workers are lost, the executor is opened again and has the tasks that it had
    not finished. RunError where that happens TRIES times without a result in between.
    """
    run = _Running(tasks, keep, stop, look)
    fruitless, before = 0, 0
    while not run.with_workers(pool.workers):
        if run.lost is None:
            return False
        fruitless, before = 1 if run.finished > before else fruitless + 1, run.finished
        if fruitless == TRIES:
            what = f"the workers were lost {TRIES} times ({type(run.lost).__name__}: {run.lost})"
            raise RunError(f"{what}; what is finished is kept, and --resume goes on") from run.lost
        pool.reopen()
    return True


class _Running:
    """Tasks on their way. waiting: those that lost their worker. lost: what was raised then, the last time."""

    def __init__(
        self, tasks: Iterator[Task], keep: Callable[[bytes], None], stop: Stop, look: Callable[[], None]
    ) -> None:
        self._tasks, self._keep, self._stop, self._look = tasks, keep, stop, look
        self._waiting: list[Task] = []
        self.finished = 0
        self.lost: BaseException | None = None

    def with_workers(self, workers: Workers) -> bool:
        """Whether all tasks are run; not where workers were lost, or where it was told to stop."""
        running: dict[Future[bytes], Task] = {}
        self.lost = None
        while not self._stop():
            if self.lost is None:
                self._submit(workers, running)
            if not running:
                return self.lost is None
            done, _ = wait(running, LOOK, FIRST_COMPLETED)
            for future in done:
                self._take(future, running.pop(future), workers)
            self._look()
            if not workers.alive():
                self.lost = self.lost or ConnectionError("the connection is closed")
                self._waiting += running.values()
                return False
        for future in running:
            future.cancel()
        self.lost = None
        return False

    def _submit(self, workers: Workers, running: dict[Future[bytes], Task]) -> None:
        while len(running) < AHEAD * workers.count:
            task = self._waiting.pop() if self._waiting else next(self._tasks, None)
            if task is None:
                return
            try:
                running[workers.executor.submit(compute, task)] = task
            except workers.lost as error:
                self._waiting.append(task)
                self.lost = error
                return

    def _take(self, future: Future[bytes], task: Task, workers: Workers) -> None:
        lost: tuple[type[BaseException], ...] = (*workers.lost, CancelledError)
        try:
            result = future.result()
        except lost as error:
            self._waiting.append(task)
            self.lost = error
            return
        self._keep(result)
        self.finished += 1
