"""An experiment that is being computed: its directory, its workers, and the cells so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import BudgetSpent, InputError, Interrupted, Problem
from ..record.files import atomic
from ..registry import unknown
from ..session.external_plugins import plugins_of
from ..session.interrupts import stop_on_interrupt
from .budget import Budget
from .collector import rare_full_collections
from .executors.base import Place, Pool
from .model import Cell, Experiment
from .running import run_tasks
from .standing import Standing
from .storing.identity import identity_of
from .storing.resolved import resolved_experiment
from .storing.starts import write_starts
from .storing.store import AS_WRITTEN, FOLDER, FOUND, RESOLVED, Ranges, Store, opened
from .storing.tables import Numbered, cells_table, column_names, hidden_table, replicas_table, write_tables
from .work.on_worker import OnWorker
from .work.programs import Placed, Programs
from .work.tasks import Dealer

Told = Callable[[Standing], None]

DRIVERS_OWN = ("answer ", "figure ", "design ")
"""Kinds of plug-ins that change no number of a cell: workers need not have them."""


@contextmanager
def computing(
    experiment: Experiment, path: Path, place: Place, resume: bool, progress: Told | None, compiled: bool,
    workers_write: bool = False, budget: str | None = None,
) -> Iterator[Computation]:
    """The open directory of an experiment, to compute cells into."""
    limit = Budget(budget)
    resolved, files = resolved_experiment(experiment)
    texts = {AS_WRITTEN: experiment.text.encode(), RESOLVED: resolved.encode(), **files}
    folder = path.absolute() / FOLDER if workers_write else None
    plugins = {name: source for name, source in plugins_of(resolved).items() if not name.startswith(DRIVERS_OWN)}
    on_worker = OnWorker.of_this_process(plugins, folder)
    with ExitStack() as stack:
        pool = stack.enter_context(Pool(place, on_worker.prepare))  # first: where nobody answers, nothing is written
        store = stack.enter_context(opened(path, identity_of(experiment), experiment.title, compiled, texts, resume))
        stop = stack.enter_context(stop_on_interrupt())
        stack.enter_context(rare_full_collections())
        told = progress or (lambda standing: None)
        yield Computation(experiment, store, pool, on_worker, compiled, stop, limit, told)


class Computation:
    """An experiment that is being computed. `evaluate` may be called again and again, for cells that depend on what
    came out so far."""

    def __init__(
        self, experiment: Experiment, store: Store, pool: Pool, on_worker: OnWorker, compiled: bool,
        stop: Callable[[], bool], budget: Budget, progress: Told,
    ) -> None:
        self.experiment, self.store, self._pool, self._on_worker = experiment, store, pool, on_worker
        self._progress, self._stop, self._budget = progress, stop, budget
        self._programs, self._dealer = Programs(experiment), Dealer(experiment, compiled, on_worker.plugins)
        self._add = store.add if on_worker.folder is None else store.add_written
        self.standing = Standing(experiment, store)
        self._cells: dict[int, Numbered] = {}

    def compute(self, cells: Sequence[Cell], first: int = 0, count: int | None = None) -> list[Numbered]:
        """Compute what is missing of these cells.

        first, count: which replicas, by default the experiment's. `first` is even. A cell's rows are of all its
        replicas that have been asked for so far."""
        span = (first, first + (self.experiment.replicas if count is None else count))
        numbered: list[Numbered] = []

        def dealt() -> Iterator[tuple[Placed, Numbered]]:
            for placed in self._programs.placed(cells):
                before = self._cells.get(placed.cell.number)
                ranges = (span,) if before is None else _joined(before.ranges, span)
                one = self._dealer.numbered(placed, ranges)
                self._cells[one.cell.number] = one
                numbered.append(one)
                self.standing.ask(one)
                yield placed, one

        self.standing.expect(len(cells))
        self._tell()
        tasks = self._dealer.tasks(self.store, dealt(), len(cells), self._pool.workers.count())
        budget, compute = self._budget, self._on_worker.compute
        if not run_tasks(self._pool, compute, tasks, self._keep, self._stop, budget.spent, self._tell):
            kept = f"what is finished is in {self.store.path}, and --resume goes on from there"
            if self._stop():
                raise Interrupted(f"stopped; {kept}")
            raise BudgetSpent(f"the budget of {budget.text} is used up; {kept}")
        self._tell()
        return numbered

    def _keep(self, result: bytes) -> None:
        self.standing.keep(self._add(result))

    def _tell(self) -> None:
        self._progress(self.standing)

    def evaluate(self, cells: Sequence[Cell], first: int = 0, count: int | None = None) -> pd.DataFrame:
        """`compute`, and the rows of these cells as in cells.parquet."""
        return cells_table(self.store, self.experiment, self.compute(cells, first, count)).to_pandas()

    def precision(self, cells: Sequence[Cell], count: int) -> pd.DataFrame:
        """`evaluate` for the first replicas, with no other columns than `until` needs. InputError where the cells have
        no such column."""
        until, computed = self.experiment.until, self.compute(cells, 0, count)
        assert until is not None, "an experiment without `until` has no precision to reach"
        known = column_names(self.store, computed)
        if known and until.column not in known:
            raise InputError(Problem(unknown("column", until.of, known), "until.of"))
        return cells_table(self.store, self.experiment, computed, [until.column]).to_pandas()

    def replicas(self, cell: Cell, first: int, count: int) -> pd.DataFrame:
        """`compute` for some replicas of a cell, and their rows as in replicas.parquet."""
        (rows,) = self.rows([cell], first, count)
        return rows

    def rows(self, cells: Sequence[Cell], first: int, count: int | None) -> list[pd.DataFrame]:
        """The same for some replicas of each cell, with their hidden columns where states are carried over."""
        ranges = ((first, first + (self.experiment.replicas if count is None else count)),)
        numbered = [replace(one, ranges=ranges) for one in self.compute(cells, first, count)]
        rows = [replicas_table(self.store, one).to_pandas() for one in numbered]
        if not self.experiment.design.carries:
            return rows
        hidden = [hidden_table(self.store, one).to_pandas() for one in numbered]
        return [pd.concat(parts, axis=1) for parts in zip(rows, hidden, strict=True)]

    def write_found(self, found: pa.Table) -> None:
        """Write what an adaptive design found."""
        with atomic(self.store.path / FOUND) as file:
            pq.write_table(found, file)

    def write(self) -> None:
        """Write the tables of all cells so far."""
        cells = [self._cells[number] for number in sorted(self._cells)]
        write_tables(self.store, self.experiment, cells)
        write_starts(self.store.path, [one.cell for one in cells])


def _joined(ranges: Ranges, span: tuple[int, int]) -> Ranges:
    """The ranges with one more, each number once."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((*ranges, span)):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)
