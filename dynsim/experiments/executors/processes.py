"""Processes of this machine, one for each core."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait

from .base import PLACES, Place, Prepare, Workers, cores


@PLACES.register
class Processes(Place):
    """They are spawned: a process that is forked from one with threads may wait for a lock for ever."""

    name, form = "processes", "processes"

    @contextmanager
    def open(self, prepare: Prepare) -> Iterator[Workers]:
        executor = ProcessPoolExecutor(cores(), multiprocessing.get_context("spawn"), _end_with_parent)
        try:
            with _without_interrupts():
                for _ in range(cores()):
                    executor.submit(os.getpid)  # starts a process
            yield Workers(executor, cores)
        finally:
            executor.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone: a process of a pool would wait for tasks for ever."""

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os._exit(1)

    parent = multiprocessing.parent_process()
    assert parent is not None, "this is a process of a pool"
    threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes that are started meanwhile never get Ctrl-C. A terminal sends it to all of them, and whoever started
    them decides what becomes of their tasks."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
