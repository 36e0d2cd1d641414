"""A finished run, in memory or in its directory: its record as tables, and everything that is computed from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import pyarrow as pa

from ..analysis.conflict_log.metrics.base import LOG_METRICS
from ..analysis.conflict_log.tables import Tables, per_replica, single, tables
from ..analysis.reading.cells import cells_of
from ..analysis.reading.study import Study
from ..analysis.requested_metrics.base import REQUESTED_METRICS, MetricSpec
from ..answers.base import Told, told
from ..answers.wording.findings import Findings, findings
from ..compiler.applying.build import build
from ..compiler.program import Program
from ..errors import InputError
from ..plugins import check
from ..record.checkpoint import PARTIAL, Partial
from ..record.directory import (
    REPORT,
    RESOLVED,
    SCENARIO,
    Sources,
    begun,
    check_links,
    check_output,
    claim,
    create,
    locked,
)
from ..record.files import read_text
from ..record.layout import GENERATIONS, STATES, Layout, node_table
from ..record.manifest import Manifest, read_manifest
from ..record.parquet import read_frame
from ..record.reader import DirectoryRecording
from ..record.recording import Recording
from ..record.writer import write_record, write_replicas
from ..registry import unknown
from ..system.model import Model
from ..system.scenario import load_scenario
from ..system.state_graph import state_graph
from ..system.text.local_path import local_path
from .external_plugins import NEEDED
from .requested_metrics import Progress, RunMetrics, silent
from .results import Dashboard, drawn, layout_of, read_tables, result_names, write_tables
from .scenario_files import graph_files

if TYPE_CHECKING:
    import networkx as nx

ROOM = 16
"""How many times the bounds of a scenario file the one in a run directory may take: dynsim fills in the defaults."""


@dataclass(frozen=True)
class Run:
    """What a simulation gave.

    study: the model, the program built from it, and the recorded states. manifest: seed, versions, status and so on.
    sources: the scenario as written and as resolved. directory: where it is kept, if it is.
    """

    study: Study
    manifest: Manifest
    sources: Sources
    directory: Path | None = None

    @property
    def model(self) -> Model:
        """What ran: the scenario, resolved."""
        assert self.study.model is not None, "a run's study has its model"
        return self.study.model

    @property
    def program(self) -> Program:
        """What the engine ran."""
        return self.study.program

    @property
    def recording(self) -> Recording:
        """The recorded states."""
        return self.study.recording

    @cached_property
    def layout(self) -> Layout:
        return layout_of(self.model, self.program, self.recording.parameters, self.recording.replicas)

    @cached_property
    def states(self) -> pd.DataFrame:
        """Columns replica, t, every scalar variable (components as "x[0]"), rule memories, the derived values that the
        scenario records, and the parameters that vary; ordered by t, then replica.
        """
        return self._record(STATES)

    def population(self, name: str) -> pd.DataFrame:
        """A population variable: columns replica, t, element, value. InputError for an unknown name."""
        files = self.layout.population_files
        if name not in files:
            raise InputError(unknown("population variable", name, files))
        return self._record(files[name])

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """The labels of the nodes of all graphs: columns graph, element (as in `population`), label."""
        return node_table(self.program.topologies).to_pandas()

    @cached_property
    def generations(self) -> pd.DataFrame:
        """The genealogy of a selection, a row per place and generation. InputError if there is no selection.

        Columns: t, when the generation began; `parent`, the place that the system comes from (−1 at the start); `born`,
        whether the system is a child or lives on; `fitness` in the lifetime that ended then; and every heritable scalar
        at the start of the generation.
        """
        if self.program.selection is None:
            raise InputError("there are no generations: the scenario has no selection")
        if self.directory is not None:
            return read_frame(self.directory / GENERATIONS)
        return pa.concat_tables(map(self.layout.generations, self.recording.generations())).to_pandas()

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """A row per replica: every parameter's value."""
        recording = self.recording
        return pd.DataFrame({"replica": range(recording.replicas), **recording.parameters})

    @cached_property
    def tables(self) -> Tables:
        """All tables of the conflict log, read from the run's directory or computed now."""
        kept = None if self.directory is None else read_tables(self.directory, self.manifest.files)
        return kept or tables(self.study)

    @property
    def conflicts(self) -> pd.DataFrame:
        """The episodes, a row each: who, over what, when, how strong, to whose harm, and the outcome."""
        return self.tables.episodes

    @property
    def ledger(self) -> pd.DataFrame:
        """Who does what to whom: ∇E_i · u_j over time, over the replicas with the same values of what varies."""
        return self.tables.ledger

    @property
    def contest(self) -> pd.DataFrame:
        """How far the agents' pushes on each variable cancel, over time."""
        return self.tables.contest

    @property
    def summary(self) -> pd.DataFrame:
        """A row per replica: the verdict, final values, objectives."""
        return self.tables.summary

    @cached_property
    def answers(self) -> tuple[Told, ...]:
        """What the run showed: every answer with its `name`, `heading` and `sentences`, the most important first."""
        return told(self.findings)

    @cached_property
    def findings(self) -> Findings:
        """What answers and figures are made of."""
        return findings(self.study, self.tables)

    @cached_property
    def graph(self) -> nx.DiGraph:
        """The state graph: who reads what, who writes what."""
        return state_graph(self.model)

    @cached_property
    def requested(self) -> RunMetrics:
        """The requested metrics."""
        return RunMetrics(self.study, self.model.metrics, self.directory)

    def metric(
        self,
        name: str | MetricSpec,
        by: Collection[str] | None = None,
        per: Literal["replica"] | None = None,
        **settings: Any,
    ) -> pd.DataFrame:
        """The table of a metric: of a requested metric the table that is kept, or one computed now; of a log metric
        what it alone computes.

        name: its name, or `ds.metrics.NAME(…)` with its settings.
        by: the parameters by whose values the replicas are told apart, with rows for each; all that vary unless it is
        given, and none with [], which pools all replicas. per: "replica" gives the value in every replica, in rows of
        their own, instead of statistics. settings: of a requested metric, instead of those of the scenario.

        InputError for an unknown name, parameter or setting, and where the run has not what the metric needs.
        """
        if isinstance(name, MetricSpec):
            settings = {**name.settings, **settings}
            name = name.name
        if per not in (None, "replica"):
            raise InputError(f"per: expected 'replica' or None, got {per!r}")
        if isinstance(by, str):
            raise InputError(f"by: expected a list of parameters, such as [{by!r}], got {by!r}")
        if name in REQUESTED_METRICS.names():
            request = self.requested.request(name, settings, by)
            return self.requested.table(request) if per is None else self.requested.per_replica(request)
        if name not in LOG_METRICS.names():
            raise InputError(unknown("metric", name, [*REQUESTED_METRICS.names(), *LOG_METRICS.names()]))
        if settings:
            raise InputError(f"metric {name!r} has no settings")
        if per is None:
            return single(self.study.split_by(cells_of(self.program, self.recording, by)), name)
        return per_replica(self.study, name)

    def dashboard(self) -> Dashboard:
        return drawn(self.findings, self.answers, self.manifest, self.requested.all(silent))

    def save(self, directory: str | Path, *, force: bool = False, report: bool = True) -> Run:
        """Write the run directory. OutputExists if it exists and `force` does not allow to replace it."""
        path = local_path(directory)
        check_output(path, force=force)
        with begun(path, force=force):
            create(path, self.manifest, self.sources, result_names(self.model, self.layout))
            write_record(path, self.layout, self.recording.blocks(), self.recording.generations())
            write_replicas(path, self.layout, self.recording.diverged_at, self.recording.diverged_slot)
            write_results(path, self, report)
            Partial(path / PARTIAL).remove()
        return load(path)

    def _record(self, file: str) -> pd.DataFrame:
        """One file of the record, from the directory, or as it would be written there."""
        if self.directory is not None:
            return read_frame(self.directory / file)
        blocks = (dict(self.layout.tables(block)) for block in self.recording.blocks())
        schema = self.layout.files[file]
        return pa.concat_tables([schema.empty_table(), *(tables[file] for tables in blocks)]).to_pandas()


def load(directory: str | Path) -> Run:
    """The run in a directory. InputError if there is none, or one that was cut off before its tables were made."""
    path = local_path(directory)
    manifest = read_manifest(path)
    check_links(path, {*manifest.files, SCENARIO, RESOLVED})
    check(manifest.plugins, NEEDED)
    system = load_scenario(path / RESOLVED, room=ROOM)
    model = system.resolve()
    sources = Sources(read_text(path / SCENARIO), read_text(path / RESOLVED), graph_files(system))
    program = build(model)
    recording = DirectoryRecording(path, program)
    run = Run(Study(program, recording, model, manifest.compiled), manifest, sources, path)
    recording.check(lambda: run.layout)
    return run


def remake(directory: str | Path, progress: Progress | None = None) -> Run:
    """Make the tables and the report of the run in a directory again, from its record."""
    path = local_path(directory)
    run = load(path)
    with locked(path):
        made = write_results(path, run, True, progress or silent)
    return _remembering(replace(run, manifest=read_manifest(path)), answers=made.answers)


def write_results(path: Path, run: Run, with_report: bool = True, progress: Progress = silent) -> Run:
    """Compute the conflict log, the requested metrics and the report, and write them into the run's directory. Returns
    the run, which knows its answers then if there is a report."""
    claim(path, result_names(run.model, run.layout))
    progress("analysing", 0.0)
    found = findings(run.study, tables(run.study))
    write_tables(path, found.tables, run.program)
    requested = run.requested.all(progress, into=path)
    if not with_report:
        return run
    progress("drawing", 0.0)
    said = told(found)
    drawn(found, said, run.manifest, requested).save(path / REPORT)
    # The sentences stay, for the terminal; the tables can be large, and are read from their files if asked for.
    return _remembering(run, answers=said)


def _remembering(run: Run, **known: Any) -> Run:
    """A copy of the run in which these properties need not be computed."""
    other = replace(run)
    other.__dict__.update(known)
    return other
