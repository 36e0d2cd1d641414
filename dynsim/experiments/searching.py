"""Adaptive designs: cells are numbered and computed as searches ask for them.

The searches of all variants run side by side, each in a thread of its own that waits for its answers. In every round
each of them asks once, and what they ask for is computed together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any

import pandas as pd
import pyarrow as pa

from .axis import Axis, Value
from .design.base import Adaptive, Start
from .model import Cell, Experiment
from .work.units import start_key

Compute = Callable[[Sequence[Cell], int, int | None], list[pd.DataFrame]]
"""compute(cells, first, count) → the rows of each cell's replicas."""


def searched(experiment: Experiment, design: Adaptive, compute: Compute) -> pa.Table:
    """What the design finds for every variant: its rows, with a column `variant` in front.

    A cell has the number in whose order it was first asked for, round after round and in the order of the variants, so
    numbers do not depend on where tasks run."""
    searches = [_Search(design, experiment.axes, variant.name) for variant in experiment.variants]
    cells: dict[tuple[str, tuple[Value, ...], str], Cell] = {}
    try:
        for search in searches:
            search.start()
        asking = searches
        while asking := [search for search in asking if search.asks()]:
            _answer(asking, cells, compute)
    finally:
        for search in searches:
            search.end()
    rows = [{"variant": search.variant, **row} for search in searches for row in search.rows]
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: [row.get(name) for row in rows] for name in names})


def _answer(asking: Sequence[_Search], cells: dict[Any, Cell], compute: Compute) -> None:
    """Compute what the searches ask for; together, where they ask for the same replicas."""
    wanted: dict[tuple[int, int | None], list[Cell]] = {}
    own = [(search, search.request, search.request.numbered(search, cells)) for search in asking]
    for _, request, asked in own:
        wanted.setdefault((request.first, request.count), []).extend(asked)
    rows = {replicas: iter(compute(asked, *replicas)) for replicas, asked in wanted.items()}
    for search, request, asked in own:
        search.answer([next(rows[request.first, request.count]) for _ in asked])


@dataclass(frozen=True)
class _Request:
    """The arguments of `ask`."""

    points: Sequence[tuple[Value, ...]]
    first: int
    count: int | None
    starts: Sequence[Start] | None

    def numbered(self, search: _Search, cells: dict[Any, Cell]) -> list[Cell]:
        """The cells of the points; those that are new get the next numbers."""
        found = []
        given: Sequence[Start | None] = self.starts or [None] * len(self.points)
        for point, start in zip(self.points, given, strict=True):
            key = search.variant, point, "" if start is None else start_key(start)
            values = {axis.path: value for axis, value in zip(search.axes, point, strict=True)}
            found.append(cells.setdefault(key, Cell(len(cells), search.variant, values, start)))
        return found


class _Ended(Exception):
    """Nobody answers any more."""


class _Search(Thread):
    """The search of one variant. rows: what it found in the end. request: what it asks for now."""

    request: _Request

    def __init__(self, design: Adaptive, axes: Sequence[Axis], variant: str) -> None:
        super().__init__(name=f"search of {variant}", daemon=True)
        self.axes, self.variant = axes, variant
        self.rows: list[dict[str, Any]] = []
        self._design = design
        self._error: BaseException | None = None
        self._requests: SimpleQueue[_Request | None] = SimpleQueue()
        self._answers: SimpleQueue[list[pd.DataFrame] | None] = SimpleQueue()

    def run(self) -> None:
        try:
            self.rows = self._design.search(self.axes, self._ask)
        except BaseException as error:  # it is raised again by whoever waits for this thread
            self._error = error
        self._requests.put(None)

    def _ask(
        self, points: Sequence[tuple[Value, ...]], first: int, count: int | None, starts: Sequence[Start] | None = None
    ) -> list[pd.DataFrame]:
        self._requests.put(_Request(points, first, count, starts))
        answer = self._answers.get()
        if answer is None:
            raise _Ended
        return answer

    def asks(self) -> bool:
        """Wait for its next request; False if it has ended. Raises what the search raised."""
        request = self._requests.get()
        if request is not None:
            self.request = request
            return True
        if self._error is not None:
            raise self._error
        return False

    def answer(self, rows: list[pd.DataFrame]) -> None:
        self._answers.put(rows)

    def end(self) -> None:
        """Let it end, whatever it waits for."""
        self._answers.put(None)
        self.join()
