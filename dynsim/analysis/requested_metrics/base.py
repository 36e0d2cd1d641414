"""What a metric on request is: a frozen record of settings in its own file that turns a study into one tidy table.

The metrics of the conflict log (metric.py) are computed of every run, all in one pass. Those here are asked for, by a
scenario (`metrics:`) or by `dynsim metrics DIR NAME`, and may read the record again or simulate variants of the system.

A metric says what it is in every replica; the table has the statistics of that over the replicas of each cell, that is
over those with the same values of what varies (cells.py, values.py). Where a value is not defined in a replica it is
NaN there and is left out. A metric that gives numbers of several kinds has the key column `quantity`, which names them;
figures keep them apart.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import pandas as pd

from ...algebra.graph import Expr
from ...errors import InputError
from ...registry import Registry
from ...settings import Stated, read
from ..reading.replica_values import ReplicaValues, singles, statistics
from ..reading.study import Study


@dataclass(frozen=True)
class RequestedMetric(ABC):
    """Base of all metrics on request. Subclasses are frozen dataclasses whose fields are settings (dynsim.settings).

    heading: the question that it answers, a section's heading in the report. caption: how to read it. value: the axis
    of its values in figures. shape: how the report draws its table: "lines" over t, "dots" (one row a key, with its
    spread), "matrix" (keys a and b), "curve" (over the column `x`, which `over` names). agents: whether it is
    about agents, and there is nothing to measure where there are none. pooled: whether it tells by itself how something
    depends on what varies, so that its table is of all replicas unless it is asked otherwise.
    """

    name: ClassVar[str]
    heading: ClassVar[str]
    caption: ClassVar[str]
    value: ClassVar[str]
    shape: ClassVar[Literal["lines", "dots", "matrix", "curve"]]
    over: ClassVar[str] = ""
    agents: ClassVar[bool] = True
    pooled: ClassVar[bool] = False

    @abstractmethod
    def values(self, study: Study) -> ReplicaValues | Sequence[ReplicaValues]:
        """What it is in every replica; in parts where the cells of the study have rows of their own. Raises InputError
        where the run has not what the metric needs, saying what that is."""

    def measure(self, study: Study) -> pd.DataFrame:
        """The table: the statistics of every cell of the study, cell after cell."""
        return statistics(self.values(study), study.cells)

    def single(self, study: Study) -> pd.DataFrame:
        """The value in every replica."""
        return singles(self.values(study), study)


REQUESTED_METRICS: Registry[type[RequestedMetric]] = Registry("metric", "dynsim.analysis.requested_metrics")

class MetricSpec(Stated):
    """A requested metric as a script states it: a name and raw settings."""


def make(name: str, settings: Mapping[str, Any]) -> RequestedMetric:
    """The metric `name` with these settings; InputError with all mistakes, each with the setting as its path."""
    measure: RequestedMetric = read(REQUESTED_METRICS, name, settings, _plain, _plain)
    return measure


def _plain(key: str, raw: Any) -> float:
    """A setting here is a number: a run is over, and its expressions have many values."""
    if isinstance(raw, str | Expr):
        raise InputError("the settings of a metric are plain numbers")
    return float(raw)
