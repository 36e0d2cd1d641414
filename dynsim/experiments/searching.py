"""Adaptive designs: cells are numbered and computed as a search asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import pyarrow as pa

from .axis import Value
from .design.base import Adaptive, Start
from .model import Cell, Experiment
from .work.units import start_key

Compute = Callable[[Sequence[Cell], int, int | None], list[pd.DataFrame]]
"""compute(cells, first, count) → the rows of each cell's replicas."""


def searched(experiment: Experiment, design: Adaptive, compute: Compute) -> pa.Table:
    """What the design finds for every variant: its rows, with a column `variant` in front.

    A cell has the number in whose order it was first asked for, so numbers do not depend on where tasks run."""
    cells: dict[tuple[str, tuple[Value, ...], str], Cell] = {}
    paths = [axis.path for axis in experiment.axes]
    rows = []
    for variant in experiment.variants:
        def ask(
            points: Sequence[tuple[Value, ...]], first: int, count: int | None, starts: Sequence[Start] | None = None,
            name: str = variant.name,
        ) -> list[pd.DataFrame]:
            asked: list[Cell] = []
            given: Sequence[Start | None] = starts or [None] * len(points)
            for point, start in zip(points, given, strict=True):
                key = name, point, "" if start is None else start_key(start)
                cell = Cell(len(cells), name, dict(zip(paths, point, strict=True)), start)
                asked.append(cells.setdefault(key, cell))
            return compute(asked, first, count)

        rows += [{"variant": variant.name, **row} for row in design.search(experiment.axes, ask)]
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: [row.get(name) for row in rows] for name in names})
