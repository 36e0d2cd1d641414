"""Replicas until every cell is precise enough.

A cell begins with a first block, and has twice as many replicas in each further round until it is precise enough or has
as many as it may. Whether a point goes on depends on its own replicas alone, so that the tables do not depend on tasks,
workers, order or crashes.

A rule that stops at a small standard error stops more often where chance made it small (Chow and Robbins 1965; Glynn
and Whitt 1992). So intervals are too narrow, and means are biased where they depend on the spread. Both vanish with the
number of replicas at the first look, and grow with the number of looks: hence FIRST, and doubling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from .model import Cell
from .until import Until

FIRST = 32
"""The fewest replicas of a first block. With fewer, chance moves the standard error itself by more than 13 %."""
GROWTH = 2

Evaluate = Callable[[Sequence[Cell], int], pd.DataFrame]
"""evaluate(cells, n) → the rows of cells.parquet for their replicas 0 … n − 1, with what `Until.of` needs."""


def replicated(points: Sequence[Sequence[Cell]], until: Until, first: int, evaluate: Evaluate) -> None:
    """Evaluate all cells with `first` replicas, and go on with those that need more.

    points: cells that differ in their variant alone. They go on together, so that each replica of one has its partner
    in the others and differences stay paired.
    """
    going, replicas = [list(point) for point in points], first
    while True:
        cells = [cell for point in going for cell in point]
        rows = evaluate(cells, replicas)
        if replicas >= until.most:
            return
        more, failed = (
            {cell.number for cell, it_is in zip(cells, flags, strict=True) if it_is}
            for flags in (until.open(rows), rows["failed"] > 0)
        )
        going = [
            [cell for cell in point if cell.number not in failed]
            for point in going if any(cell.number in more for cell in point)
        ]
        if not going:
            return
        replicas = min(until.most, GROWTH * replicas)
