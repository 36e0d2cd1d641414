"""In which cell the base objective is lowest."""

from __future__ import annotations

import numpy as np

from ....answers.wording.words import between, number
from ..quantities import BASE
from ..tables import Tables
from .words import cell_in_words


def best(tables: Tables) -> list[str]:
    """The cells with the lowest and the highest median of the base objective. No sentence without one, or where all
    cells have the same."""
    if BASE not in {one.name for one in tables.quantities}:
        return []
    median = tables.cells[f"{BASE}.median"].to_numpy(float)
    known = np.flatnonzero(np.isfinite(median))
    low, high = (int(known[pick(median[known])]) for pick in (np.argmin, np.argmax))
    if number(median[low]) == number(median[high]):
        return []
    ends = [f"{number(median[row])}{_middle_half(tables, row)} {cell_in_words(tables, row)}" for row in (low, high)]
    ties = int((median == median[low]).sum()) - 1
    also = f" ({ties:,} other cells have the same)" if ties > 1 else " (one other cell has the same)" if ties else ""
    return [f"The median of the base objective over the replicas of a cell is lowest, {ends[0]}{also}, and highest, "
            f"{ends[1]}."]


def _middle_half(tables: Tables, row: int) -> str:
    cell = tables.cells.iloc[row]
    if cell["replicas"] < 10 or not {f"{BASE}.q25", f"{BASE}.q75"} <= set(tables.cells):
        return ""
    return f" (middle half {between(number(cell[f'{BASE}.q25']), number(cell[f'{BASE}.q75']))})"
