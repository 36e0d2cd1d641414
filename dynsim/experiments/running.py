"""Tasks through an executor: as many at a time as there are workers for, again where a worker was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait

from ..errors import DynsimError, RunError
from .executors.base import Pool, Workers
from .work.units import Task

TRIES = 3  # losses of workers in a row before it is given up
LOOK = 0.2  # seconds between two looks at `stop`
KEPT = "what is finished is kept, and --resume goes on"

Stop = Callable[[], bool]
Compute = Callable[[Task], bytes]


def run_tasks(
    pool: Pool, compute: Compute, tasks: Iterator[Task], keep: Callable[[bytes], None], stop: Stop, enough: Stop,
    look: Callable[[], None],
) -> bool:
    """Run every task, handing each result to `keep` in this thread; whether all were run before `stop()`, which ends
    the run at once, and before `enough()`, after which tasks that have begun are finished and no others begin.

    look: called every LOOK seconds. A task whose worker is lost runs again; where the executor is lost, it is opened
    again. RunError where that happens TRIES times without a result in between, or where a worker cannot run tasks.
    """
    run = _Running(compute, tasks, keep, stop, enough, look)
    try:
        while not run.with_workers(pool.workers):
            if not run.broken:
                return False
            pool.reopen()
    except RunError as error:
        raise RunError(f"{error}; {KEPT}") from error
    return True


class _Running:
    """Tasks on their way. waiting: those that lost their worker. broken: whether the executor has to be opened again.
    unfinished: whether tasks are left that do not begin, because it is enough."""

    def __init__(
        self, compute: Compute, tasks: Iterator[Task], keep: Callable[[bytes], None], stop: Stop, enough: Stop,
        look: Callable[[], None],
    ) -> None:
        self._compute, self._tasks, self._keep, self._look = compute, tasks, keep, look
        self._stop, self._enough = stop, enough
        self._waiting: list[Task] = []
        self.broken = self.unfinished = False
        self._losses, self._fruitless = 0, 0

    def with_workers(self, workers: Workers) -> bool:
        """Whether all tasks are run; not where the executor was lost, or where it was told to stop."""
        running: dict[Future[bytes], tuple[Task, int]] = {}
        self.broken = False
        while not self._stop():
            if self.unfinished or self._enough():
                self._give_up(running)
            elif not self.broken:
                self._submit(workers, running)
            if not running:
                return not (self.broken or self.unfinished)
            done, _ = wait(running, LOOK, FIRST_COMPLETED)
            for future in done:
                self._take(future, *running.pop(future))
            self._look()
            silent = workers.silent()
            if silent:
                self._lose([task for task, _ in running.values()], self._losses, ConnectionError(silent))
                self.broken = True
                return False
        for future in running:
            future.cancel()
        self.broken = False
        return False

    def _submit(self, workers: Workers, running: dict[Future[bytes], tuple[Task, int]]) -> None:
        while len(running) < workers.room:
            task = self._waiting.pop() if self._waiting else next(self._tasks, None)
            if task is None:
                return
            try:
                running[workers.executor.submit(self._compute, task)] = task, self._losses
            except Exception as error:  # of the executor: nothing of the task has begun
                self._lose([task], self._losses, error)
                self.broken = True
                return

    def _give_up(self, running: dict[Future[bytes], tuple[Task, int]]) -> None:
        """Take back the tasks that have not begun."""
        idle = [future for future in running if future.cancel()]
        for future in idle:
            del running[future]
        left = bool(idle or self._waiting) or next(self._tasks, None) is not None
        self.unfinished = self.unfinished or left

    def _take(self, future: Future[bytes], task: Task, losses: int) -> None:
        try:
            result = future.result()
        except DynsimError:
            raise
        except (Exception, CancelledError) as error:  # no task raises: this is about its worker
            self._lose([task], losses, error)
            self.broken = self.broken or isinstance(error, BrokenExecutor)
            return
        self._keep(result)
        self._fruitless = 0

    def _lose(self, tasks: list[Task], losses: int, error: BaseException) -> None:
        """Run the tasks again. losses: how many there had been when they were submitted: those that are lost together
        count as one."""
        self._waiting += tasks
        if losses < self._losses:
            return
        self._losses += 1
        self._fruitless += 1
        if self._fruitless == TRIES:
            told = f"{type(error).__name__}: {error}"
            raise RunError(f"the workers were lost {TRIES} times ({told})") from error
