"""How two run directories differ: every column of every table to the bit, and every line of every other file.

The time, machine and versions of a run are ignored. A figure, script or style of the report counts as one line, the
hash of its text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

MADE = ("start", "end", "versions", "python", "platform", "cores")  # keys of a manifest, and rows of a report
_MADE_ROW = re.compile(rf"<tr><th>({'|'.join(MADE)})</th>.*?</tr>\n", re.DOTALL | re.IGNORECASE)
_EMBEDDED = re.compile(r"(<(script|style)\b[^>]*>)(.*?)(?=</\2>)", re.DOTALL)


class Difference(NamedTuple):
    """where: the file or other item that was compared. lines: a unified diff if it is text."""

    where: str
    lines: Sequence[str] = ()


def differences(before: Path, after: Path) -> Iterator[Difference]:
    """File by file, in the order of their names."""
    old, new = _files(before), _files(after)
    for name in sorted(old ^ new):
        yield Difference(f"{name} (only {'before' if name in old else 'after'})")
    for name in sorted(old & new):
        if not name.endswith(".parquet"):
            yield from differences_of_text(name, _lines(before / name), _lines(after / name))
        elif columns := _columns_that_differ(before / name, after / name):
            yield Difference(f"{name} ({', '.join(columns)})")


def differences_of_text(where: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    """One difference if the lines differ, otherwise none."""
    if before != after:
        yield Difference(where, [*unified_diff(before, after, n=2, lineterm="")][2:])


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _columns_that_differ(before: Path, after: Path) -> list[str]:
    """The names of the columns; "metadata" if that of the files or of a column differs."""
    old, new = (pq.ParquetFile(path).read() for path in (before, after))
    if old.column_names != new.column_names:
        return sorted({*old.column_names} ^ {*new.column_names}) or ["order of columns"]
    found = [name for name in old.column_names if not _same_bits(old[name], new[name])]
    return found if old.schema.equals(new.schema, check_metadata=True) else [*found, "metadata"]


def _same_bits(old: pa.ChunkedArray, new: pa.ChunkedArray) -> bool:
    """Whether types and values are the same. Floating-point numbers are compared by their bits, so a NaN equals itself
    and -0.0 differs from 0.0."""
    if old.type != new.type or not pa.types.is_floating(old.type):
        return old.equals(new)
    # the memory behind a missing value is arbitrary
    numbers = [column.fill_null(0.0).to_numpy().tobytes() for column in (old, new)]
    return numbers[0] == numbers[1] and old.is_null().equals(new.is_null())


def _lines(path: Path) -> list[str]:
    content = path.read_bytes()
    if path.name == "manifest.json":
        stated = {key: value for key, value in json.loads(content).items() if key not in MADE}
        return json.dumps(stated, indent=2, ensure_ascii=False).splitlines()
    if path.name == "report.html":
        page = _MADE_ROW.sub("", content.decode())
        return _EMBEDDED.sub(lambda found: found[1] + _hash(found[3].encode()), page).splitlines()
    try:
        return content.decode().splitlines()
    except UnicodeDecodeError:
        return [_hash(content)]


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
