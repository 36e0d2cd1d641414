"""From what was found in a run to what its report shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import networkx as nx
import numpy as np
import pandas as pd

from ..analysis.numerics.bands import bands
from ..analysis.reading.cells import Cells
from ..analysis.reading.study import Study, evaluate_block, width
from ..answers.base import Told
from ..answers.wording.findings import Findings
from ..arrays import Floats
from ..plots.drawing.data import QUANTILES, Bands, ReportData, Trajectory
from ..record.manifest import Manifest
from ..record.recording import Block
from ..system.state_graph import state_graph

TICKS = 4000  # of a variable's trajectory, before figures thin it
NUMBERS = 20_000_000  # to be sorted per variable, unless that leaves fewer than LEAST ticks
LEAST = 60
SINGLES = 5

Kind = Literal["state", "derived", "parameter", "population"]


def collect(
    found: Findings, told: tuple[Told, ...], provenance: Mapping[str, str],
    requested: Mapping[str, pd.DataFrame | str] | None = None,
) -> ReportData:
    """The data of a report. Of a simulated run the record is read once more, for its trajectories; memory: the tables,
    one block, and a few thousand numbers per variable."""
    return ReportData(
        found=found,
        told=told,
        cells=found.source.cells,
        graph=state_graph(found.model) if found.has_model else nx.DiGraph(),
        trajectories=trajectories(found.study) if found.simulated else (),
        provenance=provenance,
        requested=requested or {},
    )


def trajectories(study: Study) -> tuple[Trajectory, ...]:
    """State variables, derived values that were to be recorded, parameters that events change, then populations; rule
    memories and switches are left out."""
    collectors = _collectors(study)
    names = [c.name for c in collectors if c.name in study.program.derived]
    start = 0
    for block in study.recording.blocks():
        values = dict(block.values)
        if names:
            values |= _derived(study, block, names)
        for collector in collectors:
            collector.feed(start, block.times, values[collector.name])
        start += block.ticks
    return tuple(collector.result() for collector in collectors)


def _collectors(study: Study) -> list[_Collector]:
    found, wanted = [], () if study.model is None else study.model.record.derived
    for slot in study.program.states:
        if slot.role in ("state", "parameter"):
            kind: Kind = "parameter" if slot.role == "parameter" else "state"
            found.append(_collector(slot.name, kind, slot.domain.population, study))
    for name, expr in study.program.derived.items():
        if name in wanted or name.split("[")[0] in wanted:
            found.append(_collector(name, "derived", expr.domain.population, study))
    return sorted(found, key=lambda collector: collector.kind == "population")


def _collector(name: str, kind: Kind, population: str | None, study: Study) -> _Collector:
    wide, ticks = width(study.program, population or ""), len(study.times)
    numbers = wide * study.replicas
    affordable = int(np.clip(NUMBERS // max(numbers, 1), LEAST, TICKS))
    singles = np.unique(np.linspace(0, (wide if population else study.replicas) - 1, SINGLES).astype(int))
    stride = max(1, -(-ticks // affordable))
    return _Collector(name, "population" if population else kind, stride, singles, study.cells)


def _derived(study: Study, block: Block, names: list[str]) -> dict[str, Floats]:
    """Derived values in the shape of a block's: (K, R) or (K, n, R)."""
    found, program = {}, study.program
    results = evaluate_block(program, block, study.recording, [program.derived[name] for name in names])
    for name, result in zip(names, results, strict=True):
        whole = (block.ticks, study.replicas)
        if program.derived[name].domain.population:
            found[name] = np.moveaxis(np.broadcast_to(result, (len(result), *whole)), 0, 1)
        else:
            found[name] = np.broadcast_to(result, whole)
    return found


@dataclass
class _Collector:
    """One variable's quantiles at every `stride`-th tick, cell by cell, and its single curves: of some replicas, or of
    some nodes of a population in the first replica."""

    name: str
    kind: Kind
    stride: int
    singles: Any
    cells: Cells
    _times: list[Floats] = field(default_factory=list)
    _quantiles: list[Floats] = field(default_factory=list)
    _curves: list[Floats] = field(default_factory=list)
    _finals: Floats = field(default_factory=lambda: np.empty(0))

    def feed(self, start: int, times: Floats, values: Floats) -> None:
        """A block that begins at the record's tick number `start`: (K, R) or (K, n, R)."""
        ticks = slice(-start % self.stride, None, self.stride)
        kept = values[ticks]
        if values.ndim == 2:
            self._note_finals(values)
        if len(kept):
            split = self.cells.split(kept)
            if kept.ndim == 3:  # the nodes of a cell's replicas stand together
                split = split.swapaxes(1, 2).reshape(len(kept), self.cells.count, -1)
            found = bands(split)
            self._times.append(times[ticks])
            self._quantiles.append(np.stack([found[name] for name in QUANTILES]))
            self._curves.append((kept[..., self.singles] if kept.ndim == 2 else kept[:, self.singles, 0]).T.copy())

    def result(self) -> Trajectory:
        times, quantiles = np.concatenate(self._times), np.concatenate(self._quantiles, axis=1)
        cells = tuple(Bands(self.name, times, quantiles[..., c]) for c in range(self.cells.count))
        return Trajectory(cells, self.kind, np.concatenate(self._curves, axis=1), self._finals)

    def _note_finals(self, values: Floats) -> None:
        """Every replica's last finite value of (K, R), if there is one."""
        if not self._finals.size:
            self._finals = np.full(values.shape[1], np.nan)
        finite = np.isfinite(values)
        newest = values[len(values) - 1 - finite[::-1].argmax(axis=0), np.arange(values.shape[1])]
        self._finals = np.where(finite.any(axis=0), newest, self._finals)


def provenance(manifest: Manifest) -> Mapping[str, str]:
    """What ran, as words for a table."""
    found = {
        "title": manifest.title,
        "scenario": manifest.scenario,
        "hash of the scenario": manifest.scenario_hash,
        "seed": str(manifest.seed),
        "replicas": f"{manifest.replicas:,}",
        "recorded ticks": f"{manifest.ticks:,}",
        "status": manifest.status + (f": {manifest.message}" if manifest.message else ""),
        "diverged replicas": f"{manifest.diverged:,}",
        "engine": "compiled" if manifest.compiled else "interpreted",
        "command": manifest.command,
        "start": manifest.start,
        "end": manifest.end or "",
        "resumed": f"{manifest.resumed} times" if manifest.resumed else "",
        "versions": ", ".join(f"{name} {version}" for name, version in manifest.versions.items()),
        "Python": manifest.python,
        "platform": f"{manifest.platform}, {manifest.cores} cores",
    }
    return {name: text for name, text in found.items() if text}
