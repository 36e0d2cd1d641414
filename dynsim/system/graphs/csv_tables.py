"""Edges and nodes from .csv tables, such as Gephi's: separated by commas, semicolons or tabs."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from ...errors import shown
from .edge_list import EdgeList
from .text_lines import NUMBER, Lines, counted

SOURCE, TARGET, WEIGHT, TYPE = "source", "target", "weight", "type"
IGNORED = ("id", "label", "timeset", "interval")
"""Further columns that Gephi writes for edges."""

KNOWN = "the columns source, target and optionally weight (and Gephi's type, id, label, timeset)"


def read_csv(text: str, file: str, directed: bool | None) -> EdgeList:
    """The edges of a table. Their direction is that of `directed`, or of the column `type` if `directed` is None."""
    lines = Lines(text, file)
    rows = [*_cells(lines)]
    columns = [SOURCE, TARGET, WEIGHT]
    if rows and _is_header(rows):
        number, cells = rows.pop(0)
        columns = [cell.lower() for cell in cells]
        _expect_known(lines, number, cells)
    kinds: set[str] = set()
    if TYPE in columns:
        kinds = {row[columns.index(TYPE)].lower() for _, row in rows if len(row) == len(columns)}
    if kinds - {"directed", "undirected"} or len(kinds) > 1:
        message = f"expected directed or undirected, the same for all edges, in the column type of {file}"
        lines.faults.append((0, message))
    edge_list = EdgeList("directed" in kinds if directed is None else directed, file=file)
    for number, row in rows:
        _add_row(edge_list, lines, number, dict(zip(columns, row, strict=False)), row, columns)
    lines.finish()
    return edge_list


def _add_row(
    edge_list: EdgeList, lines: Lines, number: int, cells: dict[str, str], row: list[str], columns: list[str]
) -> None:
    optional = 1 if columns[-1] == WEIGHT else 0
    if not len(columns) - optional <= len(row) <= len(columns):
        named = "source, target and optionally a weight" if len(columns) == 3 else f"{len(columns)} columns"
        lines.note(number, f"expected {named}, got {counted(row, 'column')}")
        return
    if not cells[SOURCE] or not cells[TARGET]:
        lines.note(number, f"the edge has no {TARGET if cells[SOURCE] else SOURCE}")
        return
    weight = cells.get(WEIGHT, "")
    edge_list.add(cells[SOURCE], cells[TARGET], lines.number(number, weight) if weight else 1.0, number)


def _cells(lines: Lines) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with their line numbers. The delimiter is the most frequent of comma, semicolon and
    tab in the first line."""
    delimiter = ""
    for number, line in lines:
        delimiter = delimiter or max(",;\t", key=line.count)
        if '"' in line:
            try:
                (row,) = csv.reader([line], delimiter=delimiter, strict=True, skipinitialspace=True)
            except (csv.Error, ValueError):
                lines.note(number, 'expected a quote " at both ends of what it encloses')
                continue
        else:
            row = line.split(delimiter)
        row = [cell.strip() for cell in row]
        if any(row):
            yield number, row


def _is_header(rows: list[tuple[int, list[str]]]) -> bool:
    """Whether the first row is a header: it has a known column name, or its words occur as nodes in no other row."""
    first = [cell.lower() for cell in rows[0][1]]
    if {SOURCE, TARGET, WEIGHT} & {*first}:
        return True
    others = {cell for _, row in rows[1:] for cell in row[:2] if len(row) > 1}
    if not others or len(first) < 2 or (len(first) > 2 and NUMBER.match(first[2])):
        return False
    return not others & {*rows[0][1][:2]} and not all(NUMBER.match(cell) for cell in first[:2])


def _expect_known(lines: Lines, number: int, cells: list[str]) -> None:
    """Raise at once if the columns are not the known ones: without them no row can be checked."""
    names = [cell.lower() for cell in cells]
    unknown = [cell for cell in cells if cell.lower() not in (SOURCE, TARGET, WEIGHT, TYPE, *IGNORED)]
    missing = [name for name in (SOURCE, TARGET) if name not in names]
    if unknown or missing or len(set(names)) < len(names):
        advice = ": above edges, write what the columns are" if len(missing) == 2 else ""
        lines.note(number, f"expected {KNOWN} in the first line, got {_some(cells)}{advice}")
        lines.finish()


def csv_nodes(text: str, file: str) -> tuple[list[str], dict[str, list[Any]]]:
    """A table of nodes: the names in its column `id`, and the other columns by name, with None for empty cells."""
    lines = Lines(text, file)
    rows = _cells(lines)
    number, header = next(rows, (1, [""]))
    lowered = [cell.lower() for cell in header]
    if lowered.count("id") != 1 or len(set(header)) < len(header):
        lines.note(number, f"expected different columns in the first line, one of them id, got {_some(header)}")
        lines.finish()
    names: list[str] = []
    columns: dict[str, list[Any]] = {name: [] for name in header if name.lower() != "id"}
    seen: dict[str, int] = {}
    for number, row in rows:
        name = row[lowered.index("id")] if len(row) == len(header) else ""
        if len(row) != len(header):
            lines.note(number, f"expected {counted(header, 'column')}, got {len(row)}")
        elif not name:
            lines.note(number, "there is no name in the column id")
        elif name in seen:
            lines.note(number, f"the node {shown(name)} is listed twice, first in line {seen[name]}")
        else:
            seen[name] = number
            names.append(name)
            for column, cell in zip(header, row, strict=True):
                if column in columns:
                    columns[column].append(float(cell) if NUMBER.match(cell) else cell or None)
    lines.finish()
    return names, columns


def _some(cells: list[str]) -> str:
    return ", ".join(shown(cell) for cell in cells[:8]) + (", …" if len(cells) > 8 else "")
