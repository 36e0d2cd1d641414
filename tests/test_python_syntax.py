"""Threads that parse at the same time do not disturb each other."""

from __future__ import annotations

import ast
import gc
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from dynsim import python_syntax

TEXT = "(a + b*(c - d)**2)/(1 + abs(x - y*z)) + sum([i*(j + k) for i in q])"


@pytest.fixture(autouse=True)
def many_switches() -> Iterator[None]:
    """Threads take turns, and garbage is collected, all the time: also while a tree is made."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(50)
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*thresholds)


class Garbage:
    """In a cycle, and with something to do when it is collected."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        sum(range(200))


def side_by_side(parse: Callable[[str], ast.AST]) -> list[str]:
    """What goes wrong in four threads that parse the text 500 times each."""
    wrong: list[str] = []

    def work() -> None:
        for _ in range(500):
            for _ in range(5):
                Garbage()
            try:
                parse(TEXT)
            except SystemError as error:
                wrong.append(str(error))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_threads_parse_expressions() -> None:
    assert side_by_side(python_syntax.expression) == []


def test_threads_parse_modules() -> None:
    assert side_by_side(python_syntax.module) == []
