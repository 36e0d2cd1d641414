"""How long an experiment will take, measured: a few tasks of some of its programs run for a moment.

Every thread runs the same small task, which then grows until it takes a moment or is as large as a task of the
experiment. The time of a task is a + b × replicas. Nothing is kept.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from ..system.text.yaml_dumper import dump
from ..system.text.yaml_loader import load
from .executors.base import cores
from .model import Cell, Experiment
from .storing.identity import ROOM
from .storing.store import Store
from .work.compute import UNITS, compute
from .work.programs import Programs
from .work.tasks import Dealer
from .work.units import Structure, Task, Unit

SECONDS = 8.0  # after which no other program is measured
MOMENT = 0.4  # seconds of the largest task that is run
GROWTH = 4
SHORTER = 16  # times shorter is the clock of a long run


@dataclass
class Program:
    """What the experiment computes with one program. task: one of its tasks. tasks, replicas: how many in all."""

    task: Task
    tasks: int = 0
    replicas: int = 0


@dataclass(frozen=True)
class Pace:
    """What a program takes. prepare: seconds to build it, and to compile it where that was not done before. build:
    without compiling. task, replica: seconds on each of all threads."""

    prepare: float
    build: float
    task: float
    replica: float


@dataclass
class Measured:
    """programs: the experiment's. paces: of those that were measured, by their key. cores: how many threads there are.
    """

    programs: dict[str, Program]
    paces: dict[str, Pace] = field(default_factory=dict)
    cores: int = 1

    def estimate(self, times: float = 1.0) -> float:
        """The seconds that all programs take on all cores, with so many times their replicas. Those that were not
        measured take the mean of the others."""
        total = 0.0
        for key, program in self.programs.items():
            pace = self.paces.get(key)
            prepare = self._mean("prepare") if pace is None else pace.build
            task, replica = (
                self._mean(what) if pace is None else getattr(pace, what) for what in ("task", "replica")
            )
            total += prepare + times * (task * program.tasks + replica * program.replicas) / self.cores
        return total

    def _mean(self, what: str) -> float:
        return sum(getattr(pace, what) for pace in self.paces.values()) / len(self.paces)


def measured(experiment: Experiment, cells: Sequence[Cell], seconds: float = SECONDS) -> Measured:
    """How long the cells take with the experiment's replicas, on this machine. Programs are measured for about so many
    seconds, at least one of them."""
    began = time.monotonic()
    found = Measured(_programs(experiment, cells), cores=cores())
    with ThreadPoolExecutor(found.cores) as pool:
        for key in _spread(list(found.programs)):
            found.paces[key] = _pace(found.programs[key].task, pool, found.cores)
            if time.monotonic() - began > seconds:
                break
    return found


def _programs(experiment: Experiment, cells: Sequence[Cell]) -> dict[str, Program]:
    """Program by its key, with the first task of each, which is as large as most."""
    dealer = Dealer(experiment, compiled=True, plugins={})
    span = ((0, experiment.replicas),)
    dealt = ((placed, dealer.numbered(placed, span)) for placed in Programs(experiment).placed(cells))
    found: dict[str, Program] = {}
    for task in dealer.tasks(Store(Path()), dealt, len(cells), cores()):
        program = found.setdefault(task.structure.key, Program(task))
        program.tasks += 1
        program.replicas += sum(unit.count for unit in task.units)
    return found


def _spread(keys: list[str]) -> list[str]:
    """The keys in an order of which every beginning is spread over all of them: neighbours are often alike."""
    return [key for _, key in sorted((int(f"{k:032b}"[::-1], 2), key) for k, key in enumerate(keys))]


def _pace(task: Task, pool: ThreadPoolExecutor, threads: int) -> Pace:
    """The pace of a program. A long run is measured on a shorter clock."""

    def together(part: Task) -> float:
        return _seconds(lambda: list(pool.map(compute, [part] * threads)))

    fewest = 4 if task.packed else 2  # where units share lanes, one alone would need another kernel
    shorter, scale = _shorter(task), SHORTER
    prepare = _seconds(lambda: compute(_part(shorter, fewest)))
    if _failed(compute(_part(shorter, fewest))):  # something else of the scenario needs the whole clock
        shorter, scale = task, 1
        prepare = _seconds(lambda: compute(_part(task, fewest)))
    build, first = together(_part(shorter, fewest)), together(_part(shorter, fewest))
    build -= first
    if scale > 1 and scale * first < MOMENT / 4:  # short enough to be measured as it is
        shorter, scale = task, 1
        first = together(_part(task, fewest))
    last, least, most = first, _replicas(_part(shorter, fewest)), _replicas(shorter)
    size = least
    # Two replicas take as long as a whole block of lanes: only more of them tell what one takes.
    while size < most and last < (MOMENT if size > least else 5 * MOMENT):
        part = _part(shorter, GROWTH * size)
        last, size = together(part), _replicas(part)
    replica = max(last - first, 0.0) / (size - least) if size > least else first / least
    return Pace(prepare, max(build, 0.0), max(first - least * replica, 0.0), scale * replica)


def _part(task: Task, replicas: int) -> Task:
    """About so many replicas of the task: of one unit, or of several whole ones spread over its cells."""
    count = task.count
    if not task.structure.bound:  # else replicas depend on how many there are
        count = max(2, min(task.count, replicas // 2 if task.packed else replicas))
    units = max(2 if task.packed else 1, min(len(task.units), replicas // count))
    chosen = task.units[:: max(1, len(task.units) // units)][:units]
    return replace(task, units=tuple(_first(unit, min(count, unit.count)) for unit in chosen))


def _first(unit: Unit, count: int) -> Unit:
    """The first replicas of a unit."""
    start = {name: states[..., :count] for name, states in unit.start.items()}
    return replace(unit, count=count, start=start)


def _replicas(task: Task) -> int:
    return sum(unit.count for unit in task.units)


def _shorter(task: Task) -> Task:
    """The task on a clock that ends SHORTER times as early."""
    structure = task.structure
    data = load(structure.text, room=ROOM).data
    end = "steps" if "steps" in data["clock"] else "time"
    data["clock"][end] = _divided(data["clock"][end])
    data["phases"] = {name: _divided(start) if start else 0 for name, start in data.get("phases", {}).items()}
    data["record"]["every"] = min(data["record"]["every"], data["clock"][end])
    shorter = Structure.of(dump(data), structure.files, structure.bound, structure.record)
    return replace(task, structure=shorter)


def _divided(end: float) -> float:
    return max(1, end // SHORTER) if isinstance(end, int) else end / SHORTER


def _failed(result: bytes) -> bool:
    return any(message for _, _, message, _ in json.loads(pa.ipc.open_file(result).schema.metadata[UNITS]))


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began
