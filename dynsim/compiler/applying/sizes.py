"""The limit on the size of a program."""

from __future__ import annotations

from ...algebra.graph import Graph
from ...errors import InputError, Problem

MOST_VALUES = 200_000  # distinct values of a program: some seconds of building, and minutes of compiling


def expect_room(graph: Graph, what: str, advice: str, path: str) -> None:
    """InputError if `what` has made the program too large. advice, path: what to do about it, and where."""
    if len(graph) > MOST_VALUES:
        raise too_large(what, advice, path)


def too_large(what: str, advice: str, path: str) -> InputError:
    return InputError(Problem(
        f"{what} makes a program of more than {MOST_VALUES:,} values with what comes before it: {advice}", path
    ))
