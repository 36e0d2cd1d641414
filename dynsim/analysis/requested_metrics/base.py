"""The contract of a requested metric: a frozen dataclass of settings, in its own file, that turns a study into a table.

Log metrics (conflict_log/metrics/) are computed for every run, all in one pass over its ticks. A requested metric is
computed where a scenario (`metrics:`), `dynsim metrics DIR NAME` or `Run.metric` names it. It may read the record as
often as it needs, or simulate variants of the system.

A metric gives its value in every replica. Its table has the statistics of these values over the replicas of each cell:
the replicas that share the values of all varied parameters (reading/cells.py, reading/replica_values.py). A value that
is not defined in a replica is NaN and is left out of the statistics. A metric whose rows are different quantities names
them in the key column `quantity`; figures draw each quantity apart.
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
    """Base of all requested metrics. Subclasses are frozen dataclasses whose fields are settings (dynsim.settings).

    heading: the question that the metric answers; the report prints it above the figure. caption: how to read the
    figure. value: the title of the value axis. shape: how the report draws the table: "lines" over `t`, "dots" (one row
    per key, with its spread), "matrix" (keys `a` and `b`), "curve" over the column `x`, whose title is `over`.
    agents: whether the metric is about agents; it is then refused for a system without agents. pooled: whether the
    metric compares replicas that differ in their parameters. Its table is then one of all replicas, unless the caller
    names parameters to split it by; what belongs to many replicas together overrides `table`, and its `values` raise an
    InputError that says so. example: a scenario that has what the metric needs. The contract tests
    (tests/analysis/requested_metrics/test_contract.py) need one for a metric that none of their own systems suits.
    """

    name: ClassVar[str]
    heading: ClassVar[str]
    caption: ClassVar[str]
    value: ClassVar[str]
    shape: ClassVar[Literal["lines", "dots", "matrix", "curve"]]
    over: ClassVar[str] = ""
    agents: ClassVar[bool] = True
    pooled: ClassVar[bool] = False
    example: ClassVar[str] = ""

    @abstractmethod
    def values(self, study: Study) -> ReplicaValues | Sequence[ReplicaValues]:
        """The value in every replica; in several parts where the cells of the study have different rows. Raises
        InputError where the run lacks what the metric needs, and says what that is."""

    def table(self, study: Study) -> pd.DataFrame:
        """The statistics of every cell of the study, cell after cell."""
        return statistics(self.values(study), study.cells)

    def per_replica(self, study: Study) -> pd.DataFrame:
        """The value in every replica, a row each."""
        return singles(self.values(study), study)


REQUESTED_METRICS: Registry[type[RequestedMetric]] = Registry("requested metric", "dynsim.analysis.requested_metrics")


class MetricSpec(Stated):
    """A requested metric as a script states it: a name and raw settings."""


def make(name: str, settings: Mapping[str, Any]) -> RequestedMetric:
    """The metric `name` with these settings. InputError with all mistakes, each with the setting as its path."""
    metric: RequestedMetric = read(REQUESTED_METRICS, name, settings, _plain, _plain)
    return metric


def _plain(key: str, raw: Any) -> float:
    """A number. Expressions are refused: over a whole run they have many values, and a setting has one."""
    if isinstance(raw, str | Expr):
        raise InputError("the settings of a metric are plain numbers")
    return float(raw)
