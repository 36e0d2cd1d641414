"""Columns of the table of cells as compressed text, so that a page can hold 100,000 cells.

A column is an array of 4-byte numbers. The page shows four digits of each, so `packed` clears the bits behind them;
then it writes all first bytes, all second bytes and so on, which compresses better than whole numbers do, and
compresses them with zlib. explore.js does the reverse.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zlib import compress

import numpy as np

from ...plots.drawing.style import single
from .quantities import VERDICT
from .tables import Tables

MANTISSA = 14  # bits kept of the mantissa: a relative error below 2⁻¹⁵, which no fourth digit shows
DISTINCT = 5000  # numbers of an axis that are written in full precision; of more, seven digits


@dataclass(frozen=True)
class Packed:
    """Columns of the cells. columns: name → what the page reads. left_out: names of the columns that had no room."""

    columns: dict[str, dict[str, Any]]
    left_out: tuple[str, ...]


def pack(tables: Tables, room: int) -> Packed:
    """As many columns as fit into `room` characters: first what cells are, then shares of verdicts, then statistics,
    those that readers need most first."""
    columns = dict(_identity(tables))
    room -= sum(map(_size, columns.values()))
    left_out = []
    for names in _wanted(tables):
        made = {name: {"data": packed(rounded(tables.cells[name].to_numpy(float)))} for name in names}
        size = sum(map(_size, made.values()))
        if size <= room:
            columns |= made
            room -= size
        else:
            left_out += names
    return Packed(columns, tuple(left_out))


def packed(values: np.ndarray) -> str:
    """Numbers of 4 bytes as text."""
    planes = values.view(np.uint8).reshape(-1, 4).T
    return b64encode(compress(planes.tobytes(), 9)).decode("ascii")


def rounded(values: np.ndarray) -> np.ndarray:
    """Single precision with MANTISSA bits, rounded; NaN stays NaN."""
    bits, spare = single(values).view(np.uint32), 23 - MANTISSA
    half = np.uint32(1 << (spare - 1))
    kept = (bits + half) & np.uint32(0xFFFFFFFF << spare & 0xFFFFFFFF)
    return np.where(np.isfinite(values), kept, np.float32(np.nan).view(np.uint32)).astype("<u4")


def _identity(tables: Tables) -> Iterator[tuple[str, dict[str, Any]]]:
    cells = tables.cells
    yield "cell", {"whole": True, "data": packed(cells["cell"].to_numpy("<u4"))}
    for name in ("replicas", "failed"):
        yield name, {"whole": True, "data": packed(cells[name].to_numpy("<u4"))}
    names = list(tables.variants)
    yield "variant", _coded(names, [names.index(name) for name in cells["variant"]])
    for number, axis in enumerate(tables.axes):
        if axis.numeric and len(axis.levels) > DISTINCT:
            yield f"axis:{number}", {"data": packed(single(axis.values[axis.codes]))}
        else:
            yield f"axis:{number}", _coded(axis.levels if axis.numeric else axis.texts, axis.codes)
    messages = tables.failures.groupby("cell")["message"].first().reindex(cells["cell"]).fillna("")
    codes, texts = messages.factorize()
    yield "message", _coded(texts.tolist(), codes)
    yield "commonest", _coded([*tables.verdicts, ""], np.where(tables.commonest < 0, len(tables.verdicts),
                                                               tables.commonest))


def _coded(levels: Any, codes: Any) -> dict[str, Any]:
    return {"levels": list(levels), "whole": True, "data": packed(np.asarray(codes, dtype="<u4"))}


def _wanted(tables: Tables) -> Iterator[list[str]]:
    """Columns that are only of use together: bands have two ends."""
    for name in tables.verdicts:
        yield [VERDICT + name]
    for statistics in (("median",), ("q25", "q75"), ("mean", "se"), ("q05", "q95")):
        for one in tables.quantities:
            yield [one.column(each) for each in statistics if each in one.statistics]
    for name in tables.verdicts:
        yield [column for end in (".low", ".high") if (column := VERDICT + name + end) in tables.cells]


def _size(column: dict[str, Any]) -> int:
    return len(column["data"]) + sum(len(str(level)) + 4 for level in column.get("levels", ()))
