"""Parallel coordinates: more than two axes with numbers, a line for each cell."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...plots.drawing.style import label, squeezed
from .menu import single_columns
from .tables import Tables

LINES = 2000
TICKS = 5


def parallel(tables: Tables, columns: list[str]) -> dict[str, Any]:
    """What explore.js draws."""
    dimensions: list[dict[str, Any]] = []
    if len(tables.variants) > 1:
        dimensions.append(_places("variant", "variant", list(tables.variants)))
    for k, axis in enumerate(tables.axes):
        if len(axis.levels) == 1:
            continue
        if not axis.numeric:
            dimensions.append(_places(f"axis:{k}", axis.name, axis.texts))
            continue
        values = np.log10(axis.values) if axis.log else axis.values
        few = len(values) <= TICKS
        dimensions.append({
            "column": f"axis:{k}", "label": squeezed(axis.name, 18), "log": axis.log,
            "low": values[0], "high": values[-1],
            "ticks": values.tolist() if few else np.linspace(values[0], values[-1], TICKS).tolist(),
            "levels": len(values),
        })
    return {"kind": "parallel", "dimensions": dimensions, "rows": min(len(tables.cells), LINES),
            "menu": single_columns(tables, columns)}


def _places(column: str, name: str, texts: list[str]) -> dict[str, Any]:
    return {"column": column, "label": squeezed(name, 18), "texts": [label(text, 16) for text in texts]}


def caption(tables: Tables) -> str:
    """How to read it."""
    several = len(tables.cells)
    some = f"{LINES:,} of {several:,} cells are drawn, evenly chosen. " if several > LINES else ""
    return (
        f"Each line is a cell; click it for its numbers. {some}The menu chooses what the colours and the last axis "
        "show. Lines are slightly shifted where cells share values."
    )
