"""The contract of a log metric: a class in its own file that reads a record once, in blocks, and returns a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

import pandas as pd

from ....algebra.graph import Expr
from ....registry import Registry
from ...reading.moves import MoveSource, Need


class LogMetric(ABC):
    """One metric of one source of moves. Its state between blocks must not grow with the number of ticks, except for
    the rows of its table. Its result must not depend on where the blocks begin.

    table: the table that the metric fills. Metrics of "summary" give one row per replica and are joined side by side.
    Kinds of "episodes" append their rows. Any other table belongs to one metric.
    columns: the metric's summary columns whose names are plain words. Variables and parameters in the summary cannot
    have these names. All other columns are named "WORD.NAME".
    needs: what a source must offer; without it, the metric is left out. uses: what the metric reads in addition if the
    source offers it. A metric that needs "program" gets a `Study`, and its blocks are `Sample`s.
    """

    name: ClassVar[str]
    table: ClassVar[str]
    columns: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[Need, ...]] = ()
    uses: ClassVar[tuple[Need, ...]] = ()

    def __init__(self, source: MoveSource) -> None:
        self.source = source

    def expressions(self) -> Iterable[Expr]:
        """The scalar expressions of the program that it reads, besides the quantities that it names."""
        return ()

    @abstractmethod
    def feed(self, moves: Any) -> None:
        """The next block: `Moves`, or a `Sample` where the metric needs a program."""

    @abstractmethod
    def result(self) -> pd.DataFrame:
        """The table, after the last block."""


LOG_METRICS: Registry[type[LogMetric]] = Registry("log metric", "dynsim.analysis.conflict_log.metrics")
