"""A cell of an experiment as a run of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..errors import InputError
from ..session.run import Run
from ..session.simulate import simulate
from ..system.text.local_path import local_path
from .model import Cell, Experiment
from .state import load_experiment
from .storing.columns import axis_value
from .storing.starts import read_start
from .storing.store import CELLS, REPLICAS, RESOLVED, read_manifest

KEYS = ("cell", "variant", "replicas", "failed")


def open_cell(directory: str | Path, cell: int, out: str | Path | None = None, **settings: Any) -> Run:
    """Simulate a cell of an experiment as a run of its own, whose replicas are those of the experiment to the bit.

    directory: of the experiment. cell: its number. out: the run directory; by default the run stays in memory.
    settings: `threads`, `force`, `resume`, `report` and `progress` of `ds.simulate`. InputError where the directory is
    no experiment's, or has no such cell.
    """
    path = local_path(directory)
    manifest = read_manifest(path)
    experiment = load_experiment(path / RESOLVED)
    found, replicas = _cell(path, experiment, cell)
    system = experiment.system_of(found, replicas)
    return simulate(system, out=out, compiled=manifest["compiled"], **settings)


def _cell(path: Path, experiment: Experiment, number: int) -> tuple[Cell, int]:
    """The cell, and how many replicas it needs so that those of the experiment are among them."""
    if not (path / CELLS).exists():
        raise InputError(f"{path}: the experiment has no {CELLS} yet: --resume goes on with it")
    table = pq.read_table(path / CELLS, columns=[*KEYS, *(axis.path for axis in experiment.axes)])
    rows = table.filter(pc.equal(table.column("cell"), number))
    if not rows.num_rows:
        raise InputError(f"{path}: there is no cell {number}: cells are numbered from 0 to {table.num_rows - 1}")
    row = rows.to_pylist()[0]
    fields = {axis.path: table.schema.field(axis.path) for axis in experiment.axes}
    values = {name: axis_value(row[name], declared) for name, declared in fields.items()}
    found = Cell(number, row["variant"], values, read_start(path, number))
    return found, max(row["replicas"] + row["failed"], _last(path, number) + 1)


def _last(path: Path, cell: int) -> int:
    """The highest number of a cell's replicas; −1 without any. A search may begin at any number."""
    rows = pq.read_table(path / REPLICAS, columns=["replica"], filters=[("cell", "=", cell)])
    return int(pc.max(rows.column("replica")).as_py() if rows.num_rows else -1)
