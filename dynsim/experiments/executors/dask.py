"""The workers of a Dask scheduler that is running somewhere."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from ...errors import DynsimError, RunError
from ...extras import from_extra
from ...version import __version__
from .base import PLACES, Place, Prepare, Workers

PATIENCE = 10  # seconds in which a scheduler has to answer and its first worker to arrive
PREPARATION = 60  # seconds that workers have to import dynsim
BEAT = 2  # seconds between two questions to the scheduler
SILENCE = 60  # seconds without an answer, or without workers, until they are lost


@PLACES.register
class Dask(Place):
    """Needs the package `distributed`; the workers need dynsim in the same version."""

    name, form = "dask", "dask://HOST:PORT"

    @classmethod
    def check(cls, address: str) -> str:
        _, _, port = address.rpartition(":")
        return "" if port.isdigit() else f"expected {cls.form}, got 'dask{address and '://'}{address}'"

    @contextmanager
    def open(self, prepare: Prepare) -> Iterator[Workers]:
        distributed: Any = from_extra("cluster", "distributed", self.name)
        where = f"the Dask scheduler at {self.address}"
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # it logs tracebacks of what is told here
        try:
            connect = partial(distributed.Client, f"tcp://{self.address}", timeout=PATIENCE, set_as_default=False)
            client: Any = _within(2 * PATIENCE, connect)
        except OSError as error:
            raise RunError(f"{where} does not answer: {error or f'nothing came for {2 * PATIENCE} s'}") from error
        try:
            _expect_workers(client, where, prepare)
            pulse = Pulse(client, where)
            yield Workers(client.get_executor(pure=False), lambda: pulse.threads, silent=pulse.silent)
        finally:
            with suppress(Exception):  # a scheduler that is gone cannot be told good-bye
                client.close(timeout=1)


def _expect_workers(client: Any, where: str, prepare: Prepare) -> None:
    """RunError unless there are workers and every one of them can run tasks."""
    try:
        doing, seconds = "has no workers", 2 * PATIENCE
        _within(seconds, partial(client.wait_for_workers, 1, timeout=PATIENCE))
        doing, seconds = f"has workers that do not answer within {PREPARATION} s", PREPARATION
        told = _within(seconds, partial(client.run, prepare, on_error="return"))
    except TimeoutError as error:
        raise RunError(f"{where} {doing}") from error
    except OSError as error:
        raise RunError(f"{where} was lost: {error}") from error
    wrong = {address: answer for address, answer in told.items() if isinstance(answer, BaseException)}
    if wrong:
        raise RunError("\n".join(f"the Dask worker {address}: {_reason(error)}" for address, error in wrong.items()))


def _within(seconds: float, call: Callable[[], Any]) -> Any:
    """What a call returns. TimeoutError after so many seconds: Dask's own time limits are for connections, and what
    accepts one and then says nothing would be waited for without end."""
    answer: Future[Any] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=run, name="dynsim-dask", daemon=True).start()
    return answer.result(seconds)


def _reason(error: BaseException) -> str:
    if isinstance(error, DynsimError):
        return str(error)
    if "No module named 'dynsim'" in str(error):  # Dask hands on the text of an error in the worker's own work
        return f"it has no dynsim; there, pip install 'dynsim[cluster]=={__version__}'"
    return f"it cannot run tasks ({type(error).__name__}: {error})"


class Pulse:
    """Asks the scheduler every few seconds how many workers it has. Its connection shows that it died, but not that its
    machine hangs or that the network is gone, and futures wait for workers for ever.

    threads: of all workers, at the last answer.
    """

    def __init__(self, client: Any, where: str) -> None:
        self._client, self._where = client, where
        self.threads = sum(client.nthreads().values())
        self._answered = self._served = time.monotonic()
        self._question: Future[Any] | None = None

    def silent(self) -> str:
        """Why it has to be given up; "" while it answers and has workers."""
        if self._client.status != "running":
            return f"the connection to {self._where} is closed"
        now = time.monotonic()
        if self._question is not None and self._question.done():
            if self._question.exception() is None:
                self._answered, self.threads = now, sum(self._question.result().values())
                self._served = now if self.threads else self._served
            self._question = None
        elif self._question is None and now - self._answered > BEAT:
            asking = self._client.scheduler.ncores()
            self._question = asyncio.run_coroutine_threadsafe(asking, self._client.loop.asyncio_loop)
        if now - self._answered > SILENCE:
            return f"{self._where} has not answered for {SILENCE} s"
        return f"{self._where} has had no workers for {SILENCE} s" if now - self._served > SILENCE else ""
