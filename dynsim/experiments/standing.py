"""Where an experiment stands while it runs: how many cells are finished, how fast, and which of them stick out."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest, nsmallest

import numpy as np

from ..engine.compiled.kernel import duration
from .design.base import Adaptive
from .model import Cell, Experiment
from .storing.columns import VERDICT
from .storing.store import Store
from .storing.tables import Numbered, replicas_table

READING = 0.1  # seconds for which `ranked` reads finished cells at most
SETTLED = f"{VERDICT}.converged"


@dataclass(frozen=True)
class Ranked:
    """The finished cells with the highest and the lowest mean of a column, or the highest and lowest share of a verdict
    ("verdict.NAME"). Each list begins at its end of the order; no cell is in both."""

    column: str
    highest: Sequence[tuple[Cell, float]]
    lowest: Sequence[tuple[Cell, float]]


class Standing:
    """Counts the cells that an experiment has asked for so far: all of a fixed design, and of an adaptive one those
    until now."""

    def __init__(self, experiment: Experiment, store: Store) -> None:
        self.experiment, self._store = experiment, store
        self._expected = 0
        self._cells: dict[int, Numbered] = {}
        self._of: dict[str, dict[int, None]] = {}  # content → numbers of the cells that have it
        self._left: dict[str, int] = {}  # content → replicas without a result
        self._failing: set[str] = set()
        self._without = 0  # cells that have no program
        self.done = self._fresh = 0
        self._began = time.monotonic()
        self._unread: deque[int] = deque()
        self._values: dict[int, float] = {}

    def expect(self, count: int) -> None:
        """Say how many cells are asked for now, before they are all known."""
        self._expected = count

    def ask(self, one: Numbered) -> None:
        """Count a cell, which may have been counted with fewer replicas before."""
        number, before = one.cell.number, self._cells.get(one.cell.number)
        if before is not None:
            self._forget(before)
        self._cells[number] = one
        if one.content is None:
            self._without += 1
            self.done += 1
            return
        rows = self._store.rows(one.content, one.ranges)
        self._fail(one.content, any(unit.failure for unit, *_ in rows))
        self._set_left(one.content, one.replicas - sum(end - start for _, start, end in rows))
        self._of.setdefault(one.content, {})[number] = None
        if not self._left[one.content]:
            self._finish(number)

    def keep(self, told: Iterable[tuple[str, int, bool]]) -> None:
        """Count results: content, replicas, and whether they failed."""
        before = self.done
        for content, count, failed in told:
            self._fail(content, failed)
            self._set_left(content, max(0, self._left[content] - count))
        self._fresh += self.done - before

    @property
    def count(self) -> int:
        return max(len(self._cells), self._expected)

    @property
    def failed(self) -> int:
        return self._without + sum(len(self._of[content]) for content in self._failing if content in self._of)

    @property
    def share(self) -> float:
        return self.done / max(1, self.count)

    @property
    def rate(self) -> float:
        """Cells a second, 0 as long as it cannot be told."""
        seconds = time.monotonic() - self._began
        return self._fresh / seconds if seconds > 1 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds until all cells are finished; None where the design or `until` may ask for more, or the rate is
        unknown."""
        if isinstance(self.experiment.design, Adaptive) or self.experiment.until is not None or not self.rate:
            return None
        return (self.count - self.done) / self.rate

    def __str__(self) -> str:
        parts = [f"{self.done:,} of {self.count:,} cells" + " so far" * isinstance(self.experiment.design, Adaptive)]
        parts += [f"{self.failed:,} failed"] if self.failed else []
        parts += [f"{self.rate:,.3g} a second"] if self.rate else []
        parts += [f"{duration(self.left)} left"] if self.left is not None else []
        return ", ".join(parts)

    def ranked(self, length: int) -> Ranked | None:
        """At most `length` cells on each side, of those that could be read in a moment; None where no cell has a value.

        The column is the one that the design asks about (`of`), else the first collected column of numbers, else the
        share of replicas that converged.
        """
        column = self._column()
        if not column:
            return None
        deadline = time.monotonic() + READING
        while self._unread and time.monotonic() < deadline:
            number = self._unread.popleft()
            self._values[number] = _value(self._store, self._cells[number], column)
        known = [(value, -number) for number, value in self._values.items() if np.isfinite(value)]
        if not known:
            return None
        high = nlargest(min(length, -(-len(known) // 2)), known)
        low = nsmallest(min(length, len(known) // 2), known)
        return Ranked(column, *([(self._cells[-key].cell, value) for value, key in side] for side in (high, low)))

    def _column(self) -> str:
        if self.experiment.design.about:
            return self.experiment.design.about
        for names in self._store.columns.values():
            numbers = [name for name in names if name not in ("replica", VERDICT)]
            return numbers[0] if numbers else SETTLED
        return ""

    def _set_left(self, content: str, left: int) -> None:
        was, self._left[content] = self._left.get(content, 1), left
        if bool(was) == bool(left):
            return
        for number in self._of.get(content, ()):
            if left:
                self.done -= 1
            else:
                self._finish(number)

    def _finish(self, number: int) -> None:
        self.done += 1
        self._unread.append(number)

    def _forget(self, one: Numbered) -> None:
        if one.content is None:
            self._without -= 1
            self.done -= 1
            return
        del self._of[one.content][one.cell.number]
        self.done -= not self._left[one.content]

    def _fail(self, content: str, failed: bool) -> None:
        if failed:
            self._failing.add(content)


def _value(store: Store, one: Numbered, column: str) -> float:
    """The mean of a column over the cell's replicas in which it is finite, or the share of a verdict."""
    rows = replicas_table(store, one)
    kind, _, word = column.partition(".")
    if kind == VERDICT:
        verdicts = rows.column(VERDICT).to_pylist() if rows.num_rows else []
        return verdicts.count(word) / len(verdicts) if verdicts else np.nan
    if column not in rows.schema.names:
        return np.nan
    values = rows.column(column).to_numpy(zero_copy_only=False)
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else np.nan
