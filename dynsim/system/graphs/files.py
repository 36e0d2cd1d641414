"""Graph files next to a scenario: located, limited in size and decoded before their format is parsed."""

from __future__ import annotations

import re
from pathlib import Path

from ...errors import InputError, shown
from ..text.local_path import read_file
from .csv_tables import csv_nodes, read_csv
from .edge_list import EdgeList, fault
from .graphml import read_graphml
from .networkx_edgelist import read_edgelist
from .parquet_tables import MAX_TABLE_BYTES, parquet_nodes, read_parquet

MAX_BYTES = 16 * 2**20
"""Limit on a graph file in a text format: about a second of reading."""

KINDS = (".graphml", ".edgelist", ".csv", ".parquet")
NODE_KINDS = (".csv", ".parquet")
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([^"']*)""")
_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_graph(name: str, folder: Path | None, directed: bool | None) -> EdgeList:
    """The graph in the file `name` below `folder`. Raises GraphFaults (a ValueError) with every mistake in it.

    .graphml: weights in the edge attribute `weight`; node attributes become values. .edgelist: lines "source target
    [weight]", as NetworkX writes them. .csv: columns source, target and optionally weight, named in the first line or
    in this order, as Gephi writes them. .parquet: the same columns. directed: overrides the file; without either, edges
    are undirected.
    """
    kind, file = Path(name).suffix.lower(), shown(name)
    content = content_of(name, folder, KINDS, _most(kind))
    if kind == ".parquet":
        return read_parquet(content, file, directed)
    if kind == ".graphml":
        return read_graphml(_plain_xml(content, file), file, directed)
    text = _text(content, file)
    return read_csv(text, file, directed) if kind == ".csv" else read_edgelist(text, file, bool(directed))


def read_nodes(name: str, folder: Path | None) -> tuple[list[str], dict[str, list[object]]]:
    """The names of nodes in the column `id` of a .csv or .parquet file, and the other columns by name."""
    kind, file = Path(name).suffix.lower(), shown(name)
    content = content_of(name, folder, NODE_KINDS, _most(kind))
    return parquet_nodes(content, file) if kind == ".parquet" else csv_nodes(_text(content, file), file)


def _most(kind: str) -> int:
    return MAX_TABLE_BYTES if kind == ".parquet" else MAX_BYTES


def content_of(name: str, folder: Path | None, kinds: tuple[str, ...], most: int) -> bytes:
    """The content of a file below `folder`. Raises GraphFaults if its suffix is not in `kinds`, if it has more than
    `most` bytes, or if it cannot be read."""
    return _content(_inside(name, folder, kinds), shown(name), most)


def _inside(name: str, folder: Path | None, kinds: tuple[str, ...]) -> Path:
    if folder is None:
        message = f"a scenario that is not a file has no folder to look in for {shown(name)}"
        raise fault(f"{message}: write out what is in it")
    try:
        path = (folder / name).resolve()
        below = path.is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError) as error:  # a link to itself, or an invalid name
        raise fault(f"cannot read {shown(name)}: {_reason(error)}") from error
    if not below:
        raise fault(f"expected a file in the scenario's folder or below it, got {shown(name)}")
    if Path(name).suffix.lower() not in kinds:
        hint = "; NetworkX and Gephi can write GraphML" if ".graphml" in kinds else ""
        raise fault(f"expected a file that ends in {', '.join(kinds)}, got {shown(name)}{hint}")
    return folder / name


def _content(path: Path, file: str, most: int) -> bytes:
    """The content of a regular file of at most `most` bytes."""
    try:
        content = read_file(path, most + 1)
    except InputError as error:
        raise fault(f"cannot read {file}: {error.problems[0].message.removeprefix('cannot be read: ')}") from error
    if len(content) > most:
        raise fault(f"expected a file of at most {most // 2**20} MiB: {file}")
    return content


def _text(content: bytes, file: str) -> str:
    """The text in UTF-8 content, without a byte order mark."""
    _expect_utf8(content, file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\n|\r", content[: error.start])) + 1
        byte = content[error.start]
        raise fault(f"line {line} of {file}: expected UTF-8 text, got the byte 0x{byte:02x}") from error
    return text


def _plain_xml(content: bytes, file: str) -> bytes:
    """The content for the XML parser: UTF-8 without a byte order mark. Other encodings are refused."""
    _expect_utf8(content, file)
    content = content.removeprefix(b"\xef\xbb\xbf")
    encoding = _ENCODING.match(content)
    if b"\0" in content or (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii")):
        raise fault(f"expected UTF-8 text in {file}")
    return content


def _expect_utf8(content: bytes, file: str) -> None:
    mark = _MARKS.get(content[:2])
    if mark is not None:
        raise fault(f"expected UTF-8 text in {file}, got {mark}: save the file as UTF-8")


def _reason(error: Exception) -> str:
    if isinstance(error, RuntimeError):
        return "it is a link that leads to itself"
    return getattr(error, "strerror", None) or "no file can have this name"
