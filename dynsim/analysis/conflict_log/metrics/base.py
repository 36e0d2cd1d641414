"""What a log metric is: a class in its own file that sees a record once, in blocks, and ends as a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

import pandas as pd

from ....algebra.graph import Expr
from ....registry import Registry
from ...reading.moves import MoveSource, Need


class LogMetric(ABC):
    """One metric of one source of moves. What it carries from block to block must not grow with the number of ticks,
    except for rows of its table; its result must not depend on where the blocks begin.

    table: the table it fills. Metrics of "summary" give one row per replica and are joined side by side; those of
    "episodes" are put one below the other; any other table belongs to one metric.
    columns: of the summary, the names that are plain words, which no variable or parameter in the summary can then
    have; all other names begin with a word and a point.
    needs: what a source must have for this metric; others have no such table or columns. uses: what the metric reads
    besides, where the source has it. A metric that needs "program" is given a `Study`, and its blocks are `Sample`s.
    """

    name: ClassVar[str]
    table: ClassVar[str]
    columns: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[Need, ...]] = ()
    uses: ClassVar[tuple[Need, ...]] = ()

    def __init__(self, source: MoveSource) -> None:
        self.source = source

    def expressions(self) -> Iterable[Expr]:
        """The scalar expressions of the program that it wants evaluated, besides the quantities that it names."""
        return ()

    @abstractmethod
    def feed(self, moves: Any) -> None:
        """The next block: `Moves`, or a `Sample` where the metric needs a program."""

    @abstractmethod
    def result(self) -> pd.DataFrame:
        """The table, after the last block."""


LOG_METRICS: Registry[type[LogMetric]] = Registry("log metric", "dynsim.analysis.conflict_log.metrics")
