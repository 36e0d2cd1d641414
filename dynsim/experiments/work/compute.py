"""The work of an experiment: a task's units simulated side by side, and what is collected of every replica.

`compute` is a pure function of its task: it can run in any thread, process or machine, and gives the same bits there.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...analysis.motion.verdicts import VERDICTS
from ...analysis.reading.observe import Observables
from ...analysis.reading.study import Study
from ...compiler.applying.build import build
from ...compiler.program import Program
from ...engine.compiled.lanes import MOST, lanes_for
from ...engine.plan import Chunk, Plan
from ...engine.random.starts import initial_values, parameter_values
from ...engine.simulate import run as run_engine
from ...errors import DynsimError, InputError, RunError
from ...record.recording import Block, MemoryRecording
from ...session.checks.metrics import checked_model
from ...session.checks.selection_start import wrong_selection
from ...session.run import ROOM
from ...system.builder import System
from ...system.model import Model
from ...system.scenario import load_scenario
from .carried import HIDDEN, carried_columns, nested
from .collected import Columns, columns_of, needs_whole_cells
from .units import Structure, Task, Unit

UNITS = b"units"  # key in the metadata of a result
CHUNK = 16 << 20  # bytes of a record that is one piece, so that nothing is copied to read it
KEPT = 16  # programs that a thread remembers
KINDS = {"verdict": pa.dictionary(pa.int8(), pa.string())}
"""The types of columns; all others are numbers."""


@dataclass(frozen=True)
class Failure:
    """Why a unit has no rows. lasting: it would fail again, because what it computes is wrong."""

    message: str
    lasting: bool


@dataclass(frozen=True)
class Built:
    """A structure ready to run. Nothing of it is shared between threads: analyses add expressions to its graph."""

    system: System
    model: Model
    program: Program
    observables: Observables

    @property
    def separate(self) -> bool:
        """Whether units have to run one by one: replicas that compete know nothing of copies."""
        return self.program.selection is not None


def compute(task: Task) -> bytes:
    """A row for each replica of the task's units, one unit after the other, as an Arrow IPC file of what is collected.
    Its metadata list the units: key, number of rows, and, if it failed, the message and whether
    it would fail again.
    """
    found = _attempted(task, task.units)
    names = list(dict.fromkeys(name for columns, _ in found if isinstance(columns, dict) for name in columns))
    listed: list[list[object]] = []
    parts: dict[str, list[pa.Array]] = {name: [] for name in names}
    for columns, units in found:
        if isinstance(columns, Failure):
            listed += [[unit.key, 0, columns.message, columns.lasting] for unit in units]
            continue
        listed += [[unit.key, unit.count, "", False] for unit in units]
        rows = sum(unit.count for unit in units)
        for name in names:
            parts[name].append(_array(name, columns, rows))
    table = pa.table({
        name: pa.chunked_array(arrays, None if name.startswith(HIDDEN) else KINDS.get(name, pa.float64()))
        .combine_chunks() for name, arrays in parts.items()
    }).replace_schema_metadata({UNITS: json.dumps(listed).encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def _array(name: str, columns: Columns, rows: int) -> pa.Array:
    if name.startswith(HIDDEN):
        return nested(columns[name])
    kind = KINDS.get(name, pa.float64())
    if name not in columns:
        return pa.nulls(rows, kind)
    if name == "verdict":
        return pa.DictionaryArray.from_arrays(columns[name], pa.array(VERDICTS))
    return pa.array(columns[name], kind)


Found = list[tuple[Columns | Failure, Sequence[Unit]]]


def _attempted(task: Task, units: Sequence[Unit]) -> Found:
    """The columns of the units in order; where they fail together, each alone."""
    try:
        built = built_of(task.structure)
        if len(units) > 1 and not _together(built, task):
            return [part for unit in units for part in _attempted(task, [unit])]
        return [(_columns(built, task, units), units)]
    except Exception as error:  # also one in somebody's plug-in: no cell ends the experiment
        if len(units) > 1:
            return [part for unit in units for part in _attempted(task, [unit])]
        return [(_failure(error), units)]


def _failure(error: Exception) -> Failure:
    if isinstance(error, MemoryError):
        return Failure("not enough memory", lasting=False)
    message = str(error) if isinstance(error, DynsimError) else f"{type(error).__name__}: {error}"
    return Failure(message, not isinstance(error, RunError))


def _together(built: Built, task: Task) -> bool:
    """Whether the bits of a unit stay the same among others: not where NumPy simulates it, whose sums depend on how
    many replicas there are, where replicas compete, or where a metric simulates a cell again."""
    return task.compiled and not built.separate and not needs_whole_cells(task.collect)


def _columns(built: Built, task: Task, units: Sequence[Unit]) -> Columns:
    plan = _plan(built, task, units)
    chunks: list[Block] = []
    births: list[Block] = []

    def keep(chunk: Chunk) -> None:
        chunks.append(Block(chunk.times, chunk.values))
        if chunk.births is not None:
            births.append(Block(chunk.births.times, chunk.births.values))

    lanes = lanes_for(built.program, MOST if _packed(built, task) else task.replicas)
    outcome = run_engine(
        built.program, plan, keep, compiled=task.compiled, threads=1, lanes=lanes, chunk_bytes=CHUNK
    )
    recording = MemoryRecording(
        chunks, plan.replicas, plan.parameters, outcome.diverged_at, outcome.diverged_slot, births, plan.seed,
        np.tile(_numbers(task), len(units)),
    )
    model = replace(built.model, ensemble=replace(built.model.ensemble, replicas=task.count, seed=task.seed))
    study = Study(built.program, recording, model, task.compiled)
    study.__dict__["observables"] = built.observables  # they differentiate every objective, once is enough
    collected = columns_of(study, task.collect)
    return collected | carried_columns(built.program, chunks) if task.carried else collected


def _plan(built: Built, task: Task, units: Sequence[Unit]) -> Plan:
    program, copies = built.program, len(units)
    numbers = _numbers(task)
    ensemble = replace(built.model.ensemble, seed=task.seed)
    given = parameter_values(replace(built.model, ensemble=ensemble), numbers)
    parameters = {name: np.tile(values, copies) for name, values in given.items()}
    for name in units[0].values:
        parameters[name] = np.repeat([unit.values[name] for unit in units], task.count)
    initial = initial_values(program, parameters, task.seed, np.tile(numbers, copies))
    for place, unit in enumerate(units):
        for name, states in unit.start.items():
            initial[name][..., place * task.count : (place + 1) * task.count] = states
    wrong = wrong_selection(replace(built.model, ensemble=ensemble), program, parameters, initial)
    if wrong:
        raise built.system.placed(InputError(*wrong))
    every = built.model.record.every
    if _packed(built, task):
        return Plan(copies * task.count, task.seed, parameters, initial, every)
    return Plan(copies * task.count, task.seed, parameters, initial, every, copies, task.first)


def _packed(built: Built, task: Task) -> bool:
    """Whether the units share blocks of lanes, as if they were one ensemble: where no step draws random numbers, no
    replica has to know its own number."""
    return task.packed and not built.program.random and len(task.units) > 1


def _numbers(task: Task) -> NDArray[np.int64]:
    """The numbers of a unit's replicas in their cell."""
    return np.arange(task.first, task.first + task.count)


# -- programs ---------------------------------------------------------------------------------------------------------

_kept = threading.local()


def built_of(structure: Structure) -> Built:
    """The structure's program, from this thread's memory or made now."""
    known: OrderedDict[str, Built] = _kept.__dict__.setdefault("built", OrderedDict())
    if structure.key not in known:
        known[structure.key] = _built(structure)
        while len(known) > KEPT:
            known.popitem(last=False)
    known.move_to_end(structure.key)
    return known[structure.key]


def _built(structure: Structure) -> Built:
    with tempfile.TemporaryDirectory(prefix="dynsim-") as folder:
        path = Path(folder) / "cell.yaml"
        path.write_text(structure.text, encoding="utf-8")
        for name, content in structure.files.items():
            file = path.parent / name
            os.makedirs(file.parent, exist_ok=True)
            file.write_bytes(content)
        system = load_scenario(path, room=ROOM)
        model = checked_model(system)
    program = build(model)
    return Built(system, model, program, Observables(program))
