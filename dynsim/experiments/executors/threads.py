"""Threads of this process, one for each core."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from .base import PLACES, Place, Prepare, Workers, cores


@PLACES.register
class Threads(Place):
    """The kernels let go of Python's lock, so that threads share the cores; what is collected is read under it."""

    name, form = "threads", "threads"

    @contextmanager
    def open(self, prepare: Prepare) -> Iterator[Workers]:
        executor = ThreadPoolExecutor(cores(), "dynsim-task")
        try:
            yield Workers(executor, cores)
        finally:
            executor.shutdown(cancel_futures=True)
