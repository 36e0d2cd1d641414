"""What a run ends with: the files of its directory, its tables, and its report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from ..analysis.conflict_log.columns import SUMMARY
from ..analysis.conflict_log.tables import Tables, table_names
from ..answers.base import Told
from ..answers.wording.findings import Findings
from ..arrays import Floats
from ..compiler.program import Program
from ..record.directory import REPORT, metric_file
from ..record.files import write_text
from ..record.layout import GENERATIONS, NODES, REPLICAS, STATES, Layout, node_table
from ..record.manifest import Manifest
from ..record.parquet import read_table, write_table
from ..system.model import Model
from ..system.text.local_path import local_path
from .requested_metrics import Found


@dataclass(frozen=True)
class Dashboard:
    """The report as one HTML page that works offline; a notebook shows it inline."""

    html: str

    def save(self, path: str | Path) -> None:
        write_text(local_path(path), self.html)

    def _repr_html_(self) -> str:
        from html import escape

        return f'<iframe srcdoc="{escape(self.html)}" style="width:100%;height:85vh;border:0"></iframe>'


def layout_of(model: Model, program: Program, parameters: Mapping[str, Floats], replicas: int) -> Layout:
    """The tables of a run of this model; a derived vector is recorded component by component."""
    wanted = model.record.derived
    derived = [name for name in program.derived if name in wanted or name.split("[")[0] in wanted]
    return Layout(program, replicas, parameters, tuple(derived), model.ensemble.seed)


def result_names(model: Model, layout: Layout) -> tuple[str, ...]:
    """Every file that a run writes after its first step, by its path below the directory."""
    requested = map(metric_file, model.metrics)
    nodes = [NODES] if model.populations else []
    return (*layout.files, REPLICAS, *nodes, *(f"{table}.parquet" for table in table_names()), *requested, REPORT)


def write_tables(path: Path, tables: Tables, program: Program) -> None:
    """Write the conflict log, and what the nodes of graphs are called, into the run directory."""
    for name, frame in tables.items():
        write_table(path / f"{name}.parquet", pa.Table.from_pandas(frame, preserve_index=False))
    if program.topologies:
        write_table(path / NODES, node_table(program.topologies))


def read_tables(path: Path, names: Iterable[str]) -> Tables | None:
    """The tables of the conflict log in a run directory, among these names; None where one is missing."""
    record = (STATES, REPLICAS, GENERATIONS, NODES)
    files = {name.removesuffix(".parquet"): path / name for name in names if name.endswith(".parquet")}
    files = {name: file for name, file in files.items() if "/" not in name and file.name not in record}
    if SUMMARY not in files or not all(file.exists() for file in files.values()):
        return None
    return Tables({name: read_table(file, "dynsim report makes it again") for name, file in sorted(files.items())})


def drawn(found: Findings, told: tuple[Told, ...], manifest: Manifest, requested: Mapping[str, Found]) -> Dashboard:
    """The report of what was found, told and requested."""
    # Importing Plotly takes its time, and a run without a report need not wait for it.
    from ..dashboard.collect import collect, provenance
    from ..dashboard.page import report

    return Dashboard(report(collect(found, told, provenance(manifest), requested)))
