"""Rows of the benchmark table, and functions that print and write them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HEADINGS = ("benchmark", "dynsim", "peer", "unit", "ratio", "target", "reached", "note")


@dataclass(frozen=True)
class Row:
    """One comparison.

    name     what is measured, and against whom
    ours     dynsim's figure, in `unit` (NaN: not measured)
    theirs   the peer's figure, in `unit` (NaN: no peer, or it is not installed)
    ratio    how the two compare, in the sense that `target` states (NaN: not measured)
    unit     of `ours` and `theirs`
    target   the figure to reach, in words
    reached  whether it is reached; a row without a target reads False and has an empty `target`
    note     medians, compile times, what is missing, why a target is not reached
    """

    name: str
    ours: float
    theirs: float
    ratio: float
    unit: str
    target: str
    reached: bool
    note: str


def compared(
    name: str,
    ours: float,
    theirs: float,
    unit: str,
    note: str,
    *,
    faster: float | None = None,
    within: float | None = None,
) -> Row:
    """A row of two times.

    faster: the peer's time should be at least so many times dynsim's, and `ratio` is that multiple. within:
    dynsim's time should be at most so many times the peer's. Neither: no target, and `ratio` as with `faster`.
    """
    if within is not None:
        ratio = ours / theirs
        return Row(name, ours, theirs, ratio, unit, f"dynsim/peer ≤ {within:g}", ratio <= within, note)
    ratio = theirs / ours
    if faster is None:
        return Row(name, ours, theirs, ratio, unit, "", False, note)
    return Row(name, ours, theirs, ratio, unit, f"peer/dynsim ≥ {faster:g}", ratio >= faster, note)


def print_table(rows: Sequence[Row], facts: dict[str, str]) -> None:
    """Print the machine's facts and the rows as an aligned text table on stdout."""
    for key, value in facts.items():
        print(f"{key}: {value}")
    print()
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def write_json(path: Path, rows: Sequence[Row], facts: dict[str, str]) -> None:
    """Write the machine's facts and the rows as one JSON object; NaN becomes null."""
    plain = [{key: _json_value(value) for key, value in asdict(row).items()} for row in rows]
    path.write_text(json.dumps({"machine": facts, "rows": plain}, indent=2, allow_nan=False) + "\n")


def _cells(row: Row) -> tuple[str, ...]:
    reached = ("yes" if row.reached else "no") if row.target else ""
    numbers = [_number(row.ours), _number(row.theirs), row.unit, _number(row.ratio)]
    return (row.name, *numbers, row.target, reached, row.note)


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4g}"


def _json_value(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
