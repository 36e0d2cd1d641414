"""The contract of a place where tasks run: it opens an executor of `concurrent.futures`."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import ClassVar

from ...errors import InputError
from ...registry import Registry, unknown

AHEAD = 2  # tasks for each worker at a time, so that none waits for its next one

Prepare = Callable[[], None]
"""What a worker calls before its first task; it can be pickled. RunError where that worker is not to be used."""


@dataclass(frozen=True)
class Workers:
    """An open executor. count: how many tasks run at a time now. ahead: how many of its tasks an executor may have for
    each of them. silent: why nobody will finish the futures, as far as the executor itself would not say so; "" as long
    as somebody may."""

    executor: Executor
    count: Callable[[], int]
    ahead: int = AHEAD
    silent: Callable[[], str] = lambda: ""

    @property
    def room(self) -> int:
        """How many tasks the executor may have at a time."""
        return self.ahead * max(1, self.count())


class Place(ABC):
    """Base of all places. name: as `--on` has it. form: how it is written, with the address it needs."""

    name: ClassVar[str]
    form: ClassVar[str]

    def __init__(self, address: str = "") -> None:
        self.address = address

    @classmethod
    def check(cls, address: str) -> str:
        """What is wrong with the address; "" where nothing is."""
        return "" if not address else f"--on {cls.name} has no address, got {address!r}"

    @abstractmethod
    def open(self, prepare: Prepare) -> AbstractContextManager[Workers]:
        """The executor, closed at the end. RunError where nobody answers, or where a worker that is there already
        cannot be prepared. Every task prepares its worker anyway."""


class Pool:
    """The workers of a place, as long as it is entered; others of the same place after a loss."""

    def __init__(self, place: Place, prepare: Prepare) -> None:
        self._place, self._prepare, self._stack = place, prepare, ExitStack()

    def __enter__(self) -> Pool:
        self.workers = self._stack.enter_context(self._place.open(self._prepare))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def reopen(self) -> None:
        self._stack.close()
        self.workers = self._stack.enter_context(self._place.open(self._prepare))


PLACES: Registry[type[Place]] = Registry("place to run", "dynsim.experiments.executors")


def place_of(on: str | Executor) -> Place:
    """The place that `on` names, `threads` or `dask://HOST:PORT`, or one around an executor. InputError for anything
    else."""
    if isinstance(on, Executor):
        return _Given(on)
    if not isinstance(on, str):
        raise InputError(f"on: expected the name of a place or an executor, got {type(on).__name__}")
    name, _, address = on.partition("://")
    if name not in PLACES.names():
        raise InputError(unknown(PLACES.kind, name, PLACES.names()))
    kind = PLACES.get(name)
    wrong = kind.check(address)
    if wrong:
        raise InputError(wrong)
    return kind(address)


class _Given(Place):
    """An executor that a script made, and closes itself."""

    name, form = "executor", ""

    def __init__(self, executor: Executor) -> None:
        super().__init__()
        self.executor = executor

    @contextmanager
    def open(self, prepare: Prepare) -> Iterator[Workers]:
        count = getattr(self.executor, "_max_workers", None) or cores()
        yield Workers(self.executor, lambda: count)


def cores() -> int:
    return os.cpu_count() or 1
