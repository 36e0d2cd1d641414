"""The lines of a graph file in a text format, within the limits on their number and length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...errors import shown
from ..text.yaml_scalars import UNPRINTABLE
from .edge_list import GraphFaults, fault

MAX_EDGES = 300_000
"""Lines of a text file: about two seconds of reading. Larger graphs come from a .parquet file or from Python."""

MAX_LINE = 10_000
"""Characters of a line."""

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\Z", re.ASCII)


@dataclass
class Lines:
    """The lines of one file. Mistakes are collected, and reading continues; `finish` raises them together."""

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
        """The weight in `text`; NaN, with the mistake noted, if it is not a finite number."""
        value = float(text) if NUMBER.match(text) else float("nan")
        if value - value != 0.0:
            comma = ": write a decimal point" if NUMBER.match(text.replace(",", ".", 1)) and "," in text else ""
            self.note(line, f"expected a finite weight, got {shown(text)}{comma}")
        return value

    def finish(self) -> None:
        if self.faults:
            raise GraphFaults(*((message, None) for _, message in sorted(self.faults)))


def counted(parts: list[str], what: str) -> str:
    """`1 word`, `3 words`."""
    return f"{len(parts)} {what}{'' if len(parts) == 1 else 's'}"
