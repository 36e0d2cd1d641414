"""Graphs from files next to a scenario: GraphML, edge lists, CSV."""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path
from typing import Any

import networkx as nx

MAX_BYTES = 64 * 2**20
MAX_EDGES = 300_000  # two seconds of reading; larger graphs come from Python, as a Topology
KINDS = (".graphml", ".edgelist", ".csv")
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([^"']*)""")


def read_graph(name: str, folder: Path | None, directed: bool | None) -> Any:
    """The NetworkX graph in the file `name` below `folder`; ValueError with a message where that fails.

    .graphml: as NetworkX reads it, the weight in the attribute `weight`. .edgelist: lines "source target [weight]",
    # begins a comment. .csv: columns source, target and optionally weight, named in the first line or in this order.
    """
    path = _inside(name, folder)
    if path.suffix not in KINDS:
        raise ValueError(f"expected a file that ends in {', '.join(KINDS)}, got {name[:60]!r}")
    if path.is_fifo():  # to open one waits for a writer
        raise ValueError(f"expected a file, got a pipe: {name[:60]!r}")
    try:
        with open(path, "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(f"cannot read {name[:60]!r}: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise ValueError(f"expected a file of at most {MAX_BYTES // 2**20} MiB: {name[:60]!r}")
    if path.suffix == ".graphml":
        return _graphml(content, name, directed)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"expected UTF-8 text in {name[:60]!r}") from error
    lines = text.count("\n")
    if lines > MAX_EDGES:
        raise ValueError(f"expected at most {MAX_EDGES:,} edges in {name[:60]!r}, found {lines:,} lines")
    rows = (
        _csv_rows(text, name)
        if path.suffix == ".csv"
        else [(number, line.split("#")[0].split()) for number, line in enumerate(text.splitlines(), 1)]
    )
    return _from_rows(rows, name, bool(directed))


def _inside(name: str, folder: Path | None) -> Path:
    if folder is None:
        raise ValueError("a scenario that is not a file has no folder to look in: give the edges")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"expected a file in the scenario's folder or below it, got {name[:60]!r}")
    return path


def _graphml(content: bytes, name: str, directed: bool | None) -> Any:
    encoding = _ENCODING.match(content)
    if b"\0" in content or (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii")):
        raise ValueError(f"expected UTF-8 text in {name[:60]!r}")  # in another encoding the next line sees nothing
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError(f"document types and entities are not allowed in {name[:60]!r}")
    try:
        graph = nx.read_graphml(io.BytesIO(content))
    except Exception as error:  # NetworkX lets errors of many kinds through
        raise ValueError(f"not GraphML: {name[:60]!r}: {str(error)[:120]}") from error
    if directed is None or directed == graph.is_directed():
        return graph
    return graph.to_directed() if directed else graph.to_undirected()


def _csv_rows(text: str, name: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text))
    try:
        rows = [(number, [cell.strip() for cell in row]) for number, row in enumerate(reader, 1)]
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num} of {name[:60]!r}: {error}") from error
    if rows and [cell.lower() for cell in rows[0][1][:2]] == ["source", "target"]:
        rows = rows[1:]
    return rows


def _from_rows(rows: list[tuple[int, list[str]]], name: str, directed: bool) -> Any:
    graph: Any = nx.DiGraph() if directed else nx.Graph()
    for number, row in rows:
        if not any(row):
            continue
        if len(row) not in (2, 3) or not row[0] or not row[1]:
            raise ValueError(f"line {number} of {name[:60]!r}: expected source, target and optionally a weight")
        graph.add_edge(row[0], row[1])
        if len(row) == 3:
            graph.edges[row[0], row[1]]["weight"] = _weight(row[2], number, name)
    return graph


def _weight(text: str, number: int, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"line {number} of {name[:60]!r}: expected a finite weight, got {text[:40]!r}")
    return value
