"""Curves along one axis, with a colour for each variant and category."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...plots.drawing.style import BLUE, GREEN, INK, ORANGE, PURPLE, SKY, VERMILLION, label, squeezed
from .boundary import boundary_lines
from .menu import with_bands
from .packing import packed
from .scale import LONGEST_TICK, category, scale
from .tables import Tables

COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, INK)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
LINES = 12


def curves(tables: Tables, columns: list[str]) -> dict[str, Any]:
    """What explore.js draws: along the axis with numbers; without one, along the first category or the variants."""
    if not tables.numeric and not tables.categories:
        names = [label(name) for name in tables.variants]
        layout = category("variant", [squeezed(name, LONGEST_TICK) for name in names])
        x: dict[str, Any] = {
            "column": "variant", "name": "variant", "texts": names, "category": True, "layout": layout,
        }
        groups, codes, lines = [""], np.zeros(len(tables.cells), dtype=int), []
    else:
        (along,) = tables.numeric or tables.categories[:1]
        x = scale(along, tables)
        groups, codes = tables.groups((along,))
        lines = boundary_lines(tables, (along,), groups) if along.numeric else []
    return {
        "kind": "curves", "x": x, "groups": list(map(label, groups[:LINES])), "more": max(len(groups) - LINES, 0),
        "group": {"whole": True, "data": packed(codes.astype("<u4"))}, "menu": with_bands(tables, columns),
        "boundary": [line for line in lines if line["group"] < LINES],
        "looks": [
            {"colour": COLOURS[k % len(COLOURS)], "dash": DASHES[k % len(DASHES)]} for k in range(len(groups[:LINES]))
        ],
    }


def caption(tables: Tables) -> str:
    """How to read it."""
    over = "replicas" if tables.cells["replicas"].max() > 1 else "the replica"
    return (
        f"Points are cells; click one for its numbers. A quantity has its median over {over} with the middle 50\u00a0%"
        ", and the middle 90\u00a0% of a single curve; a share has its 95\u00a0% interval."
    )
