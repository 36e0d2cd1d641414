"""The input of figures: a run, condensed to what fits on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pandas as pd

from ...analysis.conflict_log.tables import Tables
from ...analysis.reading.cells import Cells
from ...answers.base import Told
from ...answers.wording.findings import Findings
from ...arrays import Floats

if TYPE_CHECKING:
    import networkx as nx


QUANTILES = ("q05", "q25", "median", "q75", "q95")


@dataclass(frozen=True)
class Bands:
    """A quantity over time: times (K,), and per name in QUANTILES a row of `quantiles`, (5, K)."""

    name: str
    times: Floats
    quantiles: Floats

    @property
    def median(self) -> Floats:
        return self.quantiles[2]


@dataclass(frozen=True)
class Trajectory:
    """A recorded variable. For each cell, it has the quantiles over the replicas, or over the nodes of all replicas for
    a population; some single curves (S, K); and every replica's last finite value (R,), empty for a population."""

    bands: tuple[Bands, ...]
    kind: Literal["state", "derived", "parameter", "population"]
    singles: Floats
    finals: Floats

    @property
    def name(self) -> str:
        return self.bands[0].name


@dataclass(frozen=True)
class ReportData:
    """A run as its report shows it: the findings, and the data of its figures.

    told: the answers. cells: which parameters vary, and which replicas belong together. graph: the state graph, with a
    `kind` for nodes and edges; empty without a model. trajectories: those of a simulated run, otherwise empty.
    provenance: how the run was made, in words. requested: the table of every requested metric by name, or a sentence if
    there is none.
    """

    found: Findings
    told: tuple[Told, ...]
    cells: Cells
    graph: nx.DiGraph
    trajectories: tuple[Trajectory, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    requested: Mapping[str, pd.DataFrame | str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.found.source.title

    @property
    def description(self) -> str:
        return self.found.source.description

    @property
    def agents(self) -> tuple[str, ...]:
        return self.found.agents

    @property
    def clock(self) -> Literal["step", "time"]:
        """The word for the time axis."""
        return self.found.clock

    @property
    def replicas(self) -> int:
        return self.found.replicas

    @property
    def ticks(self) -> int:
        """The number of recorded ticks."""
        return self.found.ticks

    @property
    def tables(self) -> Tables:
        return self.found.tables

    @property
    def phases(self) -> Mapping[str, tuple[float, float]]:
        """The beginning and end of every phase, if there are any."""
        return self.found.source.phases

    @property
    def diverged(self) -> int:
        """The number of replicas that diverged; 0 if that is unknown."""
        return int((~self.found.stayed).sum())

    @property
    def varied(self) -> tuple[str, ...]:
        """The parameters that vary. Each has a column in `tables.summary`."""
        return self.cells.names

    @property
    def banded(self) -> bool:
        """Whether some cell has several replicas, and so a spread."""
        return self.replicas > self.cells.count
