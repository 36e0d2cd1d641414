"""Edges and nodes from lines of text: the edge lists of NetworkX, and tables with commas such as Gephi's."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..text.yaml_scalars import UNPRINTABLE, shown
from .links import GraphFaults, Links, fault

MAX_EDGES = 300_000
"""Lines of a text file: two seconds of reading. Larger graphs come from a .parquet file, or from Python."""

MAX_LINE = 10_000
"""Characters of a line."""

SOURCE, TARGET, WEIGHT, TYPE = "source", "target", "weight", "type"
IGNORED = ("id", "label", "timeset", "interval")
"""Further columns that Gephi writes for edges."""

KNOWN = "the columns source, target and optionally weight (and Gephi's type, id, label, timeset)"
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\Z", re.ASCII)
_DATA = re.compile(r"\{'weight': (?:np\.float64\()?([^\s,(){}'\"]+)\)?\}")


@dataclass
class Lines:
    """The lines of one file; what is wrong with them is noted and the reading goes on."""

    text: str
    file: str
    faults: list[tuple[int, str]] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        ends = self.text.count("\n") + self.text.count("\r") - self.text.count("\r\n")
        if ends > MAX_EDGES:
            raise fault(f"expected at most {MAX_EDGES:,} edges in {self.file}, found {ends:,} lines")
        for number, line in enumerate(re.split(r"\r\n|\n|\r", self.text), 1):
            if len(line) > MAX_LINE:
                self.note(number, f"expected at most {MAX_LINE:,} characters, got {len(line):,}")
            elif UNPRINTABLE.search(line):
                self.note(number, f"expected printable text, got U+{ord(UNPRINTABLE.search(line)[0]):04X}")  # type: ignore[index]
            elif line and not line.isspace():
                yield number, line

    def note(self, number: int, message: str) -> None:
        self.faults.append((number, f"line {number} of {self.file}: {message}"))

    def number(self, line: int, text: str) -> float:
        """The weight that a text states; noted where it is none."""
        value = float(text) if NUMBER.match(text) else float("nan")
        if value - value != 0.0:
            comma = ": write a decimal point" if NUMBER.match(text.replace(",", ".", 1)) and "," in text else ""
            self.note(line, f"expected a finite weight, got {shown(text)}{comma}")
        return value

    def finish(self) -> None:
        if self.faults:
            raise GraphFaults(*((message, None) for _, message in sorted(self.faults)))


def edgelist_links(text: str, file: str, directed: bool) -> Links:
    """Lines "source target", "source target weight" or "source target {'weight': 2.0}"."""
    links, lines = Links(directed, file=file), Lines(text, file)
    for number, line in lines:
        line, brace, data = line.partition("{") if "{" in line else (line.split("#")[0], "", "")
        words = line.split()
        if line.lstrip().startswith("#") or (not words and not brace):
            continue
        if len(words) not in ((2,) if brace else (2, 3)):
            hint = " (a table with commas is a .csv file)" if "," in line else ""
            lines.note(number, f"expected source, target and optionally a weight, got {_count(words, 'word')}{hint}")
            continue
        weight = _data_weight(lines, number, brace + data) if brace else 1.0
        weight = lines.number(number, words[2]) if len(words) == 3 else weight
        links.add(words[0], words[1], weight, number)
    lines.finish()
    return links


def _data_weight(lines: Lines, number: int, text: str) -> float:
    """The weight in an edge's data as NetworkX writes it, {'weight': 2.0}; 1 where it has none."""
    match = _DATA.fullmatch(text.strip())
    if match:
        return lines.number(number, match[1])
    try:
        data = ast.literal_eval(re.sub(r"np\.float64\(([^()]*)\)", r"\1", text.strip()))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        data = None
    if not isinstance(data, dict):
        lines.note(number, f"expected the data of an edge such as {{'weight': 2.0}}, got {shown(text)}")
        return 1.0
    weight = data.get("weight", 1.0)
    return lines.number(number, repr(weight) if isinstance(weight, int | float) else str(weight))


# -- tables -----------------------------------------------------------------------------------------------------------


def csv_links(text: str, file: str, directed: bool | None) -> Links:
    """The edges of a table; whether they have a direction may stand in its column `type`."""
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
    links = Links("directed" in kinds if directed is None else directed, file=file)
    for number, row in rows:
        _add_row(links, lines, number, dict(zip(columns, row, strict=False)), row, columns)
    lines.finish()
    return links


def _add_row(
    links: Links, lines: Lines, number: int, cells: dict[str, str], row: list[str], columns: list[str]
) -> None:
    optional = 1 if columns[-1] == WEIGHT else 0
    if not len(columns) - optional <= len(row) <= len(columns):
        named = "source, target and optionally a weight" if len(columns) == 3 else f"{len(columns)} columns"
        lines.note(number, f"expected {named}, got {_count(row, 'column')}")
        return
    if not cells[SOURCE] or not cells[TARGET]:
        lines.note(number, f"the edge has no {TARGET if cells[SOURCE] else SOURCE}")
        return
    weight = cells.get(WEIGHT, "")
    links.add(cells[SOURCE], cells[TARGET], lines.number(number, weight) if weight else 1.0, number)


def _cells(lines: Lines) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something. What parts the columns is seen in the first line: a comma, a semicolon or a tab."""
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
    """Whether the first row names columns: by known words, or because its words are no nodes of any other edge."""
    first = [cell.lower() for cell in rows[0][1]]
    if {SOURCE, TARGET, WEIGHT} & {*first}:
        return True
    others = {cell for _, row in rows[1:] for cell in row[:2] if len(row) > 1}
    if not others or len(first) < 2 or (len(first) > 2 and NUMBER.match(first[2])):
        return False
    return not others & {*rows[0][1][:2]} and not all(NUMBER.match(cell) for cell in first[:2])


def _expect_known(lines: Lines, number: int, cells: list[str]) -> None:
    """Nothing more can be told of a table whose columns are not known."""
    names = [cell.lower() for cell in cells]
    unknown = [cell for cell in cells if cell.lower() not in (SOURCE, TARGET, WEIGHT, TYPE, *IGNORED)]
    missing = [name for name in (SOURCE, TARGET) if name not in names]
    if unknown or missing or len(set(names)) < len(names):
        advice = ": above edges, write what the columns are" if len(missing) == 2 else ""
        lines.note(number, f"expected {KNOWN} in the first line, got {_some(cells)}{advice}")
        lines.finish()


def node_columns(text: str, file: str) -> tuple[list[str], dict[str, list[Any]]]:
    """A table of nodes: the names in its column `id`, and every other column; None where a cell is empty."""
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
            lines.note(number, f"expected {_count(header, 'column')}, got {len(row)}")
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


def _count(parts: list[str], what: str) -> str:
    return f"{len(parts)} {what}{'' if len(parts) == 1 else 's'}"


def _some(cells: list[str]) -> str:
    return ", ".join(shown(cell) for cell in cells[:8]) + (", …" if len(cells) > 8 else "")
