"""What figures are drawn from: a run, condensed to what fits on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pandas as pd

from ...analysis.conflict_log.tables import Tables
from ...analysis.reading.cells import Cells
from ...answers.base import Told
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
    """A run as its report shows it.

    clock: the word for the time axis, "step" or "time". graph: the state graph, nodes and edges with a `kind`. cells:
    what varies, and which replicas belong together; what varies are columns of `tables.summary`. provenance: what ran,
    as words. told: what happened, in sentences. requested: the tables of the requested metrics by name, or a sentence
    where there is none. phases: when each begins and ends, if there are any.
    """

    title: str
    description: str
    clock: Literal["step", "time"]
    replicas: int
    ticks: int
    agents: tuple[str, ...]
    cells: Cells
    tables: Tables
    told: tuple[Told, ...]
    graph: nx.DiGraph
    trajectories: tuple[Trajectory, ...]
    provenance: Mapping[str, str]
    requested: Mapping[str, pd.DataFrame | str] = field(default_factory=dict)
    phases: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def varied(self) -> tuple[str, ...]:
        return self.cells.names

    @property
    def banded(self) -> bool:
        """Whether there are several replicas of a kind, so that they have a spread."""
        return self.replicas > self.cells.count
