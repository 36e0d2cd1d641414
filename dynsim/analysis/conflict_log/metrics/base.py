"""What a metric is: a class in its own file that sees a record once, in blocks, and ends as a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

import pandas as pd

from ....algebra.graph import Expr
from ....registry import Registry
from ...reading.study import Sample, Study


class LogMetric(ABC):
    """One metric of one study. What it carries from block to block must not grow with the number of ticks, except for
    rows of its table; its result must not depend on where the blocks begin.

    table: the table it fills. Metrics of "summary" give one row per replica and are joined side by side; those of
    "episodes" are put one below the other; any other table belongs to one metric.
    columns: of the summary, the names that are plain words, which no variable or parameter in the summary can then
    have; all other names begin with a word and a point.
    """

    name: ClassVar[str]
    table: ClassVar[str]
    columns: ClassVar[tuple[str, ...]] = ()

    def __init__(self, study: Study) -> None:
        self.study = study
        self.observables = study.observables

    @abstractmethod
    def expressions(self) -> Iterable[Expr]:
        """The scalar expressions it wants evaluated."""

    @abstractmethod
    def feed(self, sample: Sample) -> None:
        """The next block."""

    @abstractmethod
    def result(self) -> pd.DataFrame:
        """The table, after the last block."""


LOG_METRICS: Registry[type[LogMetric]] = Registry("log metric", "dynsim.analysis.conflict_log.metrics")
