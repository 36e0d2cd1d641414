"""Tables on a terminal: aligned, with four digits, and shortened to a readable length."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

TICKS = 10
ROWS = 60


def text(table: pd.DataFrame, place: str) -> str:
    """The table in aligned columns. Of many ticks or rows only some are shown, with a note that `place` has all."""
    shown, note = _thinned(table)
    columns = [(str(name), [_cell(value) for value in shown[name]]) for name in shown.columns]
    lines = [[name, *cells] for name, cells in columns]
    numeric = [table[name].dtype.kind in "fiub" for name in table.columns]
    padded = []
    for column, right in zip(lines, numeric, strict=True):
        width = max(map(len, column))
        padded.append([cell.rjust(width) if right else cell.ljust(width) for cell in column])
    rows = ["  ".join(cells).rstrip() for cells in zip(*padded, strict=True)]
    return "\n".join([*rows, *([f"({note}; all are in {place})"] if note else [])])


def _thinned(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    import numpy as np

    note = ""
    if "t" in table and len(table):
        times = table["t"].unique()
        ticks = int(np.clip(ROWS * len(times) // len(table), 2, TICKS))
        if len(times) > ticks:
            chosen = times[np.unique(np.linspace(0, len(times) - 1, ticks).round().astype(int))]
            table, note = table[table["t"].isin(chosen)], f"{len(chosen)} of {len(times):,} ticks"
    if len(table) > ROWS:
        note = f"the first {ROWS} of {len(table):,} rows{' of ' + note if note else ''}"
        table = table.iloc[:ROWS]
    return table, note


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
