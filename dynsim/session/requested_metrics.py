"""The requested metrics of one run: computed, and kept as metrics/NAME.parquet with their settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from ..analysis.reading.cells import cells_of
from ..analysis.reading.study import Study
from ..analysis.requested_metrics.base import REQUESTED_METRICS, RequestedMetric, make
from ..errors import InputError
from ..record.directory import claim, metric_file
from ..record.files import make_directory
from ..record.manifest import read_manifest
from ..record.parquet import read_metadata, read_table, write_table
from .checks.metrics import placed

SETTINGS, BY = b"settings", b"by"  # in a file's metadata, as JSON
AGAIN = "remove it, and ask for the metric again"  # what to do with a damaged one

Progress = Callable[[str, float], None]
"""Called with what is being done, and the share of it that is."""

Found = pd.DataFrame | str
"""The table of a metric, or the sentence that says why there is none."""


def silent(what: str, share: float) -> None:
    """Progress that is not shown."""


@dataclass(frozen=True)
class Request:
    """A metric with its settings, and the parameters that tell the cells of its table apart."""

    metric: RequestedMetric
    by: tuple[str, ...]


@dataclass(frozen=True)
class RunMetrics:
    """study: what they are computed from. wanted: the names that the scenario lists under `metrics`, with settings.
    directory: the run directory, None for a run that is only in memory."""

    study: Study
    wanted: Mapping[str, Mapping[str, Any]]
    directory: Path | None = None
    _known: dict[Request, pd.DataFrame] = field(default_factory=dict)

    def request(self, name: str, settings: Mapping[str, Any], by: Collection[str] | None = None) -> Request:
        """The metric of that name, with the settings of the scenario where none are given; by all that varies, unless
        it is told or tells that itself."""
        try:
            metric = make(name, settings or self.wanted.get(name, {}))
        except InputError as error:
            raise placed(name, error) from error
        if by is None:
            by = () if metric.pooled else self.study.cells.names
        return Request(metric, cells_of(self.study.program, self.study.recording, by).names)

    def table(self, request: Request) -> pd.DataFrame:
        """The table that is kept, or one computed now."""
        there = None if self.directory is None or request in self._known else kept(self.directory, request)
        return self._computed(request) if there is None else there

    def per_replica(self, request: Request) -> pd.DataFrame:
        """The values of all replicas."""
        return request.metric.per_replica(self._study(request))

    def all(self, progress: Progress, into: Path | None = None) -> dict[str, Found]:
        """The table of every metric that the scenario asks for or that is kept, or the sentence that says why there is
        none.

        into: compute all of them anew, and keep them in that directory.
        """
        wanted = {name: (settings, None) for name, settings in self.wanted.items()}
        settings: dict[str, tuple[Any, Any]] = dict(wanted)
        if self.directory is not None:
            there = kept_names(self.directory)
            settings = {name: wanted.get(name) or _stated(file_of(self.directory, name)) for name in there} | wanted
        found: dict[str, Found] = {}
        for k, (name, (chosen, by)) in enumerate(settings.items()):
            progress(f"measuring {name}", k / len(settings))
            try:
                request = self.request(name, chosen, by)
                found[name] = self.table(request) if into is None else self.keep(request, into)
            except InputError as error:
                found[name] = sentence(error)
        return found

    def keep(self, request: Request, directory: Path) -> pd.DataFrame:
        """Compute the table and write it to metrics/NAME.parquet, with the settings and what it is by in the file's
        metadata."""
        table, name = self._computed(request), request.metric.name
        claim(directory, [metric_file(name)])
        make_directory(file_of(directory, name).parent)
        content = pa.Table.from_pandas(table, preserve_index=False)
        metadata = content.schema.metadata or {}
        metadata |= {SETTINGS: json.dumps(asdict(request.metric)).encode(), BY: json.dumps(request.by).encode()}
        write_table(file_of(directory, name), content.replace_schema_metadata(metadata))
        return table

    def _computed(self, request: Request) -> pd.DataFrame:
        if request not in self._known:
            self._known[request] = request.metric.table(self._study(request))
        return self._known[request]

    def _study(self, request: Request) -> Study:
        """The study with the cells that are asked for."""
        if not len(self.study.times):
            raise InputError("the run has no recorded tick")
        if request.metric.agents and not self.study.program.agents:
            raise InputError("this metric is about agents, and the system has none")
        if request.by == self.study.cells.names:
            return self.study
        return self.study.split_by(cells_of(self.study.program, self.study.recording, request.by))


def sentence(error: InputError) -> str:
    """The message of an error, as a sentence."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def kept(directory: Path, request: Request) -> pd.DataFrame | None:
    """The table in the directory, if it was computed with these settings, by the same parameters."""
    path = file_of(directory, request.metric.name)
    there = request.metric.name in kept_names(directory)
    return read_table(path, AGAIN) if there and _stated(path) == (asdict(request.metric), list(request.by)) else None


def kept_metrics(directory: Path) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """By the name of every metric that is kept: its settings, and the parameters by which its table is split."""
    return {name: _stated(file_of(directory, name)) for name in kept_names(directory)}


def kept_names(directory: Path) -> list[str]:
    """The metrics that are kept, without those whose plug-in no longer exists."""
    names = {Path(file).stem for file in read_manifest(directory).files if file == metric_file(Path(file).stem)}
    there = {name for name in names if file_of(directory, name).exists()}
    return sorted(there.intersection(REQUESTED_METRICS.names())) if there else []  # importing them all takes its time


def file_of(directory: Path, name: str) -> Path:
    """Where a metric is kept."""
    return directory / metric_file(name)


def _stated(path: Path) -> tuple[dict[str, Any], list[str]]:
    """The settings of a table, and the parameters by which it is split; empty if the file does not say."""
    try:
        metadata = read_metadata(path, AGAIN)
        settings, by = json.loads(metadata[SETTINGS]), json.loads(metadata.get(BY, b"[]"))
    except (KeyError, ValueError) as error:
        raise InputError(f"{path}: is damaged: it does not say with which settings it was computed; {AGAIN}") from error
    if not isinstance(settings, dict):
        raise InputError(f"{path}: is damaged: its settings are no table; {AGAIN}")
    if not isinstance(by, list) or not all(isinstance(name, str) for name in by):
        raise InputError(f"{path}: is damaged: what its table is by is no list of names; {AGAIN}")
    return settings, by
