"""Processes of this machine, one for each core."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from .base import PLACES, Place, Workers, cores


@PLACES.register
class Processes(Place):
    """They are spawned: a process that is forked from one with threads may wait for a lock for ever."""

    name, form = "processes", "processes"

    @contextmanager
    def open(self) -> Iterator[Workers]:
        executor = ProcessPoolExecutor(cores(), multiprocessing.get_context("spawn"))
        try:
            yield Workers(executor, cores())
        finally:
            executor.shutdown(cancel_futures=True)
