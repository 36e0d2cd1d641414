"""What figures are drawn from: a run, condensed to what fits on a page."""

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
    """A recorded variable: for each cell the quantiles over its replicas, or over their nodes for a population's; a few
    of the single curves (S, K) that they are made of; and every replica's last finite value (R,), none for a
    population's."""

    bands: tuple[Bands, ...]
    kind: Literal["state", "derived", "parameter", "population"]
    singles: Floats
    finals: Floats

    @property
    def name(self) -> str:
        return self.bands[0].name


@dataclass(frozen=True)
class ReportData:
    """A run as its report shows it: what was found, and that condensed to what can be drawn.

    told: what happened, in sentences. cells: what varies, and which replicas belong together. graph: the state graph,
    nodes and edges with a `kind`; empty where it is not known. trajectories: those of a simulated run. provenance: what
    ran, as words. requested: the tables of requested metrics by name, or a sentence where there is none.
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
        """How many were recorded."""
        return self.found.ticks

    @property
    def tables(self) -> Tables:
        return self.found.tables

    @property
    def phases(self) -> Mapping[str, tuple[float, float]]:
        """When each begins and ends, if there are any."""
        return self.found.source.phases

    @property
    def diverged(self) -> int:
        """How many replicas did; 0 where that is not known."""
        return int((~self.found.stayed).sum())

    @property
    def varied(self) -> tuple[str, ...]:
        """What varies; it stands in columns of `tables.summary`."""
        return self.cells.names

    @property
    def banded(self) -> bool:
        """Whether there are several replicas of a kind, so that they have a spread."""
        return self.replicas > self.cells.count
