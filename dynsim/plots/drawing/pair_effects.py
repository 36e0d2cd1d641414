"""The effects of agents on each other, from the ledger."""

from __future__ import annotations

import numpy as np

from ...arrays import Floats
from .data import ReportData
from .series import items, times, values

PAIRS = 40  # the most rows of a heat map of pairs of agents


def pair_effects(data: ReportData) -> tuple[list[tuple[str, str]], Floats, Floats]:
    """All ordered pairs (harmed, mover) of different agents; the times, (T,); and the normalised ledger of the pairs,
    (C, pairs, T)."""
    table = data.tables.ledger
    if not len(table):
        return [], np.empty(0), np.empty((data.cells.count, 0, 0))
    of_cells = [data.cells.rows(table, c) for c in range(data.cells.count)]
    everyone = items(of_cells[0], ["harmed", "mover"])
    others = [k for k, (harmed, mover) in enumerate(everyone) if harmed != mover]
    strength = np.stack([values(part, "normalised")[others] for part in of_cells])
    return [(everyone[k][0], everyone[k][1]) for k in others], times(of_cells[0]), strength
