"""How the work of an experiment is dealt out: cells into blocks of replicas, and blocks into tasks.

No number depends on it. Small cells share a task, because one call of the engine for many is much cheaper than one for
each; a large cell has several, so that the record of a task stays small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ... import machine
from ..executors.base import cores
from ..model import Experiment
from ..storing.store import Ranges, Store
from ..storing.tables import Numbered
from .collected import needs_whole_cells
from .compute import CHUNK
from .programs import Placed
from .units import Structure, Task, Unit, content_key, unit_key

RECORD = 64 << 20  # bytes of a unit's record
SHARE = 16  # the part of the free memory that the records of all cores take at most
FEWEST = 4  # tasks for each worker, so that all are busy until the end
UNITS = 4096  # in a task
MANY = 4096  # replicas of all cells together


class Dealer:
    """Numbers cells, and makes tasks of those that are not finished."""

    def __init__(self, experiment: Experiment, compiled: bool, plugins: Mapping[str, str]) -> None:
        self.experiment, self.compiled, self.plugins = experiment, compiled, plugins
        self._whole = not compiled or needs_whole_cells(experiment.collect)
        self._packed = False

    def numbered(self, placed: Placed, ranges: Ranges) -> Numbered:
        """The cell with the key of its content."""
        experiment, structure = self.experiment, placed.structure
        if structure is None:
            return Numbered(placed.cell, None, ranges, placed.failure)
        content = content_key(
            structure, placed.values, experiment.seed, experiment.collect, self.compiled, self.plugins,
            experiment.design.carries, placed.cell.start,
        )
        if self._whole and not structure.bound:
            content = f"{content}w{ranges[-1][1]}"
        return Numbered(placed.cell, content, ranges)

    def tasks(
        self, store: Store, cells: Iterable[tuple[Placed, Numbered]], count: int, workers: int
    ) -> Iterator[Task]:
        """The tasks of everything that the store has not of these `count` cells, for so many workers. Cells of the same
        content are computed once. Cells are taken as tasks are, so that the first run while the others are dealt."""
        waiting: dict[tuple[str, int, int, tuple[str, ...]], list[Unit]] = {}
        fits: dict[tuple[str, int, int, tuple[str, ...]], int] = {}  # how many units make a task
        structures: dict[str, Structure] = {}
        seen: set[str] = set()
        # Cells that share blocks leave no lane idle, but take another kernel if they are small: worth it for many.
        self._packed = count * self.experiment.replicas >= MANY
        most = min(UNITS, max(1, -(-count // (FEWEST * workers))))
        room = min(CHUNK, machine.memory() // (SHARE * cores()))
        for placed, one in cells:
            if placed.structure is None or one.content is None or one.content in seen:
                continue
            seen.add(one.content)
            structures[placed.structure.key] = placed.structure
            ranges, size = self._blocks(one, placed.structure)
            for first, rows in store.missing(one.content, ranges, size):
                start = {name: states[..., first : first + rows] for name, states in (one.cell.start or {}).items()}
                unit = Unit(unit_key(one.content, first, rows), one.cell.number, first, rows, placed.values, start)
                group = (placed.structure.key, first, rows, tuple(placed.values))
                if group not in waiting:
                    waiting[group] = []
                    fits[group] = min(most, max(1, room // (placed.structure.record * rows)))
                waiting[group].append(unit)
                if len(waiting[group]) >= fits[group]:
                    yield self._task(placed.structure, waiting.pop(group))
        for (key, *_), units in waiting.items():
            yield self._task(structures[key], units)

    def _task(self, structure: Structure, units: Iterable[Unit]) -> Task:
        experiment = self.experiment
        replicas = experiment.replicas
        return Task(
            structure, tuple(units), experiment.seed, experiment.collect, replicas, self._packed, self.compiled,
            experiment.design.carries,
        )

    def _blocks(self, one: Numbered, structure: Structure) -> tuple[Ranges, int]:
        """Which replicas a cell needs, and how many are in a unit: all, where they depend on each other or are read
        together."""
        if self._whole or structure.bound:
            return ((0, one.ranges[-1][1]),), one.ranges[-1][1]
        return one.ranges, max(2, RECORD // structure.record // 2 * 2)
