"""The contract of a place where tasks run: it opens an executor of `concurrent.futures`."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import ClassVar

from ...errors import InputError
from ...registry import Registry, unknown


@dataclass(frozen=True)
class Workers:
    """An open executor. count: how many tasks run at a time. lost: what a future raises whose worker died, though the
    task may be right. alive: whether anybody is there to finish futures."""

    executor: Executor
    count: int
    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)
    alive: Callable[[], bool] = lambda: True


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
    def open(self) -> AbstractContextManager[Workers]:
        """The executor, closed at the end. RunError where nobody answers."""


class Pool:
    """The workers of a place, as long as it is entered; others of the same place after a loss."""

    def __init__(self, place: Place) -> None:
        self._place, self._stack = place, ExitStack()

    def __enter__(self) -> Pool:
        self.workers = self._stack.enter_context(self._place.open())
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def reopen(self) -> None:
        self._stack.close()
        self.workers = self._stack.enter_context(self._place.open())


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
    def open(self) -> Iterator[Workers]:
        yield Workers(self.executor, getattr(self.executor, "_max_workers", None) or cores())


def cores() -> int:
    return os.cpu_count() or 1
