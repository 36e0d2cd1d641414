"""The workers of a Dask scheduler that is running somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ...errors import RunError
from ...extras import from_extra
from .base import PLACES, Place, Workers

PATIENCE = 10  # seconds in which a scheduler has to answer


@PLACES.register
class Dask(Place):
    """Needs the package `distributed`; the workers need dynsim in the same version."""

    name, form = "dask", "dask://HOST:PORT"

    @classmethod
    def check(cls, address: str) -> str:
        _, _, port = address.rpartition(":")
        return "" if port.isdigit() else f"expected {cls.form}, got 'dask{address and '://'}{address}'"

    @contextmanager
    def open(self) -> Iterator[Workers]:
        distributed: Any = from_extra("cluster", "distributed", self.name)
        lost = (distributed.KilledWorker, distributed.CancelledError, distributed.comm.CommClosedError)
        try:
            client: Any = distributed.Client(f"tcp://{self.address}", timeout=PATIENCE)
        except (OSError, TimeoutError, distributed.comm.CommClosedError) as error:
            raise RunError(f"the Dask scheduler at {self.address} does not answer: {error}") from error
        try:
            count = sum(client.nthreads().values())
            if not count:
                raise RunError(f"the Dask scheduler at {self.address} has no workers")
            # Futures of a scheduler that died are not always cancelled: whoever waits for them would wait for ever.
            yield Workers(client.get_executor(pure=False), count, lost, lambda: bool(client.status == "running"))
        finally:
            with suppress(Exception):  # a scheduler that is gone cannot be told good-bye
                client.close(timeout=1)
