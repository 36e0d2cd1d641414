"""Processes of this machine, one for each core."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from .base import PLACES, Place, Prepare, Workers, cores


@PLACES.register
class Processes(Place):
    """They are spawned: a process that is forked from one with threads may wait for a lock for ever."""

    name, form = "processes", "processes"

    @contextmanager
    def open(self, prepare: Prepare) -> Iterator[Workers]:
        # A terminal sends Ctrl-C to all of them. Whoever started them decides what becomes of their tasks.
        ignored = (signal.SIGINT, signal.SIG_IGN)
        executor = ProcessPoolExecutor(cores(), multiprocessing.get_context("spawn"), signal.signal, ignored)
        try:
            yield Workers(executor, cores)
        finally:
            executor.shutdown(cancel_futures=True)
