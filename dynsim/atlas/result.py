"""What a row gave: its checks, by which version, in what time; and how that is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from ..record.files import write_text
from ..version import __version__
from .base import Check, Row


@dataclass(frozen=True)
class Result:
    """The checks of a row, the version that measured them, and the seconds that it took, compiling included."""

    name: str
    version: str
    seconds: float
    checks: tuple[Check, ...]

    @property
    def reproduced(self) -> bool:
        return all(check.reproduced for check in self.checks)

    @property
    def failed(self) -> bool:
        return any(check.failed for check in self.checks)

    def write(self, folder: Path) -> None:
        """As NAME.json in the folder."""
        write_text(folder / f"{self.name}.json", json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")


def measured(row: Row, clock: Callable[[], float] = perf_counter) -> Result:
    """Run a row."""
    start = clock()
    checks = tuple(row.checks())
    return Result(row.name, __version__, round(clock() - start, 2), checks)


def read(path: Path) -> Result:
    """A result that was kept."""
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Result(**{**found, "checks": tuple(Check(**check) for check in found["checks"])})
