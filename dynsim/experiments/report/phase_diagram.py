"""The phase diagram: two axes with numbers, a field for each cell, and a panel for each variant or category."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...plots.drawing.style import label
from .boundary import boundary_lines
from .menu import single_columns
from .packing import packed
from .scale import scale
from .tables import Tables

PANELS = 12
FILLED = 0.5  # the least part of all combinations of values that makes them a lattice


def phase_diagram(tables: Tables, columns: list[str]) -> dict[str, Any]:
    """What explore.js draws. Cells on a lattice are fields; scattered cells are dots."""
    x, y = tables.numeric
    groups, codes = tables.groups((x, y))
    places = np.unique(np.stack([codes, x.codes, y.codes]), axis=1).shape[1]
    lattice = places >= FILLED * len(groups) * len(x.levels) * len(y.levels)
    return {
        "kind": "fields" if lattice else "dots",
        "x": scale(x, tables, lattice), "y": scale(y, tables, lattice),
        "groups": list(map(label, groups[:PANELS])), "group": {"whole": True, "data": packed(codes.astype("<u4"))},
        "more": max(len(groups) - PANELS, 0), "menu": single_columns(tables, columns),
        "boundary": boundary_lines(tables, (x, y), groups[:PANELS]),
    }


def caption(tables: Tables, lattice: bool) -> str:
    """How to read it."""
    what = "field" if lattice else "dot"
    text = f"Each {what} is a cell; click it for its numbers. The menu chooses what the colours show."
    if tables.boundary is not None and len(tables.boundary):
        text += " Line: the boundary."
    return text
