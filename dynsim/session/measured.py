"""The metrics on request of one run: computed, and kept as metrics/NAME.parquet with their settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from ..analysis.measure import MEASURES, Measure, make
from ..analysis.study import Study
from ..errors import InputError
from ..record.directory import claim, metric_file
from ..record.files import make_directory
from ..record.manifest import read_manifest
from ..record.reader import read_frame, read_metadata
from ..record.writer import write_table
from .asked import placed

SETTINGS = b"settings"  # in a file's metadata, as JSON

Progress = Callable[[str, float], None]
"""Called with what is being done, and the share of it that is."""

Found = pd.DataFrame | str
"""The table of a metric, or the sentence that says why there is none."""


@dataclass(frozen=True)
class Measured:
    """study: what they are computed from. wanted: what the scenario asks for, names with settings. directory: where
    they are kept, if they are."""

    study: Study
    wanted: Mapping[str, Mapping[str, Any]]
    directory: Path | None = None
    _known: dict[Measure, pd.DataFrame] = field(default_factory=dict)

    def measure(self, name: str, settings: Mapping[str, Any]) -> Measure:
        """The metric of that name, with the settings of the scenario where none are given."""
        try:
            return make(name, settings or self.wanted.get(name, {}))
        except InputError as error:
            raise placed(name, error) from error

    def table(self, measure: Measure) -> pd.DataFrame:
        """The table that is kept, or one computed now."""
        there = None if self.directory is None or measure in self._known else kept(self.directory, measure)
        return self._computed(measure) if there is None else there

    def all(self, progress: Progress, into: Path | None = None) -> dict[str, Found]:
        """What the scenario asks for, and what is kept besides; a sentence where there is no table.

        into: make all of them anew, and keep them in that directory.
        """
        settings = ({} if self.directory is None else kept_settings(self.directory)) | dict(self.wanted)
        found: dict[str, Found] = {}
        for k, name in enumerate(settings):
            progress(f"measuring {name}", k / len(settings))
            try:
                measure = self.measure(name, settings[name])
                found[name] = self.table(measure) if into is None else self.keep(measure, into)
            except InputError as error:
                found[name] = sentence(error)
        return found

    def keep(self, measure: Measure, directory: Path) -> pd.DataFrame:
        """Compute the table and write it to metrics/NAME.parquet, with the settings in the file's metadata."""
        table = self._computed(measure)
        claim(directory, [metric_file(measure.name)])
        make_directory(file_of(directory, measure.name).parent)
        content = pa.Table.from_pandas(table, preserve_index=False)
        metadata = {**(content.schema.metadata or {}), SETTINGS: json.dumps(asdict(measure)).encode()}
        write_table(file_of(directory, measure.name), content.replace_schema_metadata(metadata))
        return table

    def _computed(self, measure: Measure) -> pd.DataFrame:
        if not len(self.study.times):
            raise InputError("the run has no recorded tick")
        if measure.agents and not self.study.program.agents:
            raise InputError("this metric is about agents, and the system has none")
        if measure not in self._known:
            self._known[measure] = measure.measure(self.study)
        return self._known[measure]


def sentence(error: InputError) -> str:
    """What an error says, as a sentence."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def kept(directory: Path, measure: Measure) -> pd.DataFrame | None:
    """The table in the directory, if it was computed with these settings."""
    path = file_of(directory, measure.name)
    there = measure.name in kept_settings(directory)
    return read_frame(path) if there and _settings(path) == asdict(measure) else None


def kept_settings(directory: Path) -> dict[str, dict[str, Any]]:
    """The settings of every metric that is kept, by name; metrics that are not there any more are left out."""
    ours = read_manifest(directory).files
    names = [name for name in MEASURES.names() if metric_file(name) in ours and file_of(directory, name).exists()]
    return {name: _settings(file_of(directory, name)) for name in names}


def file_of(directory: Path, name: str) -> Path:
    """Where a metric is kept."""
    return directory / metric_file(name)


def _settings(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_metadata(path)[SETTINGS])
    except (KeyError, ValueError) as error:
        raise InputError(f"{path}: is damaged: it does not say with which settings it was computed") from error
    if not isinstance(found, dict):
        raise InputError(f"{path}: is damaged: its settings are no table")
    return found
